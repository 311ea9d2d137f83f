package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which upstream a client gets; over Linux sockets on an event loop, over the others by threads. */
@Timeout(60)
class UpstreamsTest {

  /** Servers that say their number, then wait for the client's end. */
  private static final class Servers implements AutoCloseable {
    final List<Listener> listeners = new ArrayList<>();
    final List<SocketAddress> addresses = new ArrayList<>();

    Servers(Contract on, int count) throws Exception {
      for (int i = 0; i < count; i++) {
        var listener = on.listen();
        int number = i;
        listener.serve(
            connection -> {
              connection.write(UTF_8.encode(Integer.toString(number)));
              connection.read(java.nio.ByteBuffer.allocate(1));
            });
        listeners.add(listener);
        addresses.add(listener.localAddress());
      }
    }

    @Override
    public void close() {
      listeners.forEach(Listener::close);
    }
  }

  private static String first(SocketChannel client) throws IOException {
    return new String(Relayed.receive(client, 1), UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void inTurn_givesEachTheSame(Contract on) throws Exception {
    try (var servers = new Servers(on, 3);
        var front = on.listen();
        var _ = RelayServer.serve(front, Upstreams.inTurn(on.connector(o -> o), servers.addresses))) {
      Map<String, Integer> seen = new HashMap<>();
      for (int i = 0; i < 12; i++) {
        try (var client = Contract.connect(front)) {
          seen.merge(first(client), 1, Integer::sum);
        }
      }
      assertThat(seen).isEqualTo(Map.of("0", 4, "1", 4, "2", 4));
    }
  }

  @ParameterizedTest
  @EnumSource
  void fewestConnections_goesWhereRelaysHaveEnded(Contract on) throws Exception {
    try (var servers = new Servers(on, 2);
        var front = on.listen()) {
      var upstreams = Upstreams.fewestConnections(on.connector(o -> o), servers.addresses);
      try (var server = RelayServer.serve(front, upstreams)) {
        var clients = new HashMap<String, List<SocketChannel>>();
        for (int i = 0; i < 6; i++) {
          var client = Contract.connect(front);
          clients.computeIfAbsent(first(client), _ -> new ArrayList<>()).add(client);
        }
        assertThat(clients.get("0")).hasSize(3);
        assertThat(clients.get("1")).hasSize(3);
        var ones = clients.getOrDefault("1", List.of());
        for (var client : ones) {
          client.close();
        }
        Contract.await("the ends", () -> server.snapshot().open() == 3);
        assertThat(upstreams.snapshot()).extracting(Upstreams.State::open).containsExactly(3, 0);
        for (int i = 0; i < 3; i++) {
          var client = Contract.connect(front);
          assertThat(first(client)).isEqualTo("1");
          ones.add(client);
        }
        for (var each : clients.values()) {
          for (var client : each) {
            client.close();
          }
        }
        Contract.await("the ends", () -> server.snapshot().open() == 0);
        assertThat(upstreams.snapshot()).extracting(Upstreams.State::open).containsExactly(0, 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void endOfARelay_isToldToTheUpstreamWhileTheClientStillCounts(Contract on) throws Exception {
    var open = new CompletableFuture<Integer>();
    var server = new CompletableFuture<RelayServer>();
    try (var servers = new Servers(on, 1);
        var front = on.listen()) {
      var upstreams = Upstreams.inTurn(on.connector(o -> o), servers.addresses);
      var watched =
          new Upstream() {
            @Override
            public Connection connect() throws IOException, InterruptedException {
              return upstreams.connect();
            }

            @Override
            public void ended(Connection connection) {
              upstreams.ended(connection);
              open.complete(server.join().snapshot().open());
            }
          };
      try (var relaying = RelayServer.serve(front, watched)) {
        server.complete(relaying);
        try (var client = Contract.connect(front)) {
          first(client);
        }
        assertThat(open.get(10, TimeUnit.SECONDS)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusedUpstream_isSkippedForAGrowingTimeAndComesBack(Contract on) throws Exception {
    SocketAddress dead;
    try (var gone = on.listen()) {
      dead = gone.localAddress();
    }
    var clock = new AtomicLong();
    try (var servers = new Servers(on, 1);
        var front = on.listen()) {
      var upstreams =
          new Upstreams(
              on.connector(o -> o), List.of(dead, servers.addresses.getFirst()), false, clock::get);
      try (var _ = RelayServer.serve(front, upstreams)) {
        // A second, then two, then four.
        int[] millis = {0, 500, 1_000, 2_900, 3_000, 6_900, 7_000};
        int[] failures = {1, 1, 2, 2, 3, 3, 4};
        for (int i = 0; i < millis.length; i++) {
          clock.set(TimeUnit.MILLISECONDS.toNanos(millis[i]));
          for (int j = 0; j < 2; j++) { // so that each would have its turn
            try (var client = Contract.connect(front)) {
              assertThat(first(client)).isEqualTo("0");
            }
          }
          assertThat(upstreams.snapshot().getFirst().failed())
              .as("after %d ms", millis[i])
              .isEqualTo(failures[i]);
        }
        try (var again = on.listen(dead, o -> o)) {
          again.serve(connection -> connection.write(UTF_8.encode("9")));
          assertThat(upstreams.snapshot().getFirst().skippedFor()).isEqualTo(Duration.ofSeconds(8));
          clock.addAndGet(TimeUnit.MINUTES.toNanos(2));
          var seen = new ArrayList<String>();
          for (int i = 0; i < 2; i++) {
            try (var client = Contract.connect(front)) {
              seen.add(first(client));
            }
          }
          assertThat(seen).containsExactlyInAnyOrder("0", "9");
          assertThat(upstreams.snapshot().getFirst().skippedFor()).isEqualTo(Duration.ZERO);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allUpstreamsRefused_failTheClientWithEachCause(Contract on) throws Exception {
    // Bound, so that nobody else gets the port, and the client's own listener least of all.
    var bound = new ArrayList<SocketChannel>();
    var dead = new ArrayList<SocketAddress>();
    for (int i = 0; i < 3; i++) {
      try (var gone = on.listen()) {
        dead.add(gone.localAddress());
      }
      if (!on.unix()) {
        var channel = SocketChannel.open().bind(on.address());
        bound.add(channel);
        dead.set(i, channel.getLocalAddress());
      }
    }
    var causes = new LinkedBlockingQueue<IOException>();
    var events =
        new RelayEvents() {
          @Override
          public void failed(SocketAddress client, IOException cause) {
            causes.add(cause);
          }
        };
    try (var front = on.listen();
        var server =
            RelayServer.serve(
                front,
                Upstreams.inTurn(on.connector(o -> o), dead),
                o -> o.withEvents(events))) {
      for (int i = 0; i < 3; i++) { // also when all are skipped
        try (var client = Contract.connect(front)) {
          if (on.unix()) {
            assertThat(Relayed.receive(client)).isEmpty();
          } else {
            assertThat(Relayed.receiveUntilReset(client)).isEmpty();
          }
          assertThat(causes.take().getSuppressed()).hasSize(2);
        }
      }
      Contract.await("the ends", () -> server.snapshot().open() == 0);
      assertThat(server.snapshot().failed()).isEqualTo(3);
    } finally {
      for (var channel : bound) {
        channel.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_whileAnUpstreamIsSilent_returnsAndLeavesNoFd(Contract on) throws Exception {
    var before = Contract.sockets();
    try (var hole = new Blackhole(on.address());
        var front = on.listen()) {
      var upstreams = Upstreams.inTurn(on.connector(o -> o), List.of(hole.address()));
      var server = RelayServer.serve(front, upstreams);
      try (var _ = Contract.connect(front)) {
        Contract.await("the client", () -> server.snapshot().open() == 1);
        assertThat(server.stop(Duration.ofMillis(10))).isEqualTo(Stopped.FORCED);
        assertThat(upstreams.snapshot().getFirst().open()).isZero();
        assertThat(upstreams.snapshot().getFirst().failed()).as("it did not fail").isZero();
      }
    }
    Contract.await("the sockets", () -> Contract.sockets().size() <= before.size());
  }

  @ParameterizedTest
  @EnumSource
  void silentUpstream_isLeftForTheNextAtTheTimeout(Contract on) throws Exception {
    try (var hole = new Blackhole(on.address());
        var servers = new Servers(on, 1);
        var front = on.listen();
        var _ =
            RelayServer.serve(
                front,
                Upstreams.inTurn(
                    on.connector(o -> o.withTimeout(Duration.ofMillis(200))),
                    List.of(hole.address(), servers.addresses.getFirst())));
        var client = Contract.connect(front)) {
      assertThat(first(client)).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void name_isResolvedForEachConnection(Contract on) throws Exception {
    try (var servers = new Servers(on, 1);
        var front = on.listen()) {
      int port = ((InetSocketAddress) servers.addresses.getFirst()).getPort();
      var name = InetSocketAddress.createUnresolved("upstream.test", port);
      var names = new Names(_ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
      try (var _ = RelayServer.serve(front, Upstreams.inTurn(on.connector(names, o -> o), List.of(name)));
          var client = Contract.connect(front)) {
        assertThat(first(client)).isEqualTo("0");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "LINUX_IPV4")
  void noUpstream_isRefused(Contract on) {
    assertThatThrownBy(() -> Upstreams.inTurn(on.connector(o -> o), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no upstream");
  }
}
