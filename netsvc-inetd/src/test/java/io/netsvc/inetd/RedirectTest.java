package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients relayed to another service, or to none. */
@Timeout(60)
class RedirectTest {
  @TempDir private Path directory;
  private int port;

  @BeforeEach
  void choosePort() throws Exception {
    port = Programs.freePort();
  }

  private InetdServer serve(String target, String... more) {
    var text = "127.0.0.1:%d on protocol = tcp, wait = no, redirect = %s;\n".formatted(port, target);
    var server = InetdServer.start(InetdConfig.parse("c", text + String.join("\n", more) + "\n"));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  /** A listening socket whose backlog is full: a client is neither accepted nor refused. */
  private static final class Full implements AutoCloseable {
    private final ServerSocket listening;
    private final List<Socket> waiting = new ArrayList<>();

    Full() throws IOException {
      listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      boolean full = false;
      while (!full) {
        var client = new Socket();
        waiting.add(client);
        try {
          client.connect(listening.getLocalSocketAddress(), 200);
        } catch (SocketTimeoutException _) {
          full = true;
        }
      }
    }

    int port() {
      return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      listening.close();
      for (var client : waiting) {
        client.close();
      }
    }
  }

  @Test
  void name_isLookedUpForEachClient() throws Exception {
    var target = Programs.freePort();
    try (var _ = serve("localhost:" + target, "127.0.0.1:" + target + " stream tcp nowait - /bin/cat cat")) {
      assertThat(ask(port, "abc\n")).isEqualTo("abc\n");
      assertThat(ask(port, "def\n")).isEqualTo("def\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {":%d", "tcp://127.0.0.1:%d", "unix:%s/s"})
  void endpoint_ofAnyKind_isReached(String kind) throws Exception {
    var target = Programs.freePort();
    var endpoint = kind.contains("%d") ? kind.formatted(target) : kind.formatted(directory);
    var listen = kind.contains("%d") ? "127.0.0.1:" + target + " stream tcp" : directory + "/s stream unix";
    try (var _ = serve(endpoint, listen + " nowait - /bin/cat cat")) {
      assertThat(ask(port, "abc\n")).isEqualTo("abc\n");
    }
  }

  @Test
  void upstream_refuses_clientIsResetAndCounted() throws Exception {
    int nobody = Programs.freePort();
    try (var log = new Log();
        var server = serve("127.0.0.1:" + nobody);
        var client = connect(port)) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
      Programs.await("its end", () -> server.services().getFirst().running() == 0);
      assertThat(server.services().getFirst().refused()).isEqualTo(Map.of(Refusal.UPSTREAM, 1L));
      assertThat(log.text())
          .containsOnlyOnce("reason=UPSTREAM peer=/127.0.0.1:" + client.getLocalPort())
          .contains("cause=\"connect ", "Connection refused");
    }
  }

  @Test
  void upstream_hasNoSuchName_isCounted() throws Exception {
    try (var server = serve("no-such-host.invalid:7");
        var client = connect(port)) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
      Programs.await("its end", () -> server.services().getFirst().running() == 0);
      assertThat(server.services().getFirst().refused()).isEqualTo(Map.of(Refusal.UPSTREAM, 1L));
    }
  }

  @Test
  void upstream_hangs_isGivenUpAtTheDeadline() throws Exception {
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (var full = new Full();
        var listener = Listener.open(any);
        var client = connect(((InetSocketAddress) listener.localAddress()).getPort());
        var connection = listener.accept()) {
      var redirect =
          new Redirect(
              Endpoint.parse("localhost:" + full.port()), Connector.of(o -> o.withTimeout(Duration.ofMillis(300))));
      assertThatThrownBy(() -> redirect.serve(connection))
          .isInstanceOf(Redirect.Unreachable.class)
          .hasMessageContaining("timed out after 300 ms");
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void upstream_hangs_othersAreServedAndCloseReturns() throws Exception {
    var other = Programs.freePort();
    try (var full = new Full()) {
      var server =
          serve("127.0.0.1:" + full.port(), "127.0.0.1:" + other + " stream tcp nowait - /bin/echo echo x");
      var clients = new ArrayList<Socket>();
      try (server) {
        for (int i = 0; i < 8; i++) {
          clients.add(connect(port));
        }
        Programs.await("all wait", () -> server.services().getFirst().running() == 8);
        assertThat(ask(other, "")).isEqualTo("x\n");
      }
      for (var client : clients) {
        client.close();
      }
    }
  }

  @Test
  void endpoint_ofDatagrams_isADiagnostic() {
    var text = "7 on protocol = tcp, wait = no, redirect = udp://127.0.0.1:7;\n";
    assertThat(InetdServer.check(InetdConfig.parse("c", text)).diagnostics())
        .singleElement()
        .asString()
        .contains("read \"udp://127.0.0.1:7\", expected tcp: or unix: to redirect to");
  }
}
