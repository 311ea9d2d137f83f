package io.netsvc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** nc in a process of its own, against the ones that people have. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NcCommandTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int SIZE = (1 << 20) + 37;

  @TempDir private Path directory;
  private final Deque<Process> started = new ArrayDeque<>();

  @AfterEach
  void end() throws InterruptedException {
    for (var process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  /** A process with files as its standard streams. */
  private final class Run {
    final Path out;
    final Path err;
    final Process process;

    Run(String name, List<String> command, Path in) throws IOException {
      out = directory.resolve(name + ".out");
      err = directory.resolve(name + ".err");
      process =
          new ProcessBuilder(command)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      started.push(process);
    }

    int status() throws InterruptedException {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("has ended").isTrue();
      return process.exitValue();
    }

    String said() throws IOException {
      return Files.readString(err);
    }

    /** Waits until a line of the standard error has been written. */
    void awaits(String text) throws IOException {
      while (!said().contains(text)) {
        assertThat(process.isAlive()).as("still there, having said: %s", said()).isTrue();
        Thread.onSpinWait();
      }
    }
  }

  private Run nc(String name, Path in, String... arguments) throws IOException {
    var all = new ArrayList<>(List.of("nc"));
    all.addAll(List.of(arguments));
    return new Run(name, InetdProcess.command(all.toArray(new String[0])), in);
  }

  private Run other(String name, Path in, String... command) throws IOException {
    boolean there =
        List.of("/usr/bin", "/bin", "/usr/sbin").stream()
            .anyMatch(place -> Files.isExecutable(Path.of(place, command[0])));
    assertThat(there || !Boolean.getBoolean("netsvc.require")).as(command[0]).isTrue();
    assumeTrue(there, "no " + command[0]);
    return new Run(name, List.of(command), in);
  }

  private Path random(String name, long seed) throws IOException {
    var bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return Files.write(directory.resolve(name), bytes);
  }

  private Path text(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "in", ""), text);
  }

  private static Path nothing() {
    return Path.of("/dev/null");
  }

  /** Waits until somebody listens there, without connecting: for servers of one client. */
  private static void awaitListener(int port) throws IOException {
    var hex = ":%04X 00000000:0000 0A".formatted(port);
    while (!Files.readString(Path.of("/proc/net/tcp")).contains(hex)) {
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nc.openbsd -N -l 127.0.0.1 PORT,127.0.0.1 PORT",
    "ncat -l 127.0.0.1 PORT,127.0.0.1 PORT",
    "ncat --ssl -l 127.0.0.1 PORT,--ssl 127.0.0.1 PORT",
    "socat -t 20 - TCP4-LISTEN:PORT,-4 localhost PORT"
  })
  void connects_andMovesAllBothWays(String server, String client) throws Exception {
    var port = Integer.toString(InetdProcess.freePort());
    var here = random("here", 1);
    var there = random("there", 2);
    var peer = other("peer", there, server.replace("PORT", port).split(" "));
    awaitListener(Integer.parseInt(port));
    var nc = nc("nc", here, client.replace("PORT", port).split(" "));
    assertThat(nc.status()).as(nc.said()).isZero();
    assertThat(peer.status()).as(peer.said()).isZero();
    assertThat(nc.out).hasSameBinaryContentAs(there);
    assertThat(peer.out).hasSameBinaryContentAs(here);
  }

  @ParameterizedTest
  @CsvSource({
    "-l -v PORT,nc.openbsd -N 127.0.0.1 PORT",
    "-lv -p PORT,ncat 127.0.0.1 PORT",
    "-lv 127.0.0.1 PORT,socat -t 20 - TCP4:127.0.0.1:PORT",
    "--ssl -lv 127.0.0.1 PORT,ncat --ssl 127.0.0.1 PORT"
  })
  void listens_andMovesAllBothWays(String server, String client) throws Exception {
    var port = Integer.toString(InetdProcess.freePort());
    var here = random("here", 1);
    var there = random("there", 2);
    var nc = nc("nc", here, server.replace("PORT", port).split(" "));
    nc.awaits("Listening on ");
    var peer = other("peer", there, client.replace("PORT", port).split(" "));
    assertThat(nc.status()).as(nc.said()).isZero();
    assertThat(peer.status()).as(peer.said()).isZero();
    assertThat(nc.out).hasSameBinaryContentAs(there);
    assertThat(peer.out).hasSameBinaryContentAs(here);
    assertThat(nc.said()).contains("Connection received on 127.0.0.1 ");
  }

  @Test
  void verbose_saysWhatNcSays() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var port = Integer.toString(server.getLocalPort());
      var scan = nc("scan", nothing(), "-zv", "127.0.0.1", port);
      var theirs = other("theirs", nothing(), "nc.openbsd", "-zv", "127.0.0.1", port);
      assertThat(scan.status()).isZero();
      assertThat(theirs.status()).isZero();
      assertThat(scan.said()).isEqualTo(theirs.said());
    }
  }

  @Test
  void scan_tellsOpenPortsApart() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      int port = server.getLocalPort();
      var scan = nc("scan", nothing(), "-zv", "localhost", (port - 1) + "-" + (port + 1));
      assertThat(scan.status()).isZero();
      assertThat(scan.said())
          .contains("Connection to localhost (127.0.0.1) " + port + " port [tcp/*] succeeded!\n")
          .hasLineCount(3);
    }
  }

  @Test
  void refused_saysWhyAndEnds1() throws Exception {
    int port = InetdProcess.freePort();
    var nc = nc("nc", nothing(), "127.0.0.1", Integer.toString(port));
    assertThat(nc.status()).isEqualTo(1);
    assertThat(nc.said())
        .isEqualTo(
            "nc: connect to 127.0.0.1 port " + port
                + " (tcp) failed: Connection refused (ECONNREFUSED)\n");
  }

  @Test
  void unix_bothWays() throws Exception {
    var path = directory.resolve("socket").toString();
    var server = nc("server", text("from the server"), "-lvU", path);
    server.awaits("Listening on ");
    var client = nc("client", text("from the client"), "-U", path);
    assertThat(client.status()).as(client.said()).isZero();
    assertThat(server.status()).as(server.said()).isZero();
    assertThat(client.out).hasContent("from the server");
    assertThat(server.out).hasContent("from the client");
  }

  @Test
  void udp_sendsAndQuitsAfterTheInput() throws Exception {
    try (var peer = new DatagramSocket(0, LOOPBACK)) {
      var port = Integer.toString(peer.getLocalPort());
      var nc = nc("nc", text("question"), "-u", "-q", "2", "127.0.0.1", port);
      var packet = new DatagramPacket(new byte[100], 100);
      peer.receive(packet);
      assertThat(new String(packet.getData(), 0, packet.getLength(), UTF_8)).isEqualTo("question");
      peer.send(new DatagramPacket("answer".getBytes(UTF_8), 6, packet.getSocketAddress()));
      assertThat(nc.status()).isZero();
      assertThat(nc.out).hasContent("answer");
    }
  }

  @Test
  void shExec_servesManyAtATime() throws Exception {
    int port = InetdProcess.freePort();
    var nc =
        nc("nc", nothing(), "-klv", "--sh-exec", "echo $NCAT_REMOTE_PORT; exec cat", "127.0.0.1",
            Integer.toString(port));
    nc.awaits("Listening on ");
    try (var first = new Socket(LOOPBACK, port);
        var second = new Socket(LOOPBACK, port)) {
      for (var client : List.of(second, first)) { // the first one is open meanwhile
        client.getOutputStream().write("hello".getBytes(UTF_8));
        client.shutdownOutput();
        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
            .isEqualTo(client.getLocalPort() + "\nhello");
      }
    }
  }

  @Test
  void kept_servesOneAfterTheOtherAndLosesNoInput() throws Exception {
    int port = InetdProcess.freePort();
    var command = InetdProcess.command("nc", "-klv", "127.0.0.1", Integer.toString(port));
    var process =
        new ProcessBuilder(command).redirectError(directory.resolve("err").toFile()).start();
    started.push(process);
    awaitListener(port);
    try (var first = new Socket(LOOPBACK, port)) {
      first.getOutputStream().write("first\n".getBytes(UTF_8));
      assertThat(process.inputReader().readLine()).isEqualTo("first");
    }
    try (var second = new Socket(LOOPBACK, port)) {
      second.getOutputStream().write("second\n".getBytes(UTF_8));
      assertThat(process.inputReader().readLine()).isEqualTo("second");
      process.getOutputStream().write("typed\n".getBytes(UTF_8));
      process.getOutputStream().flush();
      assertThat(second.getInputStream().readNBytes(6)).isEqualTo("typed\n".getBytes(UTF_8));
    }
  }

  @Test
  void outputThatNobodyReads_endsIt() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var command =
          InetdProcess.command("nc", "127.0.0.1", Integer.toString(server.getLocalPort()));
      var process = new ProcessBuilder(command).start();
      started.push(process);
      try (var client = server.accept()) {
        process.getInputStream().close();
        var bytes = new byte[1 << 16];
        while (process.isAlive()) {
          try {
            client.getOutputStream().write(bytes);
          } catch (IOException e) {
            break; // it has gone
          }
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void silence_endsAfterW() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var nc =
          nc("nc", text("x"), "-w", "1", "127.0.0.1", Integer.toString(server.getLocalPort()));
      try (var client = server.accept()) {
        assertThat(client.getInputStream().read()).isEqualTo('x');
        assertThat(nc.status()).isZero();
      }
    }
  }

  @Test
  void input_getsCrLf_andIsNotReadWithD() throws Exception {
    try (var server = new ServerSocket(0, 2, LOOPBACK)) {
      var port = Integer.toString(server.getLocalPort());
      var crlf = nc("crlf", text("a\nb\r\nc"), "-C", "127.0.0.1", port);
      try (var client = server.accept()) {
        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
            .isEqualTo("a\r\nb\r\nc");
      }
      assertThat(crlf.status()).isZero();
      var detached = nc("detached", text("unread"), "-d", "-W", "1", "127.0.0.1", port);
      try (var client = server.accept()) {
        client.getOutputStream().write("one".getBytes(UTF_8));
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(detached.status()).isZero();
      assertThat(detached.out).hasContent("one");
    }
  }

  @Test
  void detached_endsWithItsPeer() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var nc = nc("nc", nothing(), "-d", "127.0.0.1", Integer.toString(server.getLocalPort()));
      try (var client = server.accept()) {
        client.getOutputStream().write("bye".getBytes(UTF_8));
      }
      assertThat(nc.status()).as(nc.said()).isZero();
      assertThat(nc.out).hasContent("bye");
    }
  }

  @Test
  void exec_thatCannotStart_saysSoAndEnds1() throws Exception {
    var broken = Files.writeString(directory.resolve("broken"), "\u007fELF");
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var nc =
          nc("nc", nothing(), "--exec", broken.toString(), "127.0.0.1",
              Integer.toString(server.getLocalPort()));
      assertThat(nc.status()).isEqualTo(1);
      assertThat(nc.said()).startsWith("nc: ").contains("ENOEXEC").hasLineCount(1);
    }
  }

  @Test
  void standardStreamsThatDoNotBlock_areWaitedFor() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var command =
          new ArrayList<>(
              List.of(
                  "perl", "-MFcntl", "-e",
                  "for (*STDIN, *STDOUT) { fcntl($_, F_SETFL, O_NONBLOCK | fcntl($_, F_GETFL, 0)) }"
                      + " exec @ARGV"));
      command.addAll(
          InetdProcess.command("nc", "127.0.0.1", Integer.toString(server.getLocalPort())));
      var process =
          new ProcessBuilder(command).redirectError(directory.resolve("err").toFile()).start();
      started.push(process);
      try (var client = server.accept()) {
        var bytes = new byte[300_000]; // more than a pipe holds
        new Random(3).nextBytes(bytes);
        client.getOutputStream().write(bytes);
        process.getOutputStream().write("late".getBytes(UTF_8));
        process.getOutputStream().close();
        assertThat(client.getInputStream().readAllBytes()).isEqualTo("late".getBytes(UTF_8));
        client.shutdownOutput();
        assertThat(process.getInputStream().readAllBytes()).isEqualTo(bytes);
      }
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
  }

  @Test
  void proxy_connect_throughNcat() throws Exception {
    int proxyPort = InetdProcess.freePort();
    var proxy =
        other("proxy", nothing(), "ncat", "-l", "-k", "--proxy-type", "http", "--proxy-auth",
            "user:secret", "127.0.0.1", Integer.toString(proxyPort));
    awaitListener(proxyPort);
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var nc =
          nc("nc", nothing(), "-d", "-v", "-X", "connect", "-x", "127.0.0.1:" + proxyPort,
              "--proxy-auth", "user:secret", "127.0.0.1", Integer.toString(server.getLocalPort()));
      try (var client = server.accept()) {
        client.getOutputStream().write("through".getBytes(UTF_8));
        nc.awaits("succeeded!");
        while (Files.size(nc.out) < 7) {
          assertThat(nc.process.isAlive()).isTrue();
          Thread.onSpinWait();
        }
      }
      assertThat(nc.out).hasContent("through");
      assertThat(proxy.process.isAlive()).isTrue();
    }
  }

  @Test
  void dumps_areWhatWentBy() throws Exception {
    var hex = directory.resolve("hex");
    var raw = directory.resolve("raw");
    int port;
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      port = server.getLocalPort();
      var nc =
          nc("nc", text("0123456789abcdef\n"), "--hex-dump", hex.toString(), "--output",
              raw.toString(), "127.0.0.1", Integer.toString(port));
      try (var client = server.accept()) {
        client.getInputStream().readAllBytes();
      }
      assertThat(nc.status()).isZero();
    }
    assertThat(raw).hasContent("0123456789abcdef\n");
    assertThat(hex)
        .hasContent(
            """
            - > 127.0.0.1:%d
            00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
            00000010  0a                                                |.|
            """
                .formatted(port));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost|netsvc: missing port number",
        "localhost htttp|netsvc: port: unknown service \"htttp\" for protocol \"tcp\"; did you mean http, https?",
        "localhost 70000|netsvc: port: ",
        "-k localhost 1|netsvc: -k needs -l",
        "-l -z 1|netsvc: -z cannot be used with -l",
        "-l 1-3|netsvc: -l: a single port, not 1-3",
        "-4 -6 localhost 1|netsvc: -4 and -6 exclude each other",
        "-w x localhost 1|netsvc: Invalid value for option '-w'",
        "-w 0 localhost 1|netsvc: -w out of range: 0.0",
        "-X 6 -x localhost localhost 1|netsvc: -X: read \"6\", expected 4, 4a, 5 or connect",
        "--exec no-such-program -l 1|netsvc: no program no-such-program in ",
        "-Q localhost 1|netsvc: Unknown option: '-Q'",
        "-U --ssl /x|netsvc: --ssl is for TCP",
        "-l -s 127.0.0.1 1|netsvc: -s is for connecting to a port",
        "-u -l --allow 10.0.0.0/8 1|netsvc: --allow and --deny are for TCP",
        "-u -U /x|netsvc: -u and -U exclude each other",
        "-l --ssl-verify 1|netsvc: ",
        "a b c|netsvc: ",
        "--allow 10.0.0.0/33 -l 1|netsvc: ",
      })
  void misuse_saysInOneLineWhat(String line, String message) {
    var err = new StringWriter();
    var words = ("nc " + line).split(" ");
    int status =
        Main.commandLine(words)
            .setErr(new PrintWriter(err, true))
            .setOut(new PrintWriter(new StringWriter()))
            .execute(words);
    assertThat(status).isEqualTo(1);
    assertThat(err.toString()).startsWith(message).doesNotContain("\tat ");
  }
}
