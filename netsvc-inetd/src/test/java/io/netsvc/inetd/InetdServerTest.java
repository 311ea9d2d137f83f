package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.askUdp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InetdServerTest {

  private static InetdConfig config(String text) {
    return InetdConfig.parse("inetd.conf", text);
  }

  @Test
  void nowait_program_getsTheConnection() throws Exception {
    int port = Programs.freePort();
    try (var server =
        InetdServer.start(config("127.0.0.1:" + port + " stream tcp nowait - /bin/cat cat\n"))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "one")).isEqualTo("one");
      assertThat(ask(port, "two")).isEqualTo("two");
      assertThat(server.services().getFirst().started()).isEqualTo(2);
    }
  }

  @Test
  void nowait_sixFields_programIsItsOwnArgument(@TempDir Path directory) throws Exception {
    var script = directory.resolve("my-program");
    Files.writeString(script, "#!/bin/sh\necho \"I am $0\"\n");
    Files.setPosixFilePermissions(
        script, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    int port = Programs.freePort();
    try (var _ =
        InetdServer.start(config("127.0.0.1:" + port + " stream tcp nowait - " + script + "\n"))) {
      assertThat(ask(port, "")).isEqualTo("I am " + script + "\n");
    }
  }

  @Test
  void waitStream_program_acceptsForItself() throws Exception {
    Programs.require("/usr/bin/perl");
    int port = Programs.freePort();
    var accept = "open(S,'+<&=0');accept(C,S);print{*C}'pid';close(C)";
    try (var server =
        InetdServer.start(
            config(
                "127.0.0.1:" + port + " stream tcp wait - /usr/bin/perl perl -e \"" + accept + "\"\n"))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("pid");
      assertThat(ask(port, "")).isEqualTo("pid"); // the server polls again after the program's end
    }
  }

  @Test
  void internal_tcp_followsTheRfcs() throws Exception {
    int echo = Programs.freePort();
    int time = Programs.freePort();
    int daytime = Programs.freePort();
    int discard = Programs.freePort();
    try (var _ =
        InetdServer.start(
            config(
                """
                127.0.0.1:%d stream tcp nowait - internal echo
                127.0.0.1:%d stream tcp nowait - internal time
                127.0.0.1:%d stream tcp nowait - internal daytime
                127.0.0.1:%d stream tcp nowait - internal discard
                """
                    .formatted(echo, time, daytime, discard)))) {
      assertThat(ask(echo, "x".repeat(100_000))).isEqualTo("x".repeat(100_000));
      assertThat(ask(time, "")).hasSize(4);
      assertThat(ask(daytime, "")).endsWith("\r\n").hasSize(26);
      assertThat(ask(discard, "dropped")).isEmpty();
    }
  }

  @Test
  void internal_udp_answersOneDatagramWithOne() throws Exception {
    int echo = Programs.freePort();
    int time = Programs.freePort();
    try (var _ =
        InetdServer.start(
            config(
                """
                127.0.0.1:%d dgram udp wait - internal echo
                127.0.0.1:%d dgram udp wait - internal time
                """
                    .formatted(echo, time)))) {
      assertThat(askUdp(echo)).asString(StandardCharsets.US_ASCII).isEqualTo("hello");
      assertThat(Integer.toUnsignedLong(ByteBuffer.wrap(askUdp(time)).getInt()) - 2_208_988_800L)
          .isBetween(1_700_000_000L, 2_100_000_000L);
    }
  }

  @Test
  void handler_registered_servesOnAVirtualThread() throws Exception {
    int port = Programs.freePort();
    try (var server =
        InetdServer.start(
            config("127.0.0.1:" + port + " stream tcp nowait - internal greet\n"),
            o ->
                o.withHandler(
                    "greet",
                    c -> {
                      var who = Thread.currentThread().isVirtual() ? "virtual" : "platform";
                      c.write(ByteBuffer.wrap(who.getBytes(StandardCharsets.US_ASCII)));
                    }))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "")).isEqualTo("virtual");
    }
  }

  @Test
  void start_brokenEntries_goodOnesServe() throws Exception {
    int port = Programs.freePort();
    try (var server =
        InetdServer.start(
            config(
                """
                nonsense
                no-such-service-x stream tcp nowait - /bin/cat cat
                127.0.0.1:1 stream tcp nowait no-such-user /bin/cat cat
                127.0.0.1:2 stream tcp nowait - /no/such/program
                127.0.0.1:%d stream tcp nowait - /bin/cat cat
                """
                    .formatted(port)))) {
      assertThat(server.diagnostics())
          .extracting(Diagnostic::line, Diagnostic::severity)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple(1, Diagnostic.Severity.ERROR),
              org.assertj.core.groups.Tuple.tuple(2, Diagnostic.Severity.ERROR),
              org.assertj.core.groups.Tuple.tuple(3, Diagnostic.Severity.ERROR),
              org.assertj.core.groups.Tuple.tuple(4, Diagnostic.Severity.ERROR));
      assertThat(ask(port, "still")).isEqualTo("still");
    }
  }

  @Test
  void reload_unchangedEntry_keepsItsCounters() throws Exception {
    int port = Programs.freePort();
    int other = Programs.freePort();
    var line = "127.0.0.1:" + port + " stream tcp nowait - /bin/cat cat\n";
    try (var server = InetdServer.start(config(line))) {
      assertThat(ask(port, "one")).isEqualTo("one");
      server.reload(config("# new\n" + line + "127.0.0.1:" + other + " stream tcp nowait - internal echo\n"));
      assertThat(server.services()).extracting(ServiceState::started).containsExactly(1L, 0L);
      assertThat(ask(other, "two")).isEqualTo("two");
      // Broken now: what ran goes on.
      server.reload(config("127.0.0.1:" + port + " stream tcp nowait - /no/such/program\n"));
      assertThat(server.diagnostics()).hasSize(1);
      assertThat(ask(port, "three")).isEqualTo("three");
    }
  }

  @Test
  void nowait_sourceOverItsLimit_isRefusedAtOnce() throws Exception {
    int port = Programs.freePort();
    try (var server =
        InetdServer.start(
            config("127.0.0.1:" + port + " stream tcp nowait/0/2 - /bin/cat cat\n"))) {
      assertThat(server.diagnostics()).isEmpty();
      assertThat(ask(port, "one")).isEqualTo("one");
      assertThat(ask(port, "two")).isEqualTo("two");
      try (var third = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(third.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(server.services().getFirst().refusedInAll()).isEqualTo(1);
    }
  }

  @Test
  void nowait_overMaxChildren_waitsInTheBacklog() throws Exception {
    int port = Programs.freePort();
    try (var server =
            InetdServer.start(
                config("127.0.0.1:" + port + " stream tcp nowait/1 - /bin/cat cat\n"));
        var first = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(server.diagnostics()).isEmpty();
      first.getOutputStream().write('a');
      assertThat(first.getInputStream().read()).isEqualTo('a'); // it runs now
      try (var second = new Socket(InetAddress.getLoopbackAddress(), port)) {
        second.getOutputStream().write('b');
        assertThat(server.services().getFirst().running()).isEqualTo(1);
        first.shutdownOutput();
        assertThat(second.getInputStream().read()).isEqualTo('b');
      }
    }
  }

  @Test
  void start_addressIsNotOurs_namesAddressAndCause() throws Exception {
    int port = Programs.freePort();
    try (var server =
        InetdServer.start(config("192.0.2.1:" + port + " stream tcp nowait - /bin/cat cat\n"))) {
      assertThat(server.services()).isEmpty();
      assertThat(server.diagnostics())
          .singleElement()
          .hasToString(
              "inetd.conf:1:1: error: bind 192.0.2.1:%d: Cannot assign requested address (EADDRNOTAVAIL); 192.0.2.1 is no address of this machine, or none yet: take one that `ip address` lists and does not call tentative, or set net.ipv4.ip_nonlocal_bind"
                  .formatted(port));
    }
  }

  @Test
  void nowait_maxChildren_countsOverAllAddressesOfTheEntry() throws Exception {
    int port = Programs.freePort();
    try (var server =
            InetdServer.start(
                config("127.0.0.1,127.0.0.2:" + port + " stream tcp nowait/1 - /bin/cat cat\n"));
        var first = Clients.connect(port);
        var second = new Socket("127.0.0.2", port)) {
      assertThat(server.diagnostics()).isEmpty();
      first.getOutputStream().write('a');
      assertThat(first.getInputStream().read()).isEqualTo('a');
      second.getOutputStream().write('b');
      second.setSoTimeout(100);
      assertThatThrownBy(() -> second.getInputStream().read())
          .isInstanceOf(java.net.SocketTimeoutException.class);
      second.setSoTimeout(20_000);
      assertThat(ask(first, "")).isEmpty(); // it ends
      assertThat(second.getInputStream().read()).isEqualTo('b');
      second.shutdownOutput();
      assertThat(ask(port, "c")).isEqualTo("c");
    }
  }

  @Test
  void internal_overMaxChildren_waitsInTheBacklog() throws Exception {
    int port = Programs.freePort();
    try (var server =
            InetdServer.start(
                config("127.0.0.1:" + port + " stream tcp nowait/1 - internal echo\n"));
        var first = Clients.connect(port);
        var second = Clients.connect(port)) {
      assertThat(server.diagnostics()).isEmpty();
      first.getOutputStream().write('a');
      assertThat(first.getInputStream().read()).isEqualTo('a');
      second.getOutputStream().write('b');
      assertThat(server.services().getFirst().started()).isEqualTo(1);
      assertThat(ask(first, "")).isEmpty();
      assertThat(second.getInputStream().read()).isEqualTo('b');
    }
  }

  @Test
  void check_handlerOfTheOptions_isKnown() {
    var config = config("127.0.0.1:8081 stream tcp nowait - internal mine\n");
    assertThat(InetdServer.check(config).hasErrors()).isTrue();
    assertThat(InetdServer.check(config, o -> o.withHandler("mine", _ -> {})).hasErrors()).isFalse();
  }
}
