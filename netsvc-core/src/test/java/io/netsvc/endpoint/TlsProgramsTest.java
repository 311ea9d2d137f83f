package io.netsvc.endpoint;

import static io.netsvc.endpoint.TlsPair.async;
import static io.netsvc.endpoint.TlsPair.later;
import static io.netsvc.endpoint.TlsPair.random;
import static io.netsvc.endpoint.TlsPair.receive;
import static io.netsvc.endpoint.TlsPair.sending;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.endpoint.TlsPair.Pems;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with the programs that it will meet: openssl, socat and ncat. */
@Timeout(60)
class TlsProgramsTest {
  private static final byte[] REPLY = "reply\n".getBytes(UTF_8);
  private static final int SIZE = (1 << 20) + 37;

  @TempDir private static Path directory;
  private static Pems local;
  private static String pem;
  private static String key;

  @BeforeAll
  static void certificate() throws Exception {
    local = Pems.local(directory);
    pem = local.chain().toString();
    key = local.key().toString();
  }

  private static Connection connectTo(int port, String version) throws Exception {
    var raw = TlsPair.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    return local.client(version).connect(raw, "localhost", port);
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2,-tls1_2", "TLSv1.3,-tls1_3"})
  void opensslServer_movesBothWays(String version, String option) throws Exception {
    int port = TlsProgram.freePort();
    try (var server =
            TlsProgram.start("openssl", "s_server", "-quiet", option, "-naccept", "1", "-accept",
                "127.0.0.1:" + port, "-cert", pem, "-key", key);
        var client = connectTo(port, version)) {
      byte[] up = random(SIZE);
      var sending = sending(client, up, false);
      assertThat(server.receive(SIZE)).isEqualTo(up);
      sending.get();
      var answering =
          async(
              () -> {
                server.send(up);
                return true;
              });
      assertThat(receive(client, SIZE)).isEqualTo(up);
      answering.get();
      client.shutdownOutput();
      assertThat(receive(client)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void opensslClient_verifiesAndMovesBothWays(String option) throws Exception {
    try (var listener = TlsPair.listen();
        var client =
            TlsProgram.start("openssl", "s_client", "-quiet", option, "-verify_return_error",
                "-verify_hostname", "localhost", "-CAfile", pem, "-connect",
                "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
        var server = local.server().accept(listener.accept())) {
      byte[] bytes = random(SIZE);
      var sending =
          async(
              () -> {
                client.send(bytes);
                return true;
              });
      assertThat(receive(server, SIZE)).isEqualTo(bytes);
      sending.get();
      var _ = sending(server, bytes, true);
      assertThat(client.receive(SIZE)).isEqualTo(bytes);
    }
  }

  /** The commands k and K of s_client: new keys of its own, and also of ours. */
  @Test
  void opensslClient_changesKeys() throws Exception {
    try (var listener = TlsPair.listen();
        var client =
            TlsProgram.start("openssl", "s_client", "-tls1_3", "-connect",
                "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
        var server = local.server().accept(listener.accept())) {
      int updates = 0;
      for (var command : List.of("k\n", "K\n", "K\n")) {
        client.send("ping\n".getBytes(UTF_8));
        assertThat(receive(server, 5)).isEqualTo("ping\n".getBytes(UTF_8));
        client.send(command.getBytes(UTF_8));
        awaitErrors(client, "KEYUPDATE", ++updates); // it knows a command by itself alone
        client.send("pong\n".getBytes(UTF_8));
        assertThat(receive(server, 5)).isEqualTo("pong\n".getBytes(UTF_8));
        server.write(ByteBuffer.wrap(REPLY));
        awaitLine(client, "reply");
      }
    }
  }

  private static void awaitErrors(TlsProgram program, String text, int times) throws Exception {
    while (program.said().split(text, -1).length <= times) {
      Thread.sleep(5);
    }
  }

  private static void awaitLine(TlsProgram program, String line) throws Exception {
    var read = new StringBuilder();
    while (read.indexOf(line + '\n') < 0) {
      int c = program.process().getInputStream().read();
      assertThat(c).as("%s", read).isNotNegative();
      read.append((char) c);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void socatClient_halfClosesInBothOrders(boolean programFirst) throws Exception {
    try (var listener = TlsPair.listen();
        var socat =
            TlsProgram.start("socat", "-t", "20", "-",
                "OPENSSL:localhost:" + ((InetSocketAddress) listener.localAddress()).getPort()
                    + ",pf=ip4,cafile=" + pem);
        var server = local.server().accept(listener.accept())) {
      halfClose(socat, server, programFirst);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void socatServer_halfClosesInBothOrders(boolean programFirst) throws Exception {
    int port = TlsProgram.freePort();
    try (var socat =
            TlsProgram.start("socat", "-t", "20", "-",
                "OPENSSL-LISTEN:" + port + ",pf=ip4,bind=127.0.0.1,verify=0,cert=" + pem + ",key="
                    + key);
        var client = connectTo(port, "TLSv1.3")) {
      halfClose(socat, client, programFirst);
    }
  }

  private static void halfClose(TlsProgram program, Connection ours, boolean programFirst)
      throws Exception {
    byte[] bytes = random(SIZE);
    if (programFirst) {
      var sending =
          async(
              () -> {
                program.send(bytes);
                program.end();
                return true;
              });
      assertThat(receive(ours)).isEqualTo(bytes);
      sending.get();
      later();
      var _ = sending(ours, bytes, true);
      assertThat(program.receive()).isEqualTo(bytes);
    } else {
      var sending = sending(ours, bytes, true);
      assertThat(program.receive(SIZE)).isEqualTo(bytes);
      sending.get();
      later();
      program.send(REPLY);
      program.end();
      assertThat(receive(ours)).isEqualTo(REPLY);
    }
  }

  @Test
  void ncatClient_movesBothWays() throws Exception {
    try (var listener = TlsPair.listen();
        var ncat =
            TlsProgram.start("ncat", "--ssl-verify", "--ssl-trustfile", pem, "-4", "localhost",
                "" + ((InetSocketAddress) listener.localAddress()).getPort());
        var server = local.server().accept(listener.accept())) {
      exchange(ncat, server);
    }
  }

  @Test
  void ncatServer_movesBothWays() throws Exception {
    int port = TlsProgram.freePort();
    try (var ncat =
            TlsProgram.start("ncat", "--ssl", "--ssl-cert", pem, "--ssl-key", key, "-l",
                "127.0.0.1", "" + port);
        var client = connectTo(port, "TLSv1.3")) {
      exchange(ncat, client);
    }
  }

  private static void exchange(TlsProgram program, Connection ours) throws IOException {
    byte[] bytes = random(SIZE);
    var _ = async(
        () -> {
          program.send(bytes);
          return true;
        });
    assertThat(receive(ours, SIZE)).isEqualTo(bytes);
    var _ = sending(ours, bytes, false);
    assertThat(program.receive(SIZE)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"genrsa -traditional", "genrsa", "ecparam -name secp384r1 -genkey",
      "genpkey -algorithm ed25519"})
  void keysOfOpenssl_areRead(String command) throws Exception {
    var file = directory.resolve("made.key").toString();
    var chain = directory.resolve("made.pem").toString();
    TlsProgram.run("openssl", (command + " -out " + file).split(" ", -1));
    TlsProgram.run("openssl", "req", "-x509", "-new", "-key", file, "-out", chain, "-subj",
        "/CN=x", "-addext", "subjectAltName=DNS:localhost", "-days", "2");
    var pems = new Pems(Path.of(chain), Path.of(file));
    try (var pair = TlsPair.open(pems.client(), pems.server())) {
      assertThat(Tls.session(pair.client()).orElseThrow().peer()).contains("CN=x");
    }
  }
}
