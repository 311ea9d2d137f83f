package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.endpoint.ProxyClient.Kind;
import io.netsvc.net.Connector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Through proxies that others wrote. */
@Timeout(60)
class ProxyClientProgramsTest {
  private static String get(int proxyPort, ProxyClient client, String host, int port)
      throws Exception {
    var proxy = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), proxyPort);
    try (var connection = client.connect(Connector.of(o -> o).connect(proxy), host, port)) {
      connection.write(ByteBuffer.wrap(WebTarget.REQUEST.getBytes(UTF_8)));
      var all = new ByteArrayOutputStream();
      var buffer = ByteBuffer.allocate(1024);
      while (connection.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
      return all.toString(UTF_8);
    }
  }

  private interface Use {
    void of(int port) throws Exception;
  }

  private static void withNcat(List<String> options, Use use) throws Exception {
    Programs.need("ncat");
    int port = Programs.freePort();
    var command =
        new ArrayList<>(
            List.of("ncat", "-l", "-k", "--proxy-type", "http", "127.0.0.1", String.valueOf(port)));
    command.addAll(options);
    var ncat = Programs.start(command);
    try {
      Programs.awaitListening(ncat, port);
      use.of(port);
    } finally {
      ncat.descendants().forEach(ProcessHandle::destroyForcibly);
      ncat.destroyForcibly().waitFor();
    }
  }

  @Test
  void http_throughNcat_isServed() throws Exception {
    try (var target = new WebTarget("127.0.0.1", "served")) {
      withNcat(
          List.of(),
          port ->
              assertThat(get(port, ProxyClient.of(Kind.HTTP), "localhost", target.port()))
                  .endsWith("\r\n\r\nserved"));
    }
  }

  @Test
  void http_throughNcatWithLogin_isServedWithTheRightOne() throws Exception {
    try (var target = new WebTarget("::1", "served")) {
      withNcat(
          List.of("--proxy-auth", "me:secret"),
          port -> {
            var client = ProxyClient.of(Kind.HTTP);
            assertThatThrownBy(() -> get(port, client, "::1", target.port()))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("wants a user and a password");
            var wrong = client.withCredentials("me", "guessed");
            assertThatThrownBy(() -> get(port, wrong, "::1", target.port()))
                .hasMessageEndingWith("refused the user or the password");
            assertThat(get(port, client.withCredentials("me", "secret"), "::1", target.port()))
                .endsWith("\r\n\r\nserved");
          });
    }
  }

  /** OpenSSH has a SOCKS server of both versions; the other ssh is its child, without a port. */
  @Test
  void socks_throughSsh_isServedOrRefused(@TempDir Path directory) throws Exception {
    Programs.need("ssh", "sshd", "ssh-keygen");
    boolean runnable = Files.isDirectory(Path.of("/run/sshd")) || !"root".equals(userName());
    assertThat(runnable || !Boolean.getBoolean("netsvc.require")).as("/run/sshd").isTrue();
    assumeTrue(runnable, "no /run/sshd, which sshd needs");
    for (var key : List.of("host", "user")) {
      Programs.run(
          List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory + "/" + key), "");
    }
    Files.writeString(
        directory.resolve("config"),
        "HostKey %1$s/host%nAuthorizedKeysFile %1$s/user.pub%nStrictModes no%nUsePAM no%n"
            .formatted(directory));
    int port = Programs.freePort();
    var ssh =
        Programs.start(
            List.of(
                "ssh", "-F", "none", "-N", "-D", "127.0.0.1:" + port,
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "BatchMode=yes", "-i", directory + "/user",
                "-o", "ProxyCommand=/usr/sbin/sshd -i -f " + directory + "/config",
                "localhost"));
    try (var target = new WebTarget("127.0.0.1", "served");
        var target6 = new WebTarget("::1", "served by six")) {
      Programs.awaitListening(ssh, port);
      for (var kind : List.of(Kind.SOCKS4, Kind.SOCKS4A, Kind.SOCKS5)) {
        var host = kind == Kind.SOCKS4 ? "127.0.0.1" : "localhost";
        assertThat(get(port, ProxyClient.of(kind), "127.0.0.1", target.port()))
            .endsWith("\r\n\r\nserved");
        assertThat(get(port, ProxyClient.of(kind), host, target.port())).endsWith("served");
      }
      assertThat(get(port, ProxyClient.of(Kind.SOCKS5), "::1", target6.port()))
          .endsWith("served by six");
    } finally {
      ssh.descendants().forEach(ProcessHandle::destroyForcibly);
      ssh.destroyForcibly().waitFor();
    }
  }

  private static String userName() {
    return String.valueOf(System.getProperty("user.name"));
  }

  @Test
  void socks_refusedByOurOwnServer_isConnectException() throws Exception {
    int closed = Programs.freePort();
    try (var proxy = new Proxied(ProxyServer.socks())) {
      assertThatThrownBy(
              () -> get(proxy.port(), ProxyClient.of(Kind.SOCKS5), "127.0.0.1", closed))
          .isInstanceOf(ConnectException.class)
          .hasMessageEndingWith("Connection refused");
    }
  }
}
