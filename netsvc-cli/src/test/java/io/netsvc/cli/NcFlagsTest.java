package io.netsvc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netsvc.cli.NcProcesses.Run;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The rarer flags of OpenBSD's nc: what packets carry, and what the other side sees of them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NcFlagsTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final Pattern TOS = Pattern.compile("tos:(0x[0-9a-f]+|0)");

  @TempDir private Path directory;
  @SuppressWarnings("NullAway.Init") private NcProcesses processes;

  @BeforeEach
  void begin() {
    processes = new NcProcesses(directory);
  }

  @AfterEach
  void end() throws InterruptedException {
    processes.end();
  }

  /** The type of service of the one connection to a port, as ss shows it. */
  private int serviceOf(int port) throws Exception {
    var ss =
        processes.other(
            "ss", NcProcesses.nothing(), "ss", "-Htn", "--tos", "state", "established", "dport", "=",
            ":" + port);
    assertThat(ss.status()).as(ss.said()).isZero();
    var matcher = TOS.matcher(ss.wrote());
    assertThat(matcher.find()).as(ss.wrote()).isTrue();
    return Integer.decode(matcher.group(1));
  }

  @Test
  void typeOfService_isThatOfNc() throws Exception {
    var words =
        new ArrayList<>(
            List.of(
                "critical", "ef", "inetcontrol", "lowcost", "lowdelay", "netcontrol", "reliability",
                "throughput", "0x24", "184", "255"));
    for (int i = 0; i < 8; i++) {
      words.add("cs" + i);
    }
    for (int i = 1; i <= 4; i++) {
      words.addAll(List.of("af" + i + 1, "af" + i + 2, "af" + i + 3));
    }
    for (var word : words) {
      try (var server = new ServerSocket(0, 1, LOOPBACK)) {
        int port = server.getLocalPort();
        var theirs =
            processes.other(
                "theirs", NcProcesses.nothing(), "nc.openbsd", "-d", "-T", word, "127.0.0.1", "" + port);
        try (var _ = server.accept()) {
          var socket = CommandLine.populateCommand(new NcSocket(), "-T", word);
          int ours = Integer.parseInt(socket.query().replace("?tos=", ""));
          // TCP keeps the lower two bits for ECN, RFC 3168.
          assertThat(ours & 0xfc).as(word).isEqualTo(serviceOf(port));
        }
        theirs.process().destroyForcibly();
      }
    }
  }

  @Test
  void typeOfService_isTheKernels() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      int port = server.getLocalPort();
      processes.nc("nc", NcProcesses.nothing(), "-d", "-T", "af41", "127.0.0.1", "" + port);
      try (var _ = server.accept()) {
        assertThat(serviceOf(port)).isEqualTo(0x88);
      }
    }
  }

  @Test
  void hops_areCountedByWhoWantsSoMany() throws Exception {
    int port = InetdProcess.freePort();
    var place = new String[] {"127.0.0.1", "" + port};
    var server =
        processes.nc("server", NcProcesses.nothing(), "-klv", "-m", "200", place[0], place[1]);
    server.awaits("Listening on ");
    assertThat(theirs("200", place).status()).isZero();
    assertThat(theirs("199", place).status()).isEqualTo(1);
    var enough = processes.nc("enough", NcProcesses.nothing(), "-z", "-M", "200", place[0], place[1]);
    assertThat(enough.status()).as(enough.said()).isZero();
    var few =
        processes.nc("few", NcProcesses.nothing(), "-zv", "-w1", "-M199", place[0], place[1]);
    assertThat(few.status()).isEqualTo(1);
    assertThat(few.said()).hasLineCount(1).contains("timed out");
  }

  private Run theirs(String hops, String... place) throws Exception {
    return processes.other(
        "theirs" + hops, NcProcesses.nothing(), "nc.openbsd", "-z", "-w1", "-M", hops, place[0],
        place[1]);
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1,''", "127.255.255.255,-b"})
  void datagrams_carryThem(String to, String broadcast) throws Exception {
    int port = InetdProcess.freePort();
    var receiver =
        processes.other(
            "receiver", NcProcesses.nothing(), "socat", "-u",
            "UDP4-RECVFROM:" + port + ",ip-recvttl,ip-recvtos",
            "SYSTEM:echo $SOCAT_IP_TTL $SOCAT_IP_TOS; cat");
    NcProcesses.awaitPort("udp", port);
    var flags =
        new ArrayList<>(List.of("-u", "-q0", "-T", "ef", "-M", "33", to, String.valueOf(port)));
    if (!broadcast.isEmpty()) {
      flags.addFirst(broadcast);
    }
    var nc = processes.nc("nc", processes.text("sent"), flags.toArray(new String[0]));
    assertThat(nc.status()).as(nc.said()).isZero();
    assertThat(receiver.status()).as(receiver.said()).isZero();
    assertThat(receiver.wrote()).isEqualTo("33 184\nsent");
  }

  @Test
  void broadcast_withoutB_isRefused() throws Exception {
    var nc = processes.nc("nc", processes.text("x"), "-u", "127.255.255.255", "9");
    assertThat(nc.status()).isEqualTo(1);
    assertThat(nc.said()).hasLineCount(1).contains("Permission denied");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", ""})
  void datagrams_withAnOption_areAnswered(String at) throws Exception {
    int port = InetdProcess.freePort();
    var words = new ArrayList<>(List.of("-luv", "-T", "ef", "-q1", String.valueOf(port)));
    if (!at.isEmpty()) {
      words.add(words.size() - 1, at);
    }
    var server = processes.nc("nc", processes.text("answer"), words.toArray(new String[0]));
    NcProcesses.awaitPort(at.isEmpty() ? "udp6" : "udp", port);
    try (var client = new DatagramSocket(0, LOOPBACK)) {
      client.send(new DatagramPacket("question".getBytes(UTF_8), 8, LOOPBACK, port));
      var answer = new DatagramPacket(new byte[100], 100);
      client.receive(answer);
      assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8)).isEqualTo("answer");
    }
    assertThat(server.status()).as(server.said()).isZero();
    assertThat(server.wrote()).isEqualTo("question");
  }

  @Test
  void debug_isRoots() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var port = String.valueOf(server.getLocalPort());
      var command = new ArrayList<>(List.of("setpriv", "--bounding-set", "-net_admin"));
      NcProcesses.need("setpriv");
      Assumptions.assumeTrue(
          "root".equals(System.getProperty("user.name")), "only root has capabilities to drop");
      command.addAll(InetdProcess.command("nc", "-zD", "127.0.0.1", port));
      var without = processes.start("without", NcProcesses.nothing(), command);
      assertThat(without.status()).isEqualTo(1);
      var asRoot = processes.nc("root", NcProcesses.nothing(), "-zD", "127.0.0.1", port);
      assertThat(asRoot.status()).as(asRoot.said()).isZero();
    }
  }

  @Test
  void telnet_isAnsweredAndNotShown() throws Exception {
    var peers = new byte[][] {
      {'a', -1, -3, 1, 'b', -1, -5}, // DO 1, and half of WILL 3
      {3, 'c', -1, -4, 5, 'd', -1, -2, 6}, // WONT 5, DONT 6
      {-1, -6, 24, -1, -1, 1, -1, -16, 'e', -1, -1, -1, -15, 'f'} // parameters, 255, NOP
    };
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      var port = String.valueOf(server.getLocalPort());
      var open = processes.nc("open", NcProcesses.nothing(), "-dt", "127.0.0.1", port);
      try (var client = server.accept()) {
        client.setTcpNoDelay(true);
        client.getOutputStream().write(peers[0]);
        var in = client.getInputStream();
        assertThat(in.readNBytes(3)).containsExactly(-1, -4, 1);
        client.getOutputStream().write(peers[1]);
        assertThat(in.readNBytes(3)).containsExactly(-1, -2, 3);
        client.getOutputStream().write(peers[2]);
        client.shutdownOutput();
        while (Files.size(open.out()) < 7) {
          assertThat(open.process().isAlive()).isTrue();
          Thread.onSpinWait();
        }
        assertThat(Files.readAllBytes(open.out()))
            .containsExactly('a', 'b', 'c', 'd', 'e', -1, 'f');
      }
    }
  }

  @Test
  void passing_toNoSocket_isRefusedBeforeItConnects() throws Exception {
    try (var server = new ServerSocket(0, 1, LOOPBACK)) {
      server.setSoTimeout(1);
      var nc =
          processes.nc("nc", NcProcesses.nothing(), "-F", "127.0.0.1", "" + server.getLocalPort());
      assertThat(nc.status()).isEqualTo(1);
      assertThat(nc.said())
          .isEqualTo("nc: -F: the standard output is not a connected Unix socket\n");
      assertThat(catchThrowable(server::accept))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-T 256 localhost 1|-T: read \"256\", expected a number to 255 or af11, ",
        "-T af14 localhost 1|-T: read \"af14\", expected a number to 255 or af11, ",
        "-T -1 localhost 1|-T: read \"-1\", expected ",
        "-M 0 localhost 1|-M out of range: 0",
        "-M 256 localhost 1|-M out of range: 256",
        "-m 256 localhost 1|-m out of range: 256",
        "-u -m 2 localhost 1|-m is for TCP",
        "-b localhost 1|-b needs -u",
        "-S localhost 1|-S: no TCP MD5 signatures here",
        "-V 1 localhost 1|-V: no alternate routing table support available",
        "-T ef -U /x|-T, -M, -m and -D are not for -U",
        "-F -l 1|-F passes a TCP connection: without -l",
        "-F --ssl localhost 1|-F passes a TCP connection: without -l",
        "-t --exec cat -l 1|-t is for the standard streams",
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
    assertThat(err.toString()).startsWith("netsvc: " + message).doesNotContain("\tat ");
  }
}
