package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SsCommandTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  /** The words of each line, joined again, so that only the widths of columns do not count. */
  private static List<String> words(String lines) {
    return lines
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty()) // ss leaves one where a socket tells no memory
        .map(line -> String.join(" ", line.split("\\s+", -1)))
        .sorted()
        .toList();
  }

  private static String realSs(List<String> args) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("ss"));
    command.addAll(args);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  /** What ss prints, for sockets that stay as they are while both look. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Hatn", "-Hatnp", "-Hatne", "-Hatnep", "-Hatnm", "-HOatnpem", "-Htn", "-Hltn", "-Hlt", "-Hatun",
        "-H6atn", "-atn", "-Haxn", "-Hlxp"
      })
  void ss_printsWhatSsPrints(String flags) throws Exception {
    boolean there = Files.isExecutable(Path.of("/usr/bin/ss")) || Files.isExecutable(Path.of("/bin/ss"));
    assertThat(there || !Boolean.getBoolean("netsvc.require")).as("ss of iproute2").isTrue();
    assumeTrue(there, "no ss of iproute2");
    var path = directory.resolve("s");
    try (var listener = new ServerSocket(0, 7, LOOPBACK);
        var client = new Socket(LOOPBACK, listener.getLocalPort());
        var server = listener.accept();
        var waits = afterTimeWait(listener);
        var udp = new DatagramSocket(listener.getLocalPort(), LOOPBACK);
        var unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      unix.bind(UnixDomainSocketAddress.of(path), 3);
      assertThat(List.of(client, server, waits, udp)).isNotEmpty();
      int port = listener.getLocalPort();
      var args =
          flags.contains("x")
              ? List.of(flags, "src", "unix:" + path)
              : List.of(flags, "sport", "=", ":" + port, "or", "dport", "=", ":" + port);
      assertThat(run(prepend("ss", args))).isZero();
      assertThat(withoutTimes(words(out.toString())))
          .isEqualTo(withoutTimes(words(realSs(args))))
          .isNotEmpty();
      assertThat(err.toString()).isEmpty();
    }
  }

  /** Leaves a connection in TIME_WAIT, as every server that closes first has some. */
  private static void leaveTimeWait(ServerSocket listener) throws IOException {
    try (var client = new Socket(LOOPBACK, listener.getLocalPort())) {
      listener.accept().close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static Socket afterTimeWait(ServerSocket listener) throws IOException {
    leaveTimeWait(listener);
    return new Socket(LOOPBACK, listener.getLocalPort());
  }

  /** The lines without the time that a timer has left, which passes between two looks. */
  private static List<String> withoutTimes(List<String> lines) {
    return lines.stream().map(line -> line.replaceAll("timer:\\((\\w+),[^,]*,", "timer:($1,T,")).toList();
  }

  private static String[] prepend(String first, List<String> rest) {
    var all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all.toArray(new String[0]);
  }

  @Test
  void ss_oddUnixName_staysInItsLine() throws Exception {
    var path = directory.resolve("a\nb\tc");
    try (var unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      unix.bind(UnixDomainSocketAddress.of(path));
      assertThat(run("ss", "-Hlxp", "src", "unix:" + directory + "/*")).isZero();
      assertThat(out.toString().lines())
          .singleElement()
          .asString()
          .contains(directory + "/a\\x0ab\\x09c ")
          .contains(",pid=" + ProcessHandle.current().pid() + ",fd=");
    }
  }

  @Test
  void json_isOneArrayOfSockets() throws Exception {
    try (var listener = new ServerSocket(0, 7, LOOPBACK)) {
      assertThat(run("ss", "-ltp", "--json", "sport = " + listener.getLocalPort())).isZero();
      var array = new JsonMapper().readTree(out.toString());
      assertThat(array).hasSize(1);
      var socket = array.get(0);
      assertThat(socket.at("/local/port").asInt()).isEqualTo(listener.getLocalPort());
      assertThat(socket.at("/state").asText()).isEqualTo("listening");
      assertThat(socket.at("/sendQueue").asInt()).isEqualTo(7);
      assertThat(socket.at("/held").asText()).isEqualTo("held");
      assertThat(socket.at("/holders/0/pid").asLong()).isEqualTo(ProcessHandle.current().pid());
    }
  }

  @Test
  void summary_countsWhatThereIs() throws Exception {
    try (var listener = new ServerSocket(0, 7, LOOPBACK)) {
      assertThat(run("ss", "-s")).isZero();
      assertThat(listener.isBound()).isTrue();
      assertThat(out.toString()).containsPattern("TCP: +[1-9][0-9]* \\(listening [1-9]").contains("\nUNIX ");
    }
  }

  @Test
  void why_portTaken_saysWhoAndWhatHelpsAndExits1() throws Exception {
    try (var listener = new ServerSocket(0, 7, LOOPBACK)) {
      int port = listener.getLocalPort();
      assertThat(run("ss", "--why", "127.0.0.1:" + port)).isEqualTo(1);
      assertThat(out.toString().lines())
          .containsExactly(
              "tcp 127.0.0.1:%1$d: this process itself (pid %2$d) listens on [::ffff:127.0.0.1]:%1$d: close that one, or take another port"
                  .formatted(port, ProcessHandle.current().pid()));
      assertThat(run("ss", "--why", Integer.toString(port))).isEqualTo(1);
      assertThat(out.toString().lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith("tcp 0.0.0.0:" + port + ": this process itself"),
              line -> assertThat(line).isEqualTo("tcp [::]:" + port + ": free"));
      assertThat(run("ss", "-u", "--why", "127.0.0.1:" + port)).isZero();
      assertThat(out.toString()).isEqualTo("udp 127.0.0.1:" + port + ": free\n");
    }
  }

  @Test
  void why_addressOfAnother_saysSo() {
    assertThat(run("ss", "--why", "192.0.2.1:8080")).isEqualTo(1);
    assertThat(out.toString())
        .startsWith("tcp 192.0.2.1:8080: 192.0.2.1 is no address of this machine, or none yet: ")
        .hasLineCount(1);
  }

  @Test
  void why_connectionThatOutlivesItsListener_isNamed() throws Exception {
    var listener = new ServerSocket();
    listener.setReuseAddress(false);
    listener.bind(new InetSocketAddress(LOOPBACK, 0), 7);
    try (listener;
        var client = new Socket(LOOPBACK, listener.getLocalPort());
        var server = listener.accept()) {
      assertThat(client.isConnected() && server.isConnected()).isTrue();
      listener.close();
      int port = listener.getLocalPort();
      assertThat(run("ss", "--why", "127.0.0.1:" + port)).isEqualTo(1);
      assertThat(out.toString()).contains(": a connection from ").contains(" has the port, held by this process itself").hasLineCount(1);
    }
  }

  @Test
  void ss_badFilter_pointsAtItAndExits2() {
    assertThat(run("ss", "-lt", "sport", "=", "htpp")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("netsvc ss: filter, column 9: expected a port (0 to 65535, or a service's name), read \"htpp\"; did you mean http")
        .endsWith("\n  sport = htpp\n          ^\n");
  }

  @Test
  void ss_badNamespaceOrPort_isOneLineAndExits2() {
    assertThat(run("ss", "-N", "no-such-namespace")).isEqualTo(2);
    assertThat(err.toString()).startsWith("netsvc ss: ").contains("no-such-namespace").hasLineCount(1);
    assertThat(run("ss", "-N", "a/b")).isEqualTo(2);
    assertThat(err.toString()).startsWith("netsvc: -N: ");
    assertThat(run("ss", "--why", "99999")).isEqualTo(2);
    assertThat(err.toString()).startsWith("netsvc: --why 99999: port out of range: \"99999\"\n");
    assertThat(run("ss", "--why", "localhost:80")).isEqualTo(2);
    assertThat(err.toString()).startsWith("netsvc: --why localhost:80: expected a port or a service, or ");
  }
}
