package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.linux.Credentials;
import io.netsvc.net.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The port multiplexer of RFC 1078, and who gets what behind it. */
@Timeout(60)
class TcpmuxTest {
  private static final String GO = "+Go\r\n";
  private static final String NOT_AVAILABLE = "-Service not available\r\n";

  private int port;

  @BeforeEach
  void choosePort() throws Exception {
    port = Programs.freePort();
  }

  /** Starts a server of the multiplexer and these entries. */
  private InetdServer serve(String... entries) {
    var text = "127.0.0.1:%d stream tcp nowait root internal tcpmux\n%s\n".formatted(port, String.join("\n", entries));
    var server = InetdServer.start(InetdConfig.parse("c", text));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  private static String definition(String name, String attributes, String program) {
    return "tcpmux/%s on protocol = tcp, wait = no, user = -, %s, exec = %s;".formatted(name, attributes, program);
  }

  private static Map<Refusal, Long> refused(InetdServer server) {
    return server.services().get(1).refused();
  }

  @Test
  void client_notAdmitted_isToldSoAndNothingElse() throws Exception {
    try (var server = serve(definition("+x", "no_access = 127.0.0.1", "/bin/echo, args = echo x"))) {
      assertThat(ask(port, "x\r\n")).isEqualTo(NOT_AVAILABLE);
      assertThat(refused(server)).isEqualTo(Map.of(Refusal.ACCESS, 1L));
      assertThat(server.services().get(1).accepted()).isEqualTo(1);
      assertThat(server.services().get(1).running()).isZero();
    }
  }

  @Test
  void client_notAdmittedWhoSendsOn_stillGetsTheAnswer() throws Exception {
    try (var _ = serve(definition("+x", "no_access = 127.0.0.1", "/bin/echo, args = echo x"))) {
      for (int i = 0; i < 20; i++) {
        assertThat(ask(port, "x\r\n" + "more\n".repeat(2_000))).isEqualTo(NOT_AVAILABLE);
      }
    }
  }

  @Test
  void client_overTheInstances_isRefusedAndLaterServed() throws Exception {
    try (var server = serve(definition("+x", "accept_max = 1", "/bin/cat"))) {
      try (var first = connect(port)) {
        first.getOutputStream().write("x\r\na".getBytes(StandardCharsets.US_ASCII));
        assertThat(first.getInputStream().readNBytes(6)).asString(StandardCharsets.US_ASCII).isEqualTo(GO + "a");
        assertThat(ask(port, "x\r\nb")).isEqualTo(NOT_AVAILABLE);
        assertThat(refused(server)).isEqualTo(Map.of(Refusal.INSTANCES, 1L));
      }
      Programs.await("its end", () -> server.services().get(1).running() == 0);
      assertThat(ask(port, "x\r\nc")).isEqualTo(GO + "c");
    }
  }

  @Test
  void client_overTheRate_isRefused() throws Exception {
    try (var server = serve(definition("+x", "service_max = 2", "/bin/echo, args = echo x"))) {
      assertThat(List.of(ask(port, "x\r\n"), ask(port, "x\r\n"), ask(port, "x\r\n"), ask(port, "x\r\n")))
          .containsExactly(GO + "x\n", GO + "x\n", NOT_AVAILABLE, NOT_AVAILABLE);
      assertThat(refused(server)).isEqualTo(Map.of(Refusal.RATE, 2L));
    }
  }

  @Test
  void client_overTheRateOfItsAddress_isRefused() throws Exception {
    try (var server = serve(definition("+x", "ip_max = 1", "/bin/echo, args = echo x"))) {
      assertThat(List.of(ask(port, "x\r\n"), ask(port, "x\r\n"))).containsExactly(GO + "x\n", NOT_AVAILABLE);
      assertThat(refused(server)).isEqualTo(Map.of(Refusal.SOURCE_RATE, 1L));
    }
  }

  @Test
  void program_asAnotherUserAndGroup_hasThoseAlone() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "another user needs root");
    var nobody = Credentials.user("nobody").orElseThrow();
    int daemon = Credentials.gid("daemon").orElseThrow();
    var id = "/bin/sh sh -c \"id -u; id -ru; id -g; id -rg; id -G\"";
    try (var _ =
        serve("tcpmux/+plain stream tcp nowait nobody " + id, "tcpmux/+grouped stream tcp nowait nobody:daemon " + id)) {
      assertThat(ask(port, "plain\r\n"))
          .isEqualTo(GO + "%1$d\n%1$d\n%2$d\n%2$d\n%2$d\n".formatted(nobody.uid(), nobody.gid()));
      assertThat(ask(port, "grouped\r\n").lines().toList())
          .startsWith("+Go", "" + nobody.uid(), "" + nobody.uid(), "" + daemon, "" + daemon)
          .last()
          .asString()
          .doesNotMatch("(.* )?0( .*)?");
    }
  }

  @Test
  void help_ofAnyCase_listsNamesAlone() throws Exception {
    try (var server =
        serve("tcpmux/+One stream tcp nowait - /bin/echo echo 1", "tcpmux/two stream tcp nowait - /bin/echo echo 2")) {
      assertThat(ask(port, "HELP\r\n")).isEqualTo("One\r\ntwo\r\n");
      server.stopService(server.services().get(1).name());
      assertThat(ask(port, "hElp\n")).isEqualTo("two\r\n");
      assertThat(ask(port, "one\r\n")).isEqualTo(NOT_AVAILABLE);
    }
  }

  @Test
  void request_longerThan256Bytes_isNone() throws Exception {
    try (var _ = serve("tcpmux/+x stream tcp nowait - /bin/echo echo x")) {
      assertThat(ask(port, "x".repeat(256) + "\r\n")).isEqualTo(NOT_AVAILABLE);
      assertThat(ask(port, "x".repeat(257) + "\r\n")).isEqualTo("-Service name expected\r\n");
      assertThat(ask(port, "x".repeat(5_000))).isEqualTo("-Service name expected\r\n");
      assertThat(ask(port, "\r\n")).isEqualTo("-Service name expected\r\n");
    }
  }

  @Test
  void program_clientSentOn_getsAllOfIt() throws Exception {
    var rest = "\r\n\0rest\r\n".repeat(10_000);
    try (var _ = serve("tcpmux/+x stream tcp nowait - /bin/cat cat")) {
      assertThat(ask(port, "x\r\n" + rest)).isEqualTo(GO + rest);
    }
  }

  /** Each byte comes in time, but not the line. */
  @Test
  void request_inDrips_isClosedAtTheDeadline() throws Exception {
    var handler = new TcpmuxHandler(List::of, Duration.ofMillis(500));
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (var listener = Listener.open(any)) {
      int at = ((InetSocketAddress) listener.localAddress()).getPort();
      listener.serve(
          connection -> {
            var _ = handler.take(connection);
          });
      try (var client = connect(at)) {
        client.setSoTimeout(50);
        long begin = System.nanoTime();
        boolean ended = false;
        while (!ended) {
          try {
            client.getOutputStream().write('x');
            ended = client.getInputStream().read() < 0;
          } catch (SocketTimeoutException _) {
            // Another one.
          } catch (IOException _) {
            ended = true; // a reset
          }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(400), Duration.ofSeconds(5));
      }
    }
  }
}
