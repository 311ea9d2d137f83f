package io.netsvc.net;

import static io.netsvc.net.Relayed.receive;
import static io.netsvc.net.Relayed.receiveUntilReset;
import static io.netsvc.net.Relayed.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.Outcome.Cause;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listener relayed to an upstream, over each transport and address family. */
@Timeout(60)
class RelayServerTest {
  private static final byte[] HELLO = "hello".getBytes(UTF_8);

  private static Connector connector(Contract on) {
    return new Connector(on.transport(), Names.SYSTEM, o -> o);
  }

  private static RelayServer relay(
      Contract on, Listener front, Listener back, UnaryOperator<RelayServerOptions> options)
      throws IOException {
    var connector = connector(on);
    return RelayServer.serve(front, () -> connector.connect(back.localAddress()), options);
  }

  private static void echo(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(64 * 1024);
    while (connection.read(buffer.clear()) >= 0) {
      connection.write(buffer.flip());
    }
  }

  @ParameterizedTest
  @EnumSource
  void serve_manyClients_echoesToEach(Contract on) throws Exception {
    var before = Contract.sockets();
    try (var back = on.listen();
        var front = on.listen();
        var server = relay(on, front, back, o -> o)) {
      back.serve(RelayServerTest::echo);
      var clients = new ArrayList<CompletableFuture<Boolean>>();
      for (int i = 0; i < 40; i++) {
        byte[] bytes = Relayed.random(10_000 + i * 1_000);
        clients.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try (var client = Contract.connect(front)) {
                    var sending = Relayed.sending(client, bytes, true);
                    boolean same = Relayed.same(receive(client), bytes);
                    sending.join();
                    return same;
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                }));
      }
      for (var client : clients) {
        assertThat(client.get()).isTrue();
      }
      Contract.await("the ends", () -> server.snapshot().open() == 0);
      assertThat(server.snapshot().accepted()).isEqualTo(40);
      assertThat(server.snapshot().forward()).isEqualTo(server.snapshot().backward());
    }
    Contract.await("the sockets", () -> Contract.sockets().size() <= before.size());
  }

  @ParameterizedTest
  @EnumSource
  void case9_refusedUpstream_tellsTheClientAtOnce(Contract on) throws Exception {
    SocketAddress nobody;
    try (var gone = on.listen()) {
      nobody = gone.localAddress();
    }
    var failures = new LinkedBlockingQueue<IOException>();
    var events =
        new RelayEvents() {
          @Override
          public void failed(SocketAddress client, IOException cause) {
            failures.add(cause);
          }
        };
    var connector = connector(on);
    try (var front = on.listen();
        var _ =
            RelayServer.serve(
                front, () -> connector.connect(nobody), o -> o.withEvents(events));
        var client = Contract.connect(front)) {
      if (on.unix()) {
        assertThat(receive(client)).isEmpty(); // a Unix socket has no reset
      } else {
        assertThat(receiveUntilReset(client)).isEmpty();
      }
      assertThat(String.valueOf(failures.take().getMessage()))
          .containsAnyOf("refused", "No such file"); // a Unix listener's file goes with it
    }
  }

  @ParameterizedTest
  @EnumSource
  void maxRelays_reached_clientsWaitAndNobodyIsDropped(Contract on) throws Exception {
    try (var back = on.listen();
        var front = on.listen(on.address(), o -> o.withMaxConnections(2));
        var server = relay(on, front, back, o -> o)) {
      back.serve(RelayServerTest::echo);
      var clients = new ArrayList<SocketChannel>();
      try {
        for (int i = 0; i < 4; i++) {
          clients.add(Contract.connect(front));
          send(clients.getLast(), HELLO);
        }
        assertThat(receive(clients.get(0), HELLO.length)).isEqualTo(HELLO);
        assertThat(receive(clients.get(1), HELLO.length)).isEqualTo(HELLO);
        assertThat(server.snapshot().accepted()).isEqualTo(2);
        clients.get(0).close();
        clients.get(1).close();
        assertThat(receive(clients.get(2), HELLO.length)).isEqualTo(HELLO);
        assertThat(receive(clients.get(3), HELLO.length)).isEqualTo(HELLO);
      } finally {
        for (var client : clients) {
          client.close();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void stop_whileARelayRuns_drainsOrForces(Contract on) throws Exception {
    try (var back = on.listen();
        var front = on.listen()) {
      back.serve(RelayServerTest::echo);
      var outcomes = new LinkedBlockingQueue<Outcome>();
      var events =
          new RelayEvents() {
            @Override
            public void ended(SocketAddress client, Outcome outcome) {
              outcomes.add(outcome);
            }
          };
      var server = relay(on, front, back, o -> o.withEvents(events));
      try (var client = Contract.connect(front)) {
        send(client, HELLO);
        assertThat(receive(client, HELLO.length)).isEqualTo(HELLO);
        var stopping = CompletableFuture.supplyAsync(() -> server.stop(Duration.ofSeconds(20)));
        send(client, HELLO);
        assertThat(receive(client, HELLO.length)).isEqualTo(HELLO);
        assertThat(stopping).isNotDone();
        client.shutdownOutput();
        assertThat(receive(client)).isEmpty();
        assertThat(stopping.get()).isEqualTo(Stopped.GRACEFUL);
        assertThat(outcomes.take().cause()).isEqualTo(Cause.EOF);
      }
      try (var again = on.listen();
          var forced = relay(on, again, back, o -> o.withEvents(events));
          var client = Contract.connect(again)) {
        send(client, HELLO);
        assertThat(receive(client, HELLO.length)).isEqualTo(HELLO);
        assertThat(forced.stop(Duration.ofMillis(20))).isEqualTo(Stopped.FORCED);
        assertThat(outcomes.take().cause()).isEqualTo(Cause.ABORTED);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_whileAnUpstreamBlocks_returns(Contract on) throws Exception {
    var asked = new CountDownLatch(1);
    try (var front = on.listen()) {
      var server =
          RelayServer.serve(
              front,
              () -> {
                asked.countDown();
                new CountDownLatch(1).await();
                throw new AssertionError("never");
              });
      try (var _ = Contract.connect(front)) {
        asked.await();
        server.close();
        assertThat(server.snapshot().open()).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void proxyHeaders_inAndOut_tellTheUpstreamWhoseItIs(Contract on) throws Exception {
    var source = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1234);
    var told =
        ProxyHeader.of(source, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 80))
            .withTlv(5, HELLO)
            .withChecksum();
    var started = new LinkedBlockingQueue<SocketAddress>();
    var events =
        new RelayEvents() {
          @Override
          public void started(SocketAddress client) {
            started.add(client);
          }
        };
    for (var version : ProxyHeader.Version.values()) {
      try (var back = on.listen();
          var front = on.listen();
          var _ =
              relay(
                  on,
                  front,
                  back,
                  o ->
                      o.withProxyIn(Duration.ofSeconds(20))
                          .withProxyOut(version)
                          .withEvents(events));
          var client = Contract.connect(front)) {
        var first = ByteBuffer.allocate(1000).put(told.encode()).put(HELLO).flip();
        client.write(first); // what follows the header comes with it
        client.shutdownOutput();
        try (var upstream = back.accept()) {
          var header = ProxyHeader.read(upstream, Duration.ofSeconds(20));
          assertThat(header.source()).contains(source);
          assertThat(header.version()).isEqualTo(version);
          assertThat(header.tlvs()).hasSize(version == ProxyHeader.Version.V2 ? 2 : 0);
          var rest = ByteBuffer.allocate(100);
          while (upstream.read(rest) >= 0) {
            // to the end
          }
          assertThat(rest.flip()).isEqualTo(ByteBuffer.wrap(HELLO));
        }
        assertThat(started.take()).isEqualTo(source);
      }
    }
  }

  /** Slow ones hinder nobody, and are reset at their time. */
  @ParameterizedTest
  @EnumSource
  void proxyHeader_thatDoesNotCome_resetsThatClientAlone(Contract on) throws Exception {
    try (var back = on.listen();
        var front = on.listen();
        var server = relay(on, front, back, o -> o.withProxyIn(Duration.ofMillis(400)))) {
      back.serve(RelayServerTest::echo);
      var slow = new ArrayList<SocketChannel>();
      for (int i = 0; i < 50; i++) {
        slow.add(Contract.connect(front));
        slow.getLast().write(ByteBuffer.wrap("PROXY TC".getBytes(UTF_8)));
      }
      try (var good = Contract.connect(front)) {
        send(good, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nhello".getBytes(UTF_8));
        assertThat(receive(good, HELLO.length)).isEqualTo(HELLO);
        for (var client : slow) {
          if (on.unix()) {
            assertThat(receive(client)).isEmpty();
          } else {
            assertThat(receiveUntilReset(client)).isEmpty();
          }
          client.close();
        }
        Contract.await("the failures", () -> server.snapshot().failed() == 50);
        send(good, HELLO);
        assertThat(receive(good, HELLO.length)).isEqualTo(HELLO);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void proxyHeader_thatIsWrong_resetsTheClient(Contract on) throws Exception {
    try (var back = on.listen();
        var front = on.listen();
        var _ = relay(on, front, back, o -> o.withProxyIn(Duration.ofSeconds(20)));
        var client = Contract.connect(front)) {
      send(client, "GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
      if (on.unix()) {
        receiveOrReset(client);
      } else {
        assertThat(receiveUntilReset(client)).isEmpty();
      }
    }
  }

  /** A Unix socket tells a reader that bytes of its own were left unread. */
  private static void receiveOrReset(SocketChannel client) throws IOException {
    try {
      assertThat(receive(client)).isEmpty();
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  /** An app's own code that fails costs the client it fails for, and nothing else. */
  @ParameterizedTest
  @EnumSource
  void callbacksThatThrow_endTheirClientAlone(Contract on) throws Exception {
    try (var listener = on.listen();
        var client = Contract.connect(listener)) {
      client.configureBlocking(false); // the JDK has a pair of sockets from its first close on
    }
    var before = Contract.sockets();
    try (var back = on.listen();
        var front = on.listen()) {
      back.serve(RelayServerTest::echo);
      var connector = connector(on);
      var upstream =
          new Upstream() {
            @Override
            public Connection connect() throws IOException, InterruptedException {
              return connector.connect(back.localAddress());
            }

            @Override
            public void ended(Connection connection) {
              throw new IllegalStateException("an upstream that fails");
            }
          };
      try (var server =
          RelayServer.serve(
              front,
              upstream,
              o ->
                  o.withRelay(
                      r -> {
                        throw new IllegalStateException("options that fail");
                      }))) {
        for (int i = 0; i < 5; i++) {
          try (var client = Contract.connect(front)) {
            if (on.unix()) {
              assertThat(receive(client)).isEmpty();
            } else {
              assertThat(receiveUntilReset(client)).isEmpty();
            }
          }
        }
        Contract.await("the ends", () -> server.snapshot().open() == 0);
      }
    }
    Contract.await("the sockets", () -> Contract.sockets().size() <= before.size());
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void unixPeer_thatEndsItsInputAlone_isStillHeard(Contract on) throws Exception {
    try (var back = on.listen();
        var front = on.listen();
        var _ = relay(on, front, back, o -> o);
        var client = Contract.connect(front)) {
      send(client, HELLO);
      try (var upstream = back.accept()) {
        client.shutdownInput();
        upstream.write(ByteBuffer.wrap(HELLO));
        Contract.await(
            "the failure of what is sent to the client",
            () -> {
              try {
                upstream.write(ByteBuffer.wrap(HELLO));
                return true; // it need not come back to the upstream
              } catch (IOException e) {
                return true;
              }
            });
        send(client, HELLO);
        client.shutdownOutput();
        var all = ByteBuffer.allocate(100);
        try {
          while (upstream.read(all) >= 0) {
            // to the end
          }
        } catch (IOException e) {
          // What the upstream sent in vain was not read: a Unix socket's reset, after all bytes.
        }
        assertThat(all.flip().remaining()).isEqualTo(2 * HELLO.length);
      }
    }
  }
}
