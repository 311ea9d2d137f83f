package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.Outcome;
import io.netsvc.net.ProxyHeader;
import io.netsvc.net.Relay;
import io.netsvc.net.RelayEvents;
import io.netsvc.net.RelayServer;
import io.netsvc.net.Upstream;
import io.netsvc.net.Upstreams;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams by the names that TLS clients ask for. */
@Timeout(60)
class SniRoutesTest {
  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  private static Upstreams to(int port) {
    return Upstreams.inTurn(Connector.of(o -> o), List.of(address(port)));
  }

  /** A server of TLS with a certificate of its own. */
  private static WebTarget tls(Path directory, String text) throws Exception {
    var file = directory.resolve("keys");
    if (!Files.exists(file)) {
      var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
      Programs.run(
          List.of(
              keytool, "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=a.example",
              "-storetype", "PKCS12", "-storepass", "secret", "-keystore", file.toString()),
          "");
    }
    var keys = KeyStore.getInstance(file.toFile(), "secret".toCharArray());
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "secret".toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return new WebTarget(
        context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")),
        text);
  }

  private static String curl(int port, String name) throws Exception {
    Programs.need("curl");
    return Programs.run(
        List.of(
            "curl", "-gsSk", "--max-time", "20", "--noproxy", "*", "--resolve",
            name + ":" + port + ":127.0.0.1", "https://" + name + ":" + port + "/"),
        "");
  }

  private static String openssl(int port, String... options) throws Exception {
    Programs.need("openssl");
    var command =
        new ArrayList<>(
            List.of("openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + port));
    command.addAll(List.of(options));
    return Programs.run(command, WebTarget.REQUEST);
  }

  @Test
  void clients_goByName(@TempDir Path directory) throws Exception {
    try (var a = tls(directory, "served by a");
        var b = tls(directory, "served by b");
        var c = tls(directory, "served by c");
        var other = tls(directory, "served by another")) {
      var upstream = to(a.port());
      var routes =
          SniRoutes.none()
              .withRoute("A.example", upstream)
              .withRoute("*.example", to(b.port()))
              .withRoute("*.c.example", to(c.port()))
              .withDefault(to(other.port()));
      try (var front = new Proxied(routes, 100)) {
        assertThat(curl(front.port(), "a.example")).isEqualTo("served by a");
        assertThat(curl(front.port(), "b.example")).isEqualTo("served by b");
        assertThat(curl(front.port(), "c.example")).isEqualTo("served by b");
        assertThat(curl(front.port(), "x.y.c.example")).isEqualTo("served by c");
        assertThat(curl(front.port(), "localhost")).isEqualTo("served by another");
        assertThat(openssl(front.port(), "-servername", "A.EXAMPLE")).contains("served by a");
        assertThat(openssl(front.port(), "-servername", "b.example", "-tls1_2"))
            .contains("served by b");
        assertThat(openssl(front.port(), "-noservername")).contains("served by another");
        while (front.server().snapshot().open() > 0) {
          Thread.onSpinWait();
        }
        assertThat(upstream.snapshot().getFirst().connected()).isEqualTo(2);
        assertThat(upstream.snapshot().getFirst().open()).isZero();
      }
    }
  }

  @Test
  void unknownName_isToldByAlert_noTlsIsCut() throws Exception {
    try (var front = new Proxied(SniRoutes.none(), 100)) {
      assertThat(openssl(front.port(), "-servername", "b.example"))
          .containsIgnoringCase("unrecognized name");
      assertThat(front.failure())
          .isInstanceOf(ProtocolException.class)
          .hasMessageEndingWith(": no route to b.example");
      assertThat(openssl(front.port(), "-noservername")).containsIgnoringCase("unrecognized name");
      assertThat(front.failure()).hasMessageEndingWith(": asks for no name");
      try (var client = front.connect()) {
        client.getOutputStream().write('G');
        assertThat(front.failure()).hasMessageEndingWith(": no TLS");
      }
    }
  }

  @Test
  void noTls_goesToTheDefault() throws Exception {
    try (var target = new WebTarget("127.0.0.1", "served");
        var front = new Proxied(SniRoutes.none().withDefault(to(target.port())), 100);
        var client = front.connect()) {
      client.getOutputStream().write(WebTarget.REQUEST.getBytes(ISO_8859_1));
      assertThat(new String(client.getInputStream().readAllBytes(), ISO_8859_1))
          .endsWith("served");
    }
  }

  @Test
  void silentClient_isCutInTime() throws Exception {
    try (var front = new Proxied(SniRoutes.none().withTimeout(Duration.ofMillis(100)), 1);
        var client = front.connect()) {
      client.getOutputStream().write(22);
      assertThat(front.failure())
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageEndingWith("timed out after 100 ms");
      while (front.server().snapshot().open() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** What the upstream sees: the header of the PROXY protocol, the hello, the rest; all of it spliced. */
  @Test
  void helloInBytes_isWrittenAfterTheHeader_andTheRestIsSpliced() throws Exception {
    byte[] hello = Hello.fragmented(Hello.to("a.example"), 100);
    byte[] rest = new byte[1 << 20];
    Arrays.fill(rest, (byte) 'x');
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    var events =
        new RelayEvents() {
          @Override
          public void ended(SocketAddress client, Outcome outcome) {
            outcomes.add(outcome);
          }
        };
    try (var back = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        var listener = Listener.open(address(0));
        var _ =
            RelayServer.serve(
                listener,
                SniRoutes.none().withRoute("a.example", to(back.getLocalPort())),
                o ->
                    o.withEvents(events)
                        .withProxyOut(ProxyHeader.Version.V1)
                        .withRelay(r -> r.withMode(Relay.Mode.SPLICE)));
        var client = new Socket(InetAddress.ofLiteral("127.0.0.1"),
            ((InetSocketAddress) listener.localAddress()).getPort())) {
      client.setTcpNoDelay(true);
      for (byte b : hello) {
        client.getOutputStream().write(b);
      }
      try (var upstream = back.accept()) {
        var in = upstream.getInputStream();
        var header = new StringBuilder();
        while (header.indexOf("\r\n") < 0) {
          header.append((char) in.read());
        }
        assertThat(header.toString())
            .startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + client.getLocalPort());
        assertThat(in.readNBytes(hello.length)).isEqualTo(hello);
        client.getOutputStream().write(rest);
        client.shutdownOutput();
        assertThat(in.readAllBytes()).isEqualTo(rest);
      }
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      var outcome = outcomes.take();
      assertThat(outcome.cause()).isEqualTo(Outcome.Cause.EOF);
      assertThat(outcome.mode()).isEqualTo(Relay.Mode.SPLICE);
    }
  }

  @Test
  void names_thatAreNone_areRefused() {
    Upstream nowhere =
        () -> {
          throw new IOException("nowhere");
        };
    for (var name : List.of("", "*", "*.", "a.*", "a b", "a.", "*a")) {
      assertThatThrownBy(() -> SniRoutes.none().withRoute(name, nowhere))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(SniRoutes.none()::connect).isInstanceOf(IllegalStateException.class);
  }
}
