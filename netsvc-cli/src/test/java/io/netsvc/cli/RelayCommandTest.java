package io.netsvc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Listener;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ExitStatus;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code netsvc relay}, in a JVM of its own where it runs for long. */
@Timeout(60)
class RelayCommandTest {
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  @TempDir private Path directory;

  private record Ran(int status, String err) {}

  private static Ran run(String... arguments) {
    var err = new StringWriter();
    int status =
        Main.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
    return new Ran(status, err.toString());
  }

  private static ProcessSpawner command(String... arguments) {
    var java = Path.of(System.getProperty("java.home"), "bin", "java");
    var argv =
        new ArrayList<>(
            List.of(
                java.toString(), "-cp", System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "io.netsvc.cli.Main", "relay"));
    argv.addAll(List.of(arguments));
    return ProcessSpawner.of(
        java, o -> o.withArguments(argv).withEnvironment(System.getenv()));
  }

  private static void echo(io.netsvc.net.Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(1024);
    while (connection.read(buffer.clear()) >= 0) {
      connection.write(buffer.flip());
    }
  }

  private static String conversation(int port) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write("hello".getBytes(UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void relay_toTwoUpstreamsOneOfThemGone_servesEveryClientUntilSigterm() throws Exception {
    int gone;
    try (var closed = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      gone = ((InetSocketAddress) closed.localAddress()).getPort();
    }
    var unix = directory.resolve("s");
    try (var upstream = Listener.open(java.net.UnixDomainSocketAddress.of(unix))) {
      upstream.serve(RelayCommandTest::echo);
      SpawnedProcess process =
          command("-v", "127.0.0.1:0", "127.0.0.1:" + gone, "unix:" + unix)
              .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.pipe());
      try (var lines = new BufferedReader(new InputStreamReader(process.stderr(), UTF_8))) {
        var ready = String.valueOf(lines.readLine());
        assertThat(ready).startsWith("netsvc: relaying 127.0.0.1:").contains(" to 127.0.0.1:" + gone);
        int port = Integer.parseInt(ready.replaceAll("^.*relaying 127\\.0\\.0\\.1:([0-9]+) .*$", "$1"));
        for (int i = 0; i < 4; i++) {
          assertThat(conversation(port)).isEqualTo("hello");
          assertThat(lines.readLine()).contains("EOF by FIRST, 5 bytes to, 5 from");
        }
        process.signal(SIGTERM);
        assertThat(lines.readLine()).isEqualTo("netsvc: stopping");
        assertThat(process.awaitExit())
            .isInstanceOfSatisfying(
                ExitStatus.Exited.class, exited -> assertThat(exited.code()).isZero());
      } finally {
        process.signal(SIGKILL);
        process.awaitExit();
      }
    }
  }

  @Test
  void relay_whereThePortIsTaken_saysSoInOneLine() throws Exception {
    try (var taken = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      int port = ((InetSocketAddress) taken.localAddress()).getPort();
      var ran = run("relay", "127.0.0.1:" + port, "127.0.0.1:1");
      assertThat(ran.status()).isEqualTo(1);
      assertThat(ran.err())
          .startsWith("netsvc: bind 127.0.0.1:" + port + ": Address already in use (EADDRINUSE); this process itself (pid ")
          .contains(" listens on 127.0.0.1:" + port + ": close that one, or take another port")
          .hasLineCount(1);
    }
  }

  @Test
  void relay_misused_namesThePart() {
    assertThat(run("relay", "127.0.0.1:99999", "127.0.0.1:1"))
        .satisfies(ran -> assertThat(ran.status()).isEqualTo(2))
        .satisfies(ran -> assertThat(ran.err()).contains("99999").contains("Usage: netsvc relay"));
    assertThat(run("relay", "udp://127.0.0.1:1", "127.0.0.1:1").err())
        .startsWith(
            "netsvc: not both of connections or both of datagrams: udp://127.0.0.1:1 and"
                + " tcp://127.0.0.1:1");
    assertThat(run("relay", "udp://127.0.0.1:0", "udp://127.0.0.1:1", "udp://127.0.0.1:2").err())
        .startsWith("netsvc: datagrams have one upstream, but there are 2");
    assertThat(run("relay", "--proxy-protocol=in", "udp://127.0.0.1:0", "udp://127.0.0.1:1").err())
        .startsWith("netsvc: --proxy-protocol is not for datagrams");
    assertThat(run("relay", "--stall-timeout=1", "udp://127.0.0.1:0", "udp://127.0.0.1:1").err())
        .startsWith("netsvc: --stall-timeout and --half-close-timeout are not for datagrams");
    assertThat(run("relay", "--connect-timeout=0", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: --connect-timeout out of range: 0.0");
    assertThat(run("relay", "127.0.0.1:1"))
        .satisfies(ran -> assertThat(ran.status()).isEqualTo(2))
        .satisfies(ran -> assertThat(ran.err()).startsWith("netsvc: where to? "));
    assertThat(run("relay", "stdio", "tcp://127.0.0.1:1?timeot=1").err())
        .startsWith("netsvc: end \"tcp://127.0.0.1:1\": option: read \"timeot\"")
        .contains("did you mean timeout?");
    assertThat(run("relay", "stdio").err()).startsWith("netsvc: where to? stdio is one end of two");
    assertThat(run("relay", "stdio", "127.0.0.1:1", "127.0.0.1:2").err())
        .startsWith("netsvc: there are at most two ends, but 3 were given");
    assertThat(run("relay", "socks-listen://127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: the clients of socks-listen://127.0.0.1:0 say where to");
    assertThat(run("relay", "--once", "socks-listen://127.0.0.1:0").err())
        .startsWith("netsvc: --once is for two ends: socks-listen://127.0.0.1:0");
    assertThat(run("relay", "--allow=10.0.0.0/8", "tcp-listen://127.0.0.1:0", "stdio").err())
        .startsWith("netsvc: --allow, --deny, --proxy-protocol and --max-connections are options");
    assertThat(run("relay", "--fault=latnecy=1", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: --fault: read \"latnecy\", expected latency, ")
        .contains("did you mean latency?");
    assertThat(run("relay", "--fault=rate=fast", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: --fault: rate: read \"fast\", expected a number");
    assertThat(run("relay", "--fault=loss=2", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: loss out of range: 2.0");
    assertThat(run("relay", "--idle-timeout=0", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: --idle-timeout out of range: 0.0");
    assertThat(run("relay", "--output=/none/x", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: /none/x: ");
    assertThat(run("relay", "--loops=0", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: --loops out of range: 0");
    assertThat(run("relay", "--transport=dos", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: --transport: read \"dos\", expected linux or nio");
    assertThat(run("relay", "--proxy-protocol=up", "127.0.0.1:0", "127.0.0.1:1").err())
        .startsWith("netsvc: --proxy-protocol: read \"up\", expected in, out or out-v1");
    assertThat(run("relay", "--allow=10.0.0.0/33", "127.0.0.1:0", "127.0.0.1:1").err())
        .contains("10.0.0.0/33")
        .contains("Usage: netsvc relay");
    assertThat(run("relay", "--max-connections=0", "127.0.0.1:0", "127.0.0.1:1").status())
        .isEqualTo(2);
  }

  /** What a command writes when it is given this to read. */
  private Ran joined(String input, Path output, String... arguments) throws Exception {
    var in = Files.writeString(directory.resolve("in"), input);
    var err = directory.resolve("err");
    var words = new ArrayList<>(List.of("relay"));
    words.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(InetdProcess.command(words.toArray(new String[0])))
            .redirectInput(in.toFile())
            .redirectOutput(output.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return new Ran(process.exitValue(), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void relay_ofStdioAndAProgram_endsWithThem() throws Exception {
    var out = directory.resolve("out");
    assertThat(joined("hello", out, "-", "exec:tr a-z A-Z").status()).isZero();
    assertThat(out).hasContent("HELLO");
  }

  @Test
  void relay_ofStdioAndNobody_saysWhyAndEnds1() throws Exception {
    var ran = joined("", directory.resolve("out"), "stdio", "tcp://127.0.0.1:" + InetdProcess.freePort());
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err()).contains("Connection refused").doesNotContain("\tat ");
  }

  @Test
  void relay_ofWhatCannotBe_saysSoInOneLineAndEnds1() throws Exception {
    var ran = joined("", directory.resolve("out"), "stdio", "udp://127.0.0.1:9?source=::1");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err()).contains("udp://127.0.0.1:9: ").doesNotContain("\tat ");
  }

  @Test
  void relay_ofAProgramAndAListener_startsItForEachClient() throws Exception {
    var started = directory.resolve("started");
    var socket = directory.resolve("socket");
    var process =
        command("sh:echo x >> " + started + "; exec tr a-z A-Z", "unix-listen:" + socket)
            .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.pipe());
    try (var lines = new BufferedReader(new InputStreamReader(process.stderr(), UTF_8))) {
      assertThat(lines.readLine()).startsWith("netsvc: relaying sh:");
      assertThat(started).doesNotExist();
      try (var one = SocketChannel.open(UnixDomainSocketAddress.of(socket));
          var two = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        for (var client : List.of(two, one)) { // both are open
          client.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
          client.shutdownOutput();
          var answer = ByteBuffer.allocate(100);
          while (client.read(answer) >= 0) {
            // to the end
          }
          assertThat(UTF_8.decode(answer.flip()).toString()).isEqualTo("HELLO");
        }
      }
      assertThat(started).hasContent("x\nx");
      process.signal(SIGTERM);
      assertThat(process.awaitExit(Duration.ofSeconds(10)).orElseThrow())
          .isInstanceOfSatisfying(
              ExitStatus.Exited.class, exited -> assertThat(exited.code()).isZero());
      assertThat(socket).doesNotExist();
    } finally {
      process.signal(SIGKILL);
      process.awaitExit();
    }
  }

  @Test
  void relay_ofDatagramsAndAProgram_hasOneForEachPeer() throws Exception {
    int port = InetdProcess.freePort();
    var process =
        command("udp://127.0.0.1:" + port, "exec:cat")
            .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.pipe());
    try (var lines = new BufferedReader(new InputStreamReader(process.stderr(), UTF_8));
        var one = new java.net.DatagramSocket(0, InetAddress.getLoopbackAddress());
        var two = new java.net.DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      assertThat(lines.readLine()).startsWith("netsvc: relaying udp-listen:");
      for (var peer : List.of(one, two, one)) {
        assertThat(exchanged(peer, "from " + peer.getLocalPort(), port))
            .startsWith("from " + peer.getLocalPort()); // twice, if it was slow and asked again
      }
      process.signal(SIGTERM);
      assertThat(process.awaitExit(Duration.ofSeconds(10))).isPresent();
    } finally {
      process.signal(SIGKILL);
      process.awaitExit();
    }
  }

  /** Sends until there is an answer: what comes before the port is bound is lost. */
  private static String exchanged(java.net.DatagramSocket peer, String text, int port)
      throws IOException {
    var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    peer.setSoTimeout(200);
    var answer = new java.net.DatagramPacket(new byte[100], 100);
    while (true) {
      peer.send(new java.net.DatagramPacket(text.getBytes(UTF_8), text.length(), to));
      try {
        peer.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), UTF_8);
      } catch (java.net.SocketTimeoutException e) {
        // Again.
      }
    }
  }

  @Test
  void relay_withFaultsAndDumps_cutsAndWrites() throws Exception {
    var file = directory.resolve("hex");
    try (var upstream = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      upstream.serve(RelayCommandTest::echo);
      int to = ((InetSocketAddress) upstream.localAddress()).getPort();
      var process =
          command("--fault", "cut=3,latency=0.1", "--hex-dump", file.toString(), "127.0.0.1:0",
                  "127.0.0.1:" + to)
              .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.pipe());
      try (var lines = new BufferedReader(new InputStreamReader(process.stderr(), UTF_8))) {
        var ready = String.valueOf(lines.readLine());
        int port = Integer.parseInt(ready.replaceAll("^.*:([0-9]+) to .*$", "$1"));
        assertThat(conversation(port)).isEqualTo("hel");
        assertThat(file)
            .content()
            .contains("> 127.0.0.1:" + to + "\n00000000  68 65 6c 6c 6f ")
            .contains("127.0.0.1:" + to + " > 127.0.0.1:");
      } finally {
        process.signal(SIGKILL);
        process.awaitExit();
      }
    }
  }

  @Test
  void relay_once_leavesNoSocketBehind() throws Exception {
    var socket = directory.resolve("socket");
    var process =
        command("--once", "unix-listen:" + socket, "exec:tr a-z A-Z")
            .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.pipe());
    try (var lines = new BufferedReader(new InputStreamReader(process.stderr(), UTF_8))) {
      assertThat(lines.readLine()).startsWith("netsvc: relaying unix-listen:");
      try (var client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        client.shutdownOutput();
        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }
      assertThat(process.awaitExit(Duration.ofSeconds(10)).orElseThrow())
          .isInstanceOfSatisfying(
              ExitStatus.Exited.class, exited -> assertThat(exited.code()).isZero());
      assertThat(socket).doesNotExist();
    } finally {
      process.signal(SIGKILL);
      process.awaitExit();
    }
  }

  @Test
  void relay_ofATlsListenerAndATlsEnd_deciphersAndCiphers() throws Exception {
    int port = InetdProcess.freePort();
    var spawner =
        command("tls-listen://127.0.0.1:" + port, "exec:tr a-z A-Z");
    var log = directory.resolve("log");
    var server =
        spawner.spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.appending(log));
    try {
      while (!Files.exists(log) || !Files.readString(log).contains("relaying ")) {
        Thread.onSpinWait();
      }
      var out = directory.resolve("out");
      var ran = joined("hello", out, "stdio", "tls://127.0.0.1:" + port + "?verify=no");
      assertThat(ran.status()).as(ran.err()).isZero();
      assertThat(out).hasContent("HELLO");
      assertThat(joined("hello", out, "stdio", "tls://127.0.0.1:" + port).err())
          .contains("not trusted");
    } finally {
      server.signal(SIGTERM);
      assertThat(server.awaitExit(Duration.ofSeconds(10))).isPresent();
    }
  }

  @Test
  void relay_withProxyHeadersAndRules_tellsTheUpstreamAndResetsTheDenied() throws Exception {
    try (var upstream = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      int to = ((InetSocketAddress) upstream.localAddress()).getPort();
      SpawnedProcess process =
          command(
                  "--proxy-protocol", "out-v1", "--deny", "127.0.0.2/32", "--stats", "--loops", "1",
                  "--transport", "nio", "0", "127.0.0.1:" + to)
              .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.pipe());
      try (var lines = new BufferedReader(new InputStreamReader(process.stderr(), UTF_8))) {
        var ready = String.valueOf(lines.readLine());
        int port = Integer.parseInt(ready.replaceAll("^.*:([0-9]+) to .*$", "$1"));
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port);
            var connection = upstream.accept()) {
          var line = ByteBuffer.allocate(200);
          while (connection.read(line) >= 0 && line.get(line.position() - 1) != '\n') {
            // to the end of the line
          }
          assertThat(new String(line.array(), 0, line.position(), UTF_8))
              .isEqualTo(
                  "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.getLocalPort() + " " + port + "\r\n");
          assertThat(lines.readLine()).contains("accepted 1, failed 0, open 1, 0.0 MiB to");
        }
        try (var denied = new Socket()) {
          denied.bind(new InetSocketAddress("127.0.0.2", 0));
          denied.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          assertThatThrownBy(() -> denied.getInputStream().read()).hasMessageContaining("reset");
        }
      } finally {
        process.signal(SIGKILL);
        process.awaitExit();
      }
    }
  }

  @Test
  void relay_ofDatagrams_answersEachPeer() throws Exception {
    try (var upstream = new java.net.DatagramSocket(0, InetAddress.getLoopbackAddress());
        var peer = new java.net.DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      SpawnedProcess process =
          command("udp://127.0.0.1:0", "udp://127.0.0.1:" + upstream.getLocalPort())
              .spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.pipe());
      try (var lines = new BufferedReader(new InputStreamReader(process.stderr(), UTF_8))) {
        var ready = String.valueOf(lines.readLine());
        int port = Integer.parseInt(ready.replaceAll("^.*:([0-9]+) to .*$", "$1"));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        peer.send(new java.net.DatagramPacket("hello".getBytes(UTF_8), 5, address));
        var asked = new java.net.DatagramPacket(new byte[100], 100);
        upstream.receive(asked);
        asked.setData("answer".getBytes(UTF_8));
        upstream.send(asked);
        var answer = new java.net.DatagramPacket(new byte[100], 100);
        peer.receive(answer);
        assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8)).isEqualTo("answer");
        process.signal(SIGTERM);
        assertThat(process.awaitExit())
            .isInstanceOfSatisfying(
                ExitStatus.Exited.class, exited -> assertThat(exited.code()).isZero());
      } finally {
        process.signal(SIGKILL);
        process.awaitExit();
      }
    }
  }
}
