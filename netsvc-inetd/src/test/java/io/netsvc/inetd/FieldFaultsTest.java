package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.inetd.config.InetdConfig;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults that other inetds were seen to have when they ran: here is none of them. Those that are a
 * matter of reading a file alone are with the dialects.
 */
@Timeout(60)
class FieldFaultsTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path directory;
  private int port;

  @BeforeEach
  void choosePort() throws Exception {
    port = Programs.freePort();
  }

  private InetdServer serve(String text) {
    var server = InetdServer.start(InetdConfig.parse("c", text.replace("PORT", String.valueOf(port))));
    assertThat(server.diagnostics()).noneMatch(d -> d.isError());
    return server;
  }

  /** Sends datagrams from one socket, and returns how many come back, none missing for a second. */
  private static int answers(DatagramSocket client, int port, int count) throws Exception {
    var to = new InetSocketAddress(LOOPBACK, port);
    for (int i = 0; i < count; i++) {
      client.send(new DatagramPacket(new byte[] {(byte) i}, 1, to));
    }
    client.setSoTimeout(1_000);
    Set<Byte> answered = new HashSet<>();
    try {
      while (answered.size() < count) {
        var answer = new DatagramPacket(new byte[1], 1);
        client.receive(answer);
        answered.add(answer.getData()[0]);
      }
    } catch (SocketTimeoutException e) {
      return answered.size();
    }
    return answered.size();
  }

  /** openbsd-inetd 0.20221205: over IPv6 the program lacks what stands on a continuation line. */
  @Test
  void continuationLine_withBothFamilies_reachesBoth() throws Exception {
    try (var _ = serve("PORT stream tcp nowait - /bin/echo echo one\n\ttwo three\n")) {
      for (var host : new String[] {"127.0.0.1", "::1"}) {
        try (var client = new Socket(InetAddress.ofLiteral(host), port)) {
          client.setSoTimeout(20_000);
          assertThat(ask(client, "")).isEqualTo("one two three\n");
        }
      }
    }
  }

  /** GNU inetd 2.4 and busybox 1.35 leave IPV6_V6ONLY off, and the second of the two fails. */
  @Test
  void tcpAndTcp6_onOnePort_bothServe() throws Exception {
    var text = "PORT stream tcp nowait - /bin/echo echo four\nPORT stream tcp6 nowait - /bin/echo echo six\n";
    try (var _ = serve(text);
        var client = new Socket(InetAddress.ofLiteral("::1"), port)) {
      client.setSoTimeout(20_000);
      assertThat(ask(client, "")).isEqualTo("six\n");
      assertThat(ask(port, "")).isEqualTo("four\n");
    }
  }

  /** openbsd-inetd runs root:group with root's own group; GNU inetd ignores it. */
  @Test
  void group_ofRoot_counts() throws Exception {
    Programs.requireRoot("root:daemon");
    try (var _ = serve("127.0.0.1:PORT stream tcp nowait root:daemon /usr/bin/id id -gn\n")) {
      assertThat(ask(port, "")).isEqualTo("daemon\n");
    }
  }

  /** openbsd-inetd reads the sizes and sets none. */
  @Test
  void bufferSizes_areTheSockets() throws Exception {
    Programs.require("/usr/bin/perl");
    var program =
        Programs.script(
            directory.resolve("sizes"),
            "exec perl -MSocket -e 'for(SO_SNDBUF,SO_RCVBUF){print unpack(q(i),getsockopt(STDIN,SOL_SOCKET,$_)),q( )}'\n");
    try (var _ = serve("127.0.0.1:PORT stream tcp,sndbuf=64k,rcvbuf=32k nowait - " + program + "\n")) {
      assertThat(ask(port, "")).as("the kernel doubles them").isEqualTo("131072 65536 ");
    }
  }

  /** openbsd-inetd leaves the socket readable, and spins until the minute is over. */
  @Test
  void wait_overItsRate_takesNoCpu() throws Exception {
    try (var server = serve("127.0.0.1:PORT stream tcp wait.1 - /bin/sleep sleep 0\n");
        var _ = connect(port)) {
      Programs.await("the rate", () -> server.services().getFirst().state() == ServiceState.State.RATE);
      long before = Programs.ticks(ProcessHandle.current().pid());
      try (var _ = connect(port)) {
        Thread.sleep(2_000); // to count in, not to wait for anything
      }
      assertThat(Programs.ticks(ProcessHandle.current().pid()) - before).isLessThan(60);
      assertThat(server.services().getFirst().started()).isEqualTo(1);
    }
  }

  /** GNU inetd binds again after its pause, and never listens any more. */
  @Test
  void rate_afterItsPause_servesAgain() throws Exception {
    var text = "127.0.0.1:PORT on\n protocol = tcp, wait = no, user = -, rate = 1/1s, exec = /bin/echo, args = echo x;\n";
    try (var _ = serve(text)) {
      long begun = System.nanoTime();
      for (int i = 0; i < 3; i++) {
        assertThat(ask(port, "")).isEqualTo("x\n");
      }
      assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_500));
    }
  }

  /** GNU inetd tells the programs of datagrams who the last client of a stream was. */
  @Test
  void variables_ofOneClient_areNotAnothersProgram() throws Exception {
    int udp = Programs.freePort();
    var out = directory.resolve("env");
    var shows = Programs.script(directory.resolve("shows"), "env > " + out + ".new; mv " + out + ".new " + out + "; sleep 0.1\n");
    var text =
        "127.0.0.1:PORT on\n protocol = tcp, wait = no, user = -, variables = ucspi, exec = /usr/bin/env, args = env;\n"
            + "127.0.0.1:" + udp + " dgram udp wait - " + shows + "\n";
    try (var _ = serve(text);
        var client = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      assertThat(ask(port, "")).contains("TCPREMOTEIP=127.0.0.1");
      client.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(LOOPBACK, udp)));
      Programs.await("it ran", () -> out.toFile().exists());
      assertThat(out).content().contains("PATH=").doesNotContain("TCPREMOTEIP");
    }
  }

  /** xinetd 2.3.15 throws away what waits behind a datagram that it answers. */
  @Test
  void datagrams_thatComeTogether_areAllAnswered() throws Exception {
    try (var server = serve("127.0.0.1:PORT dgram udp wait - internal echo\n");
        var client = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      assertThat(answers(client, port, 50)).isEqualTo(50);
      assertThat(server.services().getFirst().accepted()).isEqualTo(50);
    }
  }

  /** GNU inetd and busybox answer each other's echo for ever, where somebody forges the first. */
  @ParameterizedTest
  @ValueSource(strings = {"echo", "chargen", "daytime", "time"})
  void datagram_fromAPortThatAnswers_isRefusedAndCounted(String service) throws Exception {
    Programs.requireRoot("a port below 1024");
    var echo = new DatagramSocket(null);
    try (var server = serve("127.0.0.1:PORT dgram udp wait - internal " + service + "\n");
        echo) {
      echo.setReuseAddress(true);
      echo.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.9"), 19));
      echo.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(LOOPBACK, port)));
      Programs.await(
          "it is refused", () -> server.services().getFirst().refused().containsKey(Refusal.LOOP));
      echo.setSoTimeout(200);
      assertThatThrownBy(() -> echo.receive(new DatagramPacket(new byte[99], 99)))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(new String(Clients.askUdp(port), US_ASCII)).isNotEmpty();
    }
  }
}
