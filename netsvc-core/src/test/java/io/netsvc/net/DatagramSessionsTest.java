package io.netsvc.net;

import static io.netsvc.net.DatagramRelayTest.client;
import static io.netsvc.net.DatagramRelayTest.echo;
import static io.netsvc.net.DatagramRelayTest.receive;
import static io.netsvc.net.DatagramRelayTest.received;
import static io.netsvc.net.DatagramRelayTest.send;
import static io.netsvc.net.DatagramRelayTest.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.DatagramRelay.Drop;
import io.netsvc.net.DatagramRelay.End;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When the sessions of a datagram relay begin and end, over each transport and address family. */
@Timeout(60)
class DatagramSessionsTest {
  private static final Duration IDLE = Duration.ofMillis(600);

  /** Tells how each session ended, and why none began. */
  private static final class Ends implements DatagramRelayEvents {
    final LinkedBlockingQueue<SocketAddress> started = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<End> ended = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<IOException> failed = new LinkedBlockingQueue<>();

    @Override
    public void started(SocketAddress peer) {
      started.add(peer);
    }

    @Override
    public void ended(SocketAddress peer, End how) {
      ended.add(how);
    }

    @Override
    public void failed(SocketAddress peer, IOException cause) {
      failed.add(cause);
    }
  }

  /** Does it every 50 ms, for twice as long as a session may be idle. */
  private static void often(Runnable task) throws Exception {
    var enough = new CountDownLatch((int) (2 * IDLE.toMillis() / 50));
    try (var timer = Executors.newSingleThreadScheduledExecutor()) {
      var _ =
          timer.scheduleAtFixedRate(
          () -> {
            task.run();
            enough.countDown();
          },
          0,
          50,
          TimeUnit.MILLISECONDS);
      enough.await();
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void session_requestsOnlyAndThenRepliesOnly_lives(Contract on) throws Exception {
    try (var back = on.port();
        var relay =
            DatagramRelay.serve(on.port(), back.localAddress(), o -> o.withIdleTimeout(IDLE));
        var client = client(relay.localAddress())) {
      var requests = received(back);
      often(
          () -> {
            try {
              send(client, "x");
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      var request = requests.take();
      often(
          () -> {
            try {
              back.send(request.reply(UTF_8.encode("y")));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      assertThat(receive(client)).isEqualTo("y");
      assertThat(relay.snapshot().opened()).isEqualTo(1);
      assertThat(relay.snapshot().expired()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void session_silentOnBothSides_expiresAndBeginsAnew(Contract on) throws Exception {
    var ends = new Ends();
    try (var back = echo(on);
        var relay =
            DatagramRelay.serve(
                on.port(), back.localAddress(), o -> o.withIdleTimeout(IDLE).withEvents(ends));
        var client = client(relay.localAddress())) {
      var before = Contract.sockets();
      for (int i = 0; i < 2; i++) {
        long begunNanos = System.nanoTime();
        send(client, "x");
        assertThat(receive(client)).isEqualTo("x");
        assertThat(ends.ended.take()).isEqualTo(End.EXPIRED);
        assertThat(Duration.ofNanos(System.nanoTime() - begunNanos))
            .isBetween(IDLE, IDLE.multipliedBy(2)); // others build on this machine, too
        Contract.await("the fd", () -> before.containsAll(Contract.sockets()));
      }
      assertThat(relay.snapshot().expired()).isEqualTo(2);
      assertThat(relay.snapshot().sessions()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void maxSessions_reached_evictsTheOneIdleForLongest(Contract on) throws Exception {
    var ends = new Ends();
    try (var back = on.port();
        var relay =
            DatagramRelay.serve(
                on.port(), back.localAddress(), o -> o.withMaxSessions(2).withEvents(ends));
        var a = client(relay.localAddress());
        var b = client(relay.localAddress());
        var c = client(relay.localAddress())) {
      var requests = received(back);
      send(a, "a");
      var first = requests.take();
      send(b, "b");
      var second = requests.take();
      back.send(first.reply(UTF_8.encode("for a"))); // a reply is use as well
      assertThat(receive(a)).isEqualTo("for a");
      send(c, "c");
      requests.take();
      assertThat(ends.ended.take()).isEqualTo(End.EVICTED);
      send(a, "a again");
      assertThat(requests.take().peer()).isEqualTo(first.peer());
      send(b, "b again");
      var again = requests.take();
      assertThat(text(again)).isEqualTo("b again");
      assertThat(again.peer()).isNotEqualTo(second.peer());
      assertThat(relay.snapshot().evicted()).isEqualTo(2);
      assertThat(relay.snapshot().sessions()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void maxSessions_manyPeersAtOnce_boundsTheFds(Contract on) throws Exception {
    try (var back = echo(on);
        var relay = DatagramRelay.serve(on.port(), back.localAddress(), o -> o.withMaxSessions(8))) {
      var before = Contract.sockets().size();
      var clients = new ArrayList<DatagramChannel>();
      for (int i = 0; i < 50; i++) {
        clients.add(client(relay.localAddress()));
      }
      Contract.await(
          "evictions",
          () -> {
            for (var client : clients) {
              send(client, "in vain, perhaps"); // its session may be gone before its reply is there
            }
            return relay.snapshot().evicted() >= 500;
          });
      for (var client : clients) {
        client.close();
      }
      Contract.await("the last ones", () -> relay.snapshot().sessions() == 8);
      Contract.await("the fds", () -> Contract.sockets().size() <= before + 8);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void access_denied_dropsAndBeginsNoSession(Contract on) throws Exception {
    try (var back = echo(on);
        var relay =
            DatagramRelay.serve(
                on.port(),
                back.localAddress(),
                o -> o.withAccess(AccessRules.anyone().deny("127.0.0.1").deny("::1")));
        var client = client(relay.localAddress())) {
      send(client, "x");
      Contract.await("the drop", () -> relay.snapshot().dropped(Drop.DENIED) == 1);
      assertThat(relay.snapshot().opened()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void find_thatTakesItsTime_keepsTheFirstDatagrams(Contract on) throws Exception {
    var go = new CountDownLatch(1);
    try (var back = on.port();
        var relay =
            DatagramRelay.serve(
                on.port(),
                _ -> {
                  go.await();
                  return back.localAddress();
                },
                o -> o);
        var slow = client(relay.localAddress())) {
      var requests = received(back);
      for (int i = 0; i < 20; i++) {
        send(slow, "" + i);
      }
      Contract.await("the drops", () -> relay.snapshot().dropped(Drop.WAITING) == 4);
      go.countDown();
      for (int i = 0; i < 16; i++) {
        assertThat(text(requests.take())).isEqualTo("" + i);
      }
      send(slow, "after");
      assertThat(text(requests.take())).isEqualTo("after");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void find_name_resolves(Contract on) throws Exception {
    try (var back = echo(on);
        var relay =
            DatagramRelay.serve(
                on.port(),
                InetSocketAddress.createUnresolved(
                    ((InetSocketAddress) back.localAddress()).getAddress().getHostAddress(),
                    ((InetSocketAddress) back.localAddress()).getPort()));
        var client = client(relay.localAddress())) {
      send(client, "x");
      assertThat(receive(client)).isEqualTo("x");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void find_failing_dropsAndTriesAgainWithTheNext(Contract on) throws Exception {
    var ends = new Ends();
    var failing = new AtomicReference<Exception>(new UnknownHostException("no such name"));
    try (var back = echo(on);
        var relay =
            DatagramRelay.serve(
                on.port(),
                _ -> {
                  switch (failing.get()) {
                    case IOException e -> throw e;
                    case RuntimeException e -> throw e;
                    case null, default -> {}
                  }
                  return back.localAddress();
                },
                o -> o.withEvents(ends));
        var client = client(relay.localAddress())) {
      send(client, "1");
      assertThat(ends.failed.take()).isInstanceOf(UnknownHostException.class);
      assertThat(ends.ended.take()).isEqualTo(End.LOST);
      failing.set(new IllegalStateException("a defect"));
      send(client, "2");
      assertThat(ends.failed.take()).hasMessageContaining("a defect");
      assertThat(ends.ended.take()).isEqualTo(End.LOST);
      failing.set(null);
      send(client, "3");
      assertThat(receive(client)).isEqualTo("3");
      assertThat(relay.snapshot().dropped()).containsEntry(Drop.NO_SESSION, 2L);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void events_thatThrow_endNothing(Contract on) throws Exception {
    var events =
        new DatagramRelayEvents() {
          @Override
          public void started(SocketAddress peer) {
            throw new AssertionError("thrown on purpose");
          }
        };
    try (var back = echo(on);
        var relay =
            DatagramRelay.serve(on.port(), back.localAddress(), o -> o.withEvents(events));
        var client = client(relay.localAddress())) {
      send(client, "x");
      assertThat(receive(client)).isEqualTo("x");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void stop_withGrace_keepsSessionsUntilTheyExpireAndBeginsNone(Contract on) throws Exception {
    try (var back = echo(on)) {
      var before = Contract.sockets();
      var relay =
          DatagramRelay.serve(on.port(), back.localAddress(), o -> o.withIdleTimeout(IDLE));
      try (var client = client(relay.localAddress())) {
        send(client, "x");
        assertThat(receive(client)).isEqualTo("x");
        var stopped = CompletableFuture.supplyAsync(() -> relay.stop(Duration.ofSeconds(30)));
        Contract.await(
            "the stop",
            () -> {
              try (var late = client(relay.localAddress())) {
                send(late, "late");
              }
              send(client, "y");
              assertThat(receive(client)).isEqualTo("y");
              return relay.snapshot().dropped(Drop.STOPPING) > 0;
            });
        assertThat(stopped.get()).isEqualTo(Stopped.GRACEFUL);
      }
      assertThat(relay.snapshot().sessions()).isZero();
      Contract.await("the fds", () -> before.containsAll(Contract.sockets()));
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void close_withSessions_leavesNoFdAndFreesTheAddress(Contract on) throws Exception {
    var ends = new Ends();
    try (var back = echo(on)) {
      var before = Contract.sockets();
      var relay =
          DatagramRelay.serve(on.port(), back.localAddress(), o -> o.withEvents(ends));
      var clients = new DatagramChannel[20];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = client(relay.localAddress());
        send(clients[i], "x");
        receive(clients[i]);
      }
      assertThat(relay.stop(Duration.ofMillis(1))).isEqualTo(Stopped.FORCED);
      relay.close();
      assertThat(ends.ended).hasSize(20).containsOnly(End.CLOSED);
      on.port(relay.localAddress(), o -> o).close();
      for (var client : clients) {
        client.close();
      }
      assertThat(before).containsAll(Contract.sockets()); // an earlier test's may have gone
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void close_whileAnUpstreamIsLookedFor_interruptsAndReturns(Contract on) throws Exception {
    var looking = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    var relay =
        DatagramRelay.serve(
            on.port(),
            _ -> {
              looking.countDown();
              try {
                new CountDownLatch(1).await();
                throw new AssertionError("nobody counts it down");
              } finally {
                ended.countDown();
              }
            },
            o -> o);
    try (relay;
        var client = client(relay.localAddress())) {
      send(client, "x");
      looking.await();
    }
    assertThat(ended.getCount()).isZero();
    assertThat(relay.snapshot().dropped()).containsEntry(Drop.NO_SESSION, 1L);
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void close_fromAnEvent_doesNotWaitForItself(Contract on) throws Exception {
    var relay = new CompletableFuture<DatagramRelay>();
    var closed = new CountDownLatch(1);
    var events =
        new DatagramRelayEvents() {
          @Override
          public void started(SocketAddress peer) {
            relay.join().close();
            closed.countDown();
          }
        };
    try (var back = echo(on)) {
      relay.complete(
          DatagramRelay.serve(on.port(), back.localAddress(), o -> o.withEvents(events)));
      try (var client = client(relay.get().localAddress())) {
        send(client, "x");
        closed.await();
        assertThat(relay.get().snapshot().sessions()).isZero();
        assertThat(relay.get().stop(Duration.ofSeconds(30))).isEqualTo(Stopped.GRACEFUL);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void serve_portOfAnotherOrToItself_isRefused(Contract on) throws Exception {
    try (var port = on.port()) {
      assertThatThrownBy(() -> DatagramRelay.serve(port, port.localAddress()))
          .isInstanceOf(IllegalArgumentException.class);
      received(port);
      try (var taken = on.port();
          var _ = DatagramRelay.serve(taken, port.localAddress())) {
        assertThatThrownBy(() -> received(taken)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> DatagramRelay.serve(port, taken.localAddress()))
            .isInstanceOf(IllegalStateException.class);
      }
    }
  }
}
