package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Connection;
import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EndsTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tpc://127.0.0.1:80|end \"tpc://127.0.0.1:80\": scheme: read \"tpc\", expected tcp, .*; did you mean tcp.*",
        "tcp://127.0.0.1|endpoint \"tcp://127.0.0.1\": port: read .*",
        "tcp://127.0.0.1:80?timeot=3|end .*: option: read \"timeot\", expected .*timeout.*; did you mean timeout\\?",
        "tcp://127.0.0.1:80?timeout=0|end .*: timeout: read \"0\", expected seconds, above 0",
        "tcp://127.0.0.1:80?timeout=1&timeout=2|end .*: timeout: read \"2\", it was given before",
        "tcp://127.0.0.1:80?nodelay=maybe|end .*: nodelay: read \"maybe\", expected yes or no",
        "tcp://127.0.0.1:80?source=here|end .*: source: read \"here\", expected an address.*",
        "tcp://127.0.0.1:80?retry=1001|end .*: retry: read \"1001\", expected a number from 0 to 1000",
        "tcp://127.0.0.1:80?via=socks6://h:1|end .*: via: read \"socks6\", expected socks4, socks4a, socks5 or http",
        "unix:/x?via=socks5://h:1|end \"unix:/x\": a proxy .via. needs a host and a port to connect to",
        "tcp://127.0.0.1:80?via=socks5:/u:secret@h:1|end .*: via: read \"socks5:/\\*\\*\\*@h:1\", expected socks5://.*",
        "tcp://127.0.0.1:80?via=socks5://u:se%cret@h:1|end .*: via: read \"socks5://\\*\\*\\*@h:1\", expected two hex.*",
        "tcp://127.0.0.1:80?via=h:1|end .*: via: read \"h:1\", expected socks5://host:port.*",
        "tcp://127.0.0.1:80?proxy-protocol=v3|end .*: proxy-protocol: read \"v3\", expected v1 or v2",
        "tcp://127.0.0.1:80?device=%zz|end .*: device: read \"%zz\", expected two hexadecimal digits.*",
        "unix-listen:/x?mode=888|end .*: mode: read \"888\", expected 0 to 777, octal",
        "socks-listen://127.0.0.1:1080?user=u|end .*: user: read \"u\", expected a user and a password.*",
        "sni-listen://127.0.0.1:443?route=a|end .*: route: read \"a\", expected a name, a comma and where to",
        "exec:|end \"exec:\": expected a program",
        "exec:'sh|end .*: a quote that is not closed: '",
        "exec:no-such-program-here|end .*: no program no-such-program-here in .*",
        "fd:x|end .*: fd: read \"x\", expected a number",
        "file:|end .*: path: read \"\", expected a path",
        "file:/x?read|end .*: option: read \"read\", expected append, write",
      })
  void wrongUri_saysInOneLineWhatIsAllowed(String uri, String message) {
    assertThatThrownBy(() -> Ends.of(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .matches(message)
        .doesNotContain("\n");
  }

  @Test
  void exec_getsASocketWhoseHalvesEndApart() throws Exception {
    try (var connection = Ends.of("exec:tr 'a-z' A-Z").open()) {
      write(connection, "hello");
      connection.shutdownOutput();
      assertThat(readAll(connection)).isEqualTo("HELLO");
    }
  }

  @Test
  void sh_runsAShell() throws Exception {
    try (var connection = Ends.of("sh:printf %s \"$((6 * 7))\"").open()) {
      assertThat(readAll(connection)).isEqualTo("42");
    }
  }

  @Test
  void file_isReadAndWritten() throws Exception {
    var from = directory.resolve("from");
    var to = directory.resolve("to");
    Files.writeString(from, "some text");
    var relay =
        Relay.between(
            Ends.of("file:" + from).open(), Ends.of("file:" + to + "?append").open());
    assertThat(relay.await().cause()).isEqualTo(Outcome.Cause.EOF);
    assertThat(to).hasContent("some text");
    relay =
        Relay.between(
            Ends.of("file:" + from).open(), Ends.of("file:" + to + "?append").open());
    assertThat(relay.await().cause()).isEqualTo(Outcome.Cause.EOF);
    assertThat(to).hasContent("some textsome text");
    assertThatThrownBy(() -> Ends.of("file:" + directory.resolve("none")).open())
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("none: no such file");
  }

  @Test
  void fifo_waitsForItsOtherSide() throws Exception {
    var fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    var writer =
        new ProcessBuilder("sh", "-c", "exec printf 'from outside' > '" + fifo + "'").start();
    try (var connection = Ends.of("fifo:" + fifo).open()) {
      assertThat(readAll(connection)).isEqualTo("from outside");
    } finally {
      writer.destroy();
    }
  }

  @Test
  void fifo_givenUp_keepsNoThread() throws Exception {
    var fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    for (var end : List.of(Ends.of("fifo:" + fifo), Ends.of("fifo:" + fifo + "?write"))) {
      var interrupted = new CompletableFuture<Boolean>();
      var waiting =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var _ = end.open()) {
                      interrupted.complete(false);
                    } catch (InterruptedException e) {
                      interrupted.complete(true);
                    } catch (IOException e) {
                      interrupted.completeExceptionally(e);
                    }
                  });
      while (!opens()) {
        Thread.onSpinWait();
      }
      waiting.interrupt();
      assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
      while (opens()) {
        Thread.onSpinWait();
      }
    }
  }

  /** Whether a thread of this process is inside an open(2) of a file. */
  private static boolean opens() {
    return Thread.getAllStackTraces().entrySet().stream()
        .anyMatch(
            thread ->
                thread.getKey().getName().startsWith("netsvc-file-")
                    && Arrays.stream(thread.getValue())
                        .anyMatch(frame -> frame.getMethodName().startsWith("open")));
  }

  @Test
  void name_holdsNoPassword() {
    assertThat(Ends.of("tcp://127.0.0.1:80?via=socks5://user:secret@127.0.0.1:1080").toString())
        .isEqualTo("tcp://127.0.0.1:80");
    assertThat(Ends.of("sh:test a = b?").toString()).isEqualTo("sh:test a = b?");
  }

  @Test
  void udp_largeDatagrams_stayWholeThroughARelay() throws Exception {
    try (var left = new DatagramSocket(0, LOOPBACK);
        var right = new DatagramSocket(0, LOOPBACK)) {
      var a = Ends.of("udp://127.0.0.1:" + left.getLocalPort()).open();
      var b = Ends.of("udp://127.0.0.1:" + right.getLocalPort()).open();
      var port = ((java.net.InetSocketAddress) a.localAddress()).getPort();
      var relay = Relay.between(a, b);
      var bytes = new byte[60_000];
      new Random(1).nextBytes(bytes);
      left.send(new DatagramPacket(bytes, bytes.length, LOOPBACK, port));
      var packet = new DatagramPacket(new byte[65_535], 65_535);
      right.receive(packet);
      assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).isEqualTo(bytes);
      relay.abort();
      relay.await();
    }
  }

  @Test
  void udp_exchangesDatagramsWithItsPeerAlone() throws Exception {
    try (var peer = new DatagramSocket(0, LOOPBACK);
        var stranger = new DatagramSocket(0, LOOPBACK);
        var connection = Ends.of("udp://127.0.0.1:" + peer.getLocalPort()).open()) {
      write(connection, "question");
      var packet = new DatagramPacket(new byte[100], 100);
      peer.receive(packet);
      assertThat(text(packet)).isEqualTo("question");
      var to = packet.getSocketAddress();
      stranger.send(new DatagramPacket("no".getBytes(UTF_8), 2, to));
      peer.send(new DatagramPacket(new byte[0], 0, to));
      peer.send(new DatagramPacket("answer".getBytes(UTF_8), 6, to));
      assertThat(read(connection, 3)).isEqualTo("ans");
      assertThat(read(connection, 100)).isEqualTo("wer");
    }
  }

  @Test
  void udpListen_takesThePeerThatComesFirst() throws Exception {
    int port = Programs.freePort();
    try (var end = Ends.of("udp-listen://127.0.0.1:" + port);
        var peer = new DatagramSocket(0, LOOPBACK)) {
      var opened = java.util.concurrent.CompletableFuture.supplyAsync(() -> uncheckedOpen(end));
      var hello = new DatagramPacket("hello".getBytes(UTF_8), 5, LOOPBACK, port);
      peer.setSoTimeout(50);
      while (!opened.isDone()) {
        peer.send(hello); // what comes before it is bound is lost
        try {
          opened.get(50, TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
          // Again.
        }
      }
      try (var connection = opened.get()) {
        assertThat(read(connection, 100)).isEqualTo("hello");
        write(connection, "welcome");
        peer.setSoTimeout(5000);
        var packet = new DatagramPacket(new byte[100], 100);
        peer.receive(packet);
        assertThat(text(packet)).isEqualTo("welcome");
      }
    }
  }

  private static Connection uncheckedOpen(End end) {
    try {
      return end.open();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tcp_refused_saysSo() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(() -> Ends.of("tcp://127.0.0.1:" + port).open())
        .isInstanceOf(java.net.ConnectException.class)
        .hasMessageContaining("Connection refused");
  }

  @Test
  void tcp_proxyProtocol_comesFirst() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK);
        var connection =
            Ends.of("tcp://127.0.0.1:%d?proxy-protocol=v1".formatted(server.getLocalPort())).open();
        var accepted = server.accept()) {
      write(connection, "payload");
      connection.shutdownOutput();
      assertThat(new String(accepted.getInputStream().readAllBytes(), UTF_8))
          .isEqualTo("PROXY UNKNOWN\r\npayload");
    }
  }

  @Test
  void listen_proxyProtocol_tellsTheClient() throws Exception {
    try (var end = Ends.of("tcp-listen://127.0.0.1:0?proxy-protocol=yes")) {
      var at = (java.net.InetSocketAddress) end.listener().orElseThrow().localAddress();
      try (var client = new java.net.Socket(LOOPBACK, at.getPort())) {
        client.getOutputStream().write("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nhello".getBytes(UTF_8));
        try (var connection = end.open()) {
          assertThat(connection.remoteAddress())
              .isEqualTo(new java.net.InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1));
          assertThat(read(connection, 100)).isEqualTo("hello");
        }
      }
    }
  }

  private static void write(Connection connection, String text) throws IOException {
    connection.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private static String read(Connection connection, int most) throws IOException {
    var buffer = ByteBuffer.allocate(most);
    assertThat(connection.read(buffer)).isPositive();
    return UTF_8.decode(buffer.flip()).toString();
  }

  private static String readAll(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(1 << 16);
    while (connection.read(buffer) >= 0) {
      assertThat(buffer.hasRemaining()).isTrue();
    }
    return UTF_8.decode(buffer.flip()).toString();
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }
}
