package io.netsvc.endpoint;

import static io.netsvc.endpoint.TlsPair.async;
import static io.netsvc.endpoint.TlsPair.later;
import static io.netsvc.endpoint.TlsPair.random;
import static io.netsvc.endpoint.TlsPair.receive;
import static io.netsvc.endpoint.TlsPair.sending;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.endpoint.TlsOptions.ClientCertificates;
import io.netsvc.endpoint.TlsPair.Pems;
import io.netsvc.endpoint.TlsPair.Raw;
import io.netsvc.net.Connection;
import io.netsvc.net.Listener;
import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends of TLS in this JVM: streams and their ends, who is trusted, handshakes that fail. */
@Timeout(60)
class TlsTest {
  private static final byte[] REPLY = "reply".getBytes(UTF_8);
  private static final int SIZE = (1 << 20) + 37;

  @TempDir private static Path directory;
  private static Pems local;

  @BeforeAll
  static void certificate() throws Exception {
    local = Pems.local(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void bothWays_atOnce_arriveWhole(String version) throws Exception {
    try (var pair = TlsPair.open(local.client(version), local.server())) {
      byte[] up = random(SIZE);
      byte[] down = random(SIZE + 1);
      var sendingUp = sending(pair.client(), up, false);
      var sendingDown = sending(pair.server(), down, false);
      var received = async(() -> receive(pair.client(), down.length));
      assertThat(receive(pair.server(), up.length)).isEqualTo(up);
      assertThat(received.get()).isEqualTo(down);
      sendingUp.get();
      sendingDown.get();
      pair.client().shutdownOutput();
      assertThat(receive(pair.server())).isEmpty();
      pair.server().shutdownOutput();
      assertThat(receive(pair.client())).isEmpty();
      assertThat(Tls.session(pair.client()).orElseThrow().version()).isEqualTo(version);
    }
  }

  @Test
  void sizesAroundARecord_arriveWithTheirEnd() throws Exception {
    for (int size : new int[] {0, 1, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 262_145}) {
      try (var pair = TlsPair.open(local.client(), local.server())) {
        byte[] bytes = random(size);
        var sending = sending(pair.client(), bytes, true);
        assertThat(receive(pair.server())).as("size %d", size).isEqualTo(bytes);
        sending.get();
      }
    }
  }

  @Test
  void readByteByByte_losesNothing() throws Exception {
    try (var pair = TlsPair.open(local.client(), local.server())) {
      byte[] bytes = random(40_000);
      var sending = sending(pair.client(), bytes, true);
      var one = ByteBuffer.allocate(1);
      for (byte expected : bytes) {
        assertThat(pair.server().read(one.clear())).isEqualTo(1);
        assertThat(one.get(0)).isEqualTo(expected);
      }
      assertThat(pair.server().read(one.clear())).isEqualTo(-1);
      sending.get();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void replyAfterAHalfClose_arrives(boolean clientFirst) throws Exception {
    try (var pair = TlsPair.open(local.client(), local.server())) {
      var first = clientFirst ? pair.client() : pair.server();
      var second = clientFirst ? pair.server() : pair.client();
      var _ = sending(first, random(SIZE), true);
      assertThat(receive(second)).isEqualTo(random(SIZE));
      later();
      second.write(ByteBuffer.wrap(REPLY));
      second.shutdownOutput();
      assertThat(receive(first)).isEqualTo(REPLY);
      assertThat(first.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void closeOfThePeer_beforeTls13_endsBothDirections() throws Exception {
    try (var pair = TlsPair.open(local.client("TLSv1.2"), local.server())) {
      pair.client().shutdownOutput();
      assertThat(receive(pair.server())).isEmpty();
      assertThatThrownBy(() -> pair.server().write(ByteBuffer.wrap(REPLY)))
          .hasMessageContaining("ends both directions before TLS 1.3");
      assertThat(receive(pair.client())).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void endWithoutCloseNotify_isAFailureAfterTheData(String version) throws Exception {
    try (var pair = TlsPair.open(local.client(version), local.server())) {
      byte[] bytes = random(100_000);
      pair.client().write(ByteBuffer.wrap(bytes));
      pair.rawClient().shutdownOutput();
      assertThat(receive(pair.server(), bytes.length)).isEqualTo(bytes);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> pair.server().read(ByteBuffer.allocate(1)))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("TLS with 127.0.0.1:")
            .hasMessageEndingWith("ended without close_notify: the stream may be incomplete");
      }
    }
  }

  @Test
  void forgedRecord_isAFailureAfterTheData() throws Exception {
    try (var pair = TlsPair.open(local.client(), local.server())) {
      pair.client().write(ByteBuffer.wrap(REPLY));
      pair.rawClient().write(ByteBuffer.wrap(new byte[] {23, 3, 3, 0, 32}).slice());
      pair.rawClient().write(ByteBuffer.allocate(32));
      assertThat(receive(pair.server(), REPLY.length)).isEqualTo(REPLY);
      assertThatThrownBy(() -> pair.server().read(ByteBuffer.allocate(9)))
          .hasMessageStartingWith("TLS with");
      assertThatThrownBy(() -> receive(pair.client())).hasMessageContaining("alert bad_record_mac");
    }
  }

  @Test
  void close_sendsCloseNotify() throws Exception {
    try (var pair = TlsPair.open(local.client(), local.server())) {
      pair.client().write(ByteBuffer.wrap(REPLY));
      pair.client().close();
      assertThat(receive(pair.server())).isEqualTo(REPLY);
      assertThat(pair.client().isOpen()).isFalse();
    }
  }

  @Test
  void close_withAPeerThatReadsNothing_returnsSoonAndIsNoCleanEnd() throws Exception {
    try (var pair = TlsPair.open(local.client(), local.server())) {
      var sending = sending(pair.client(), random(32 << 20), false);
      later();
      long begun = System.nanoTime();
      pair.client().close();
      assertThat(System.nanoTime() - begun).isLessThan(2_000_000_000L);
      assertThat(sending).failsWithin(10, TimeUnit.SECONDS);
      assertThatThrownBy(() -> receive(pair.server())).isInstanceOf(IOException.class);
    }
  }

  @Test
  void close_wakesAReader() throws Exception {
    try (var pair = TlsPair.open(local.client(), local.server())) {
      var reading = async(() -> pair.client().read(ByteBuffer.allocate(1)));
      Thread.sleep(50); // so that it does read; right, too, if it does not yet
      pair.client().close();
      assertThat(reading).failsWithin(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void plainText_isTold() throws Exception {
    var raw = Raw.open();
    raw.client().write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: x\r\n".getBytes(UTF_8)));
    assertThatThrownBy(() -> local.server().accept(raw.server()))
        .hasMessageStartingWith("TLS with 127.0.0.1:")
        .hasMessageEndingWith("the peer speaks no TLS: it sent \"GET / HTTP/1.1\"");
    assertThat(raw.server().isOpen()).isFalse();
    raw.client().close();
    var ssh = Raw.open();
    ssh.server().write(ByteBuffer.wrap("SSH-2.0-x\r\n".getBytes(UTF_8)));
    assertThatThrownBy(() -> local.client().connect(ssh.client(), "localhost", 443))
        .hasMessage("TLS with localhost:443: the peer speaks no TLS: it sent \"SSH-2.0-x\"");
    ssh.server().close();
  }

  @Test
  void endDuringTheHandshake_isTold() throws Exception {
    var raw = Raw.open();
    raw.server().shutdownOutput();
    assertThatThrownBy(() -> local.client().connect(raw.client(), "localhost", 443))
        .hasMessage("TLS with localhost:443: the peer ended during the handshake");
    raw.server().close();
  }

  private static String refused(Tls client, Tls server, String host) throws Exception {
    var raw = Raw.open();
    var accepted = async(() -> server.accept(raw.server()));
    var failure =
        org.junit.jupiter.api.Assertions.assertThrows(
            IOException.class, () -> client.connect(raw.client(), host, 443));
    assertThat(accepted).failsWithin(10, TimeUnit.SECONDS);
    return String.valueOf(failure.getMessage());
  }

  @Test
  void certificates_thatWillNotDo_areExplained() throws Exception {
    assertThat(refused(local.client(), local.server(), "example.org"))
        .startsWith("TLS with example.org:443: the certificate is for other names: localhost, ")
        .contains("127.0.0.1");
    assertThat(refused(Tls.client(o -> o), local.server(), "localhost"))
        .isEqualTo("TLS with localhost:443: the certificate is not trusted: self-signed");
    var other = Pems.of(directory, "other", SelfSigned.of(List.of("localhost")));
    assertThat(refused(other.client(), local.server(), "localhost")).endsWith("self-signed");
    var from = Instant.parse("2020-01-01T00:00:00Z");
    var old =
        Pems.of(
            directory, "old", SelfSigned.of(List.of("localhost"), from, Duration.ofDays(30)));
    assertThat(refused(old.client(), old.server(), "localhost"))
        .isEqualTo("TLS with localhost:443: the certificate expired on 2020-01-31");
    assertThat(refused(Tls.client(o -> o.withProtocols(List.of("TLSv1.2"))),
            Tls.server(o -> o.withProtocols(List.of("TLSv1.3"))), "localhost"))
        .contains("no version of TLS is common to both (alert protocol_version)");
  }

  @Test
  void withoutVerification_takesAnyCertificate() throws Exception {
    try (var pair =
        TlsPair.open(Tls.client(o -> o.withoutVerification()), Tls.server(o -> o))) {
      pair.client().write(ByteBuffer.wrap(REPLY));
      assertThat(receive(pair.server(), REPLY.length)).isEqualTo(REPLY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void clientCertificates_areAskedForAndChecked(String version) throws Exception {
    var alice = Pems.of(directory, "alice", SelfSigned.of(List.of("alice")));
    var server =
        Tls.server(
            o ->
                o.withCertificate(local.chain(), local.key())
                    .withTrust(alice.chain())
                    .withClientCertificates(ClientCertificates.REQUIRED));
    var known =
        Tls.client(
            o ->
                o.withTrust(local.chain())
                    .withProtocols(List.of(version))
                    .withCertificate(alice.chain(), alice.key()));
    try (var pair = TlsPair.open(known, server)) {
      assertThat(Tls.session(pair.server()).orElseThrow().peer()).contains("CN=alice");
    }
    var raw = Raw.open();
    var accepted = async(() -> server.accept(raw.server()));
    assertThatThrownBy(() -> receive(local.client(version).connect(raw.client(), "localhost", 1)))
        .hasMessageStartingWith("TLS with localhost:1: ")
        .message()
        .containsAnyOf("(alert ", "Connection reset"); // which comes first is the network's
    assertThat(accepted)
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("the peer gave no certificate");
    raw.client().abort();
    assertThatThrownBy(
            () -> Tls.server(o -> o.withClientCertificates(ClientCertificates.REQUIRED)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesAndProtocols_areToldToBothEnds() throws Exception {
    var client =
        Tls.client(o -> o.withTrust(local.chain()).withAlpn(List.of("h2", "http/1.1")));
    var server =
        Tls.server(
            o ->
                o.withCertificate(local.chain(), local.key())
                    .withAlpn(List.of("http/1.1", "imap")));
    try (var pair = TlsPair.open(client, server)) {
      for (var end : List.of(pair.client(), pair.server())) {
        var session = Tls.session(end).orElseThrow();
        assertThat(session.alpn()).contains("http/1.1");
        assertThat(session.serverName()).contains("localhost");
      }
      assertThat(Tls.session(pair.rawClient())).isEqualTo(Optional.empty());
    }
    var none = Tls.client(o -> o.withTrust(local.chain()).withAlpn(List.of("h3")));
    assertThat(refused(none, server, "localhost")).contains("no ALPN protocol is common");
  }

  @Test
  void stalledHandshake_timesOutWithoutCpu() throws Exception {
    TlsPair.open(local.client(), local.server()).close(); // all classes are there
    var raw = Raw.open();
    var server =
        Tls.server(
            o ->
                o.withCertificate(local.chain(), local.key())
                    .withHandshakeTimeout(Duration.ofMillis(400)));
    long cpu = ticks();
    assertThatThrownBy(() -> server.accept(raw.server()))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageEndingWith("timed out after 400 ms");
    assertThat(ticks() - cpu).isLessThanOrEqualTo(5);
    raw.client().abort();
  }

  /** What this thread has used, in clock ticks of 10 ms; see proc_pid_stat(5). */
  private static long ticks() throws IOException {
    var stat = Files.readString(Path.of("/proc/thread-self/stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  @Test
  void handshakeByteByByte_succeeds() throws Exception {
    var front = Raw.open();
    var back = Raw.open();
    var _ = async(() -> trickle(front.server(), back.client()));
    var _ = async(() -> trickle(back.client(), front.server()));
    try (var pair =
        TlsPair.open(new Raw(front.client(), back.server()), local.client(), local.server())) {
      pair.client().write(ByteBuffer.wrap(REPLY));
      assertThat(receive(pair.server(), REPLY.length)).isEqualTo(REPLY);
      pair.server().write(ByteBuffer.wrap(REPLY));
      pair.server().shutdownOutput();
      assertThat(receive(pair.client())).isEqualTo(REPLY);
    } finally {
      front.server().abort();
      back.client().abort();
    }
  }

  private static boolean trickle(Connection from, Connection to) throws IOException {
    var one = ByteBuffer.allocate(1);
    while (from.read(one.clear()) >= 0) {
      to.write(one.flip());
    }
    to.shutdownOutput();
    return true;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void relayToPlain_movesAllInBothOrders(boolean tlsFirst) throws Exception {
    var plain = Raw.open();
    try (var pair = TlsPair.open(local.client(), local.server())) {
      var relay = Relay.between(pair.server(), plain.client());
      var first = tlsFirst ? pair.client() : plain.server();
      var second = tlsFirst ? plain.server() : pair.client();
      var _ = sending(first, random(SIZE), true);
      assertThat(receive(second)).isEqualTo(random(SIZE));
      later();
      var _ = sending(second, random(SIZE + 1), true);
      assertThat(receive(first)).isEqualTo(random(SIZE + 1));
      assertThat(relay.await().cause()).isEqualTo(Outcome.Cause.EOF);
    } finally {
      plain.server().abort();
    }
  }

  @Test
  void relayOfACutStream_isAReset() throws Exception {
    var plain = Raw.open();
    try (var pair = TlsPair.open(local.client(), local.server())) {
      var relay = Relay.between(pair.server(), plain.client());
      pair.client().write(ByteBuffer.wrap(REPLY));
      assertThat(receive(plain.server(), REPLY.length)).isEqualTo(REPLY);
      pair.rawClient().shutdownOutput();
      assertThatThrownBy(() -> receive(plain.server())).isInstanceOf(IOException.class);
      assertThat(relay.await().cause()).isEqualTo(Outcome.Cause.RESET);
    } finally {
      plain.server().abort();
    }
  }

  @Test
  void manyStalledHandshakes_doNotHinderAGoodOne() throws Exception {
    var server = local.server();
    int many = OpenFiles.room(10_000, 2);
    assumeTrue(many >= 2000, "a limit of fds that is enough for " + many);
    var stalled = new ArrayList<Connection>();
    try (var listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            o -> o.withMaxConnections(many + 10))) {
      listener.serve(
          connection -> {
            try (var tls = server.accept(connection)) {
              tls.write(ByteBuffer.wrap(REPLY));
            }
          });
      for (int i = 0; i < many; i++) {
        stalled.add(TlsPair.connect(listener.localAddress()));
      }
      long begun = System.nanoTime();
      try (var good =
          local.client().connect(TlsPair.connect(listener.localAddress()), "localhost", 1)) {
        assertThat(receive(good)).isEqualTo(REPLY);
      }
      assertThat(System.nanoTime() - begun).isLessThan(3_000_000_000L);
    } finally {
      stalled.forEach(Connection::abort);
    }
  }
}
