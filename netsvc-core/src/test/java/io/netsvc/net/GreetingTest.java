package io.netsvc.net;

import static io.netsvc.net.Relayed.receive;
import static io.netsvc.net.Relayed.receiveUntilReset;
import static io.netsvc.net.Relayed.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A step with each client of a relay server before its upstream is connected to. */
@Timeout(60)
class GreetingTest {
  private static final byte[] HELLO = "hello".getBytes(UTF_8);

  private static void echo(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(1024);
    while (connection.read(buffer.clear()) >= 0) {
      connection.write(buffer.flip());
    }
  }

  private static RelayServer relay(
      Contract on, Listener front, Listener back, UnaryOperator<RelayServerOptions> options)
      throws IOException {
    var upstreams = Upstreams.inTurn(on.connector(o -> o), List.of(back.localAddress()));
    return RelayServer.serve(front, upstreams, options);
  }

  private static String word(Connection client) throws IOException {
    var word = ByteBuffer.allocate(4);
    while (word.hasRemaining()) {
      if (client.read(word) < 0) {
        throw new IOException("end of input in the greeting");
      }
    }
    return UTF_8.decode(word.flip()).toString();
  }

  @ParameterizedTest
  @EnumSource
  void greeting_isBeforeTheRelay_onOneConnection(Contract on) throws Exception {
    try (var back = on.listen();
        var front = on.listen();
        var _ =
            relay(
                on,
                front,
                back,
                o ->
                    o.withGreeting(
                        client -> {
                          assertThat(word(client)).isEqualTo("EHLO");
                          client.write(UTF_8.encode("250 "));
                          return client;
                        }));
        var client = Contract.connect(front)) {
      back.serve(GreetingTest::echo);
      send(client, "EHLOhello".getBytes(UTF_8));
      assertThat(receive(client, 9)).isEqualTo("250 hello".getBytes(UTF_8));
      client.shutdownOutput();
      assertThat(receive(client)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void greeting_thatFails_resetsAndFreesThePlace(Contract on) throws Exception {
    var failures = new LinkedBlockingQueue<IOException>();
    var events =
        new RelayEvents() {
          @Override
          public void failed(SocketAddress client, IOException cause) {
            failures.add(cause);
          }
        };
    try (var back = on.listen();
        var front = on.listen(on.address(), o -> o.withMaxConnections(1));
        var server =
            relay(
                on,
                front,
                back,
                o ->
                    o.withEvents(events)
                        .withGreeting(
                            client ->
                                switch (word(client)) {
                                  case "good" -> client;
                                  case "none" -> throw new IllegalStateException("a test's");
                                  default -> throw new IOException("bad word");
                                }))) {
      back.serve(GreetingTest::echo);
      for (var word : List.of("evil", "none", "evil")) {
        try (var bad = Contract.connect(front)) {
          send(bad, word.getBytes(UTF_8));
          assertThat(on.unix() ? receive(bad) : receiveUntilReset(bad)).isEmpty();
        }
      }
      try (var early = Contract.connect(front)) {
        early.shutdownOutput();
        assertThat(failures.take()).hasMessage("bad word");
        assertThat(failures.take()).hasMessage("bad word");
        assertThat(failures.take()).hasMessage("end of input in the greeting");
      }
      try (var good = Contract.connect(front)) {
        send(good, "goodhello".getBytes(UTF_8));
        assertThat(receive(good, HELLO.length)).isEqualTo(HELLO);
        assertThat(server.snapshot().failed()).isEqualTo(3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void stop_endsStalledGreetings(Contract on) throws Exception {
    var begun = new CountDownLatch(10);
    var clients = new ArrayList<SocketChannel>();
    var before = Contract.sockets();
    try (var back = on.listen();
        var front = on.listen();
        var server =
            relay(
                on,
                front,
                back,
                o ->
                    o.withGreeting(
                        client -> {
                          begun.countDown();
                          if (begun.getCount() % 2 == 0) {
                            Thread.sleep(Duration.ofMinutes(5));
                          }
                          word(client);
                          return client;
                        }))) {
      for (int i = 0; i < 10; i++) {
        clients.add(Contract.connect(front));
      }
      begun.await();
      assertThat(server.stop(Duration.ZERO)).isEqualTo(Stopped.FORCED);
      for (var client : clients) {
        assertThat(on.unix() ? receive(client) : receiveUntilReset(client)).isEmpty();
        client.close();
      }
      assertThat(server.snapshot().open()).isZero();
    }
    Contract.await("the sockets", () -> Contract.sockets().size() <= before.size());
  }

  /** An upstream sees the client, and each connection it gave is begun once and ended once. */
  @ParameterizedTest
  @EnumSource
  void upstream_seesTheClient_andAFailedBeginEndsBoth(Contract on) throws Exception {
    var calls = new LinkedBlockingQueue<String>();
    try (var back = on.listen();
        var front = on.listen(on.address(), o -> o.withMaxConnections(1))) {
      back.serve(GreetingTest::echo);
      var connector = on.connector(o -> o);
      var upstream =
          new Upstream() {
            @Override
            public Connection connect() {
              throw new IllegalStateException("not called");
            }

            @Override
            public Connection connect(Connection client) throws IOException, InterruptedException {
              calls.add(word(client));
              return connector.connect(back.localAddress());
            }

            @Override
            public void begin(Connection client, Connection connection) throws IOException {
              var word = word(client);
              calls.add(word);
              if (word.equals("evil")) {
                throw new IOException("bad word");
              }
              connection.write(UTF_8.encode("first "));
            }

            @Override
            public void ended(Connection connection) {
              calls.add("ended " + connection.isOpen());
            }
          };
      try (var _ = RelayServer.serve(front, upstream)) {
        try (var bad = Contract.connect(front)) {
          send(bad, "evilevil".getBytes(UTF_8));
          assertThat(on.unix() ? receive(bad) : receiveUntilReset(bad)).isEmpty();
        }
        try (var good = Contract.connect(front)) {
          send(good, "goodgoodhello".getBytes(UTF_8));
          good.shutdownOutput();
          assertThat(receive(good)).isEqualTo("first hello".getBytes(UTF_8));
        }
      }
      assertThat(calls)
          .containsExactly("evil", "evil", "ended false", "good", "good", "ended false");
    }
  }

  /** A connection that the step puts over the client's is the one that is relayed. */
  @ParameterizedTest
  @EnumSource
  void greeting_thatReturnsAnother_isRelayed_afterTheProxyHeader(Contract on) throws Exception {
    var header = ProxyHeader.local();
    try (var back = on.listen();
        var front = on.listen();
        var _ =
            relay(
                on,
                front,
                back,
                o ->
                    o.withProxyIn(Duration.ofSeconds(20))
                        .withGreeting(
                            client -> {
                              assertThat(word(client)).isEqualTo("EHLO");
                              return new Wrapper(client);
                            }));
        var client = Contract.connect(front)) {
      back.serve(GreetingTest::echo);
      client.write(ByteBuffer.wrap(header.encode()));
      send(client, "EHLOhello".getBytes(UTF_8));
      assertThat(receive(client, HELLO.length)).isEqualTo("HELLO".getBytes(UTF_8));
    }
  }

  /** Reads as it comes, and writes in capitals. */
  private record Wrapper(Connection of) implements Connection {
    @Override
    public int read(ByteBuffer into) throws IOException {
      return of.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      int length = from.remaining();
      var text = UTF_8.decode(from).toString().toUpperCase(Locale.ROOT);
      of.write(UTF_8.encode(text));
      return length;
    }

    @Override
    public SocketAddress localAddress() {
      return of.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
      return of.remoteAddress();
    }

    @Override
    public void shutdownInput() throws IOException {
      of.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
      of.shutdownOutput();
    }

    @Override
    public void abort() {
      of.abort();
    }

    @Override
    public boolean isOpen() {
      return of.isOpen();
    }

    @Override
    public void close() {
      of.close();
    }
  }
}
