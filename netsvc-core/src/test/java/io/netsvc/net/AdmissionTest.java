package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A listener serves whom it may, and no more at a time than it may. */
@Timeout(30)
class AdmissionTest {
  private static final AccessRules NOBODY =
      AccessRules.anyone().deny("0.0.0.0/0").deny("::/0");

  @ParameterizedTest
  @EnumSource
  void maxConnections_whenReached_othersWaitInTheBacklog(Contract on) throws Exception {
    try (var listener = on.listen(on.address(), o -> o.withMaxConnections(2))) {
      var served = new LinkedBlockingQueue<Connection>();
      listener.serve(
          connection -> {
            served.add(connection);
            connection.read(ByteBuffer.allocate(1));
          });
      try (var _ = Contract.connect(listener);
          var second = Contract.connect(listener)) {
        served.take();
        served.take();
        assertThat(listener.snapshot()).isEqualTo(new Listener.Snapshot(2, 2, 0, 0, true));
        try (var _ = Contract.connect(listener)) {
          assertThat(served.poll(100, TimeUnit.MILLISECONDS)).isNull();
          second.shutdownOutput();
          served.take();
          assertThat(listener.snapshot().accepted()).isEqualTo(3);
        }
      }
      Contract.await("room", () -> listener.snapshot().open() == 0);
      assertThat(listener.snapshot()).isEqualTo(new Listener.Snapshot(3, 0, 0, 0, false));
    }
  }

  @ParameterizedTest
  @EnumSource
  void maxConnections_whenClientsComeAndGo_isNeverExceededAndServesAll(Contract on)
      throws Exception {
    int clients = 60;
    try (var listener = on.listen(on.address(), o -> o.withMaxConnections(3))) {
      var open = new java.util.concurrent.atomic.AtomicInteger();
      var most = new java.util.concurrent.atomic.AtomicInteger();
      var done = new CountDownLatch(clients);
      listener.serve(
          connection -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            connection.read(ByteBuffer.allocate(1));
            open.decrementAndGet();
            done.countDown();
          });
      for (int i = 0; i < clients; i++) {
        Contract.connect(listener).close();
      }
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(most.get()).isLessThanOrEqualTo(3);
    }
  }

  private record Admittance(Connection connection, Admitted.Place place) {}

  @ParameterizedTest
  @EnumSource
  void place_untilItIsGivenBack_keepsOthersInTheBacklog(Contract on) throws Exception {
    try (var listener = on.listen(on.address(), o -> o.withMaxConnections(1))) {
      var admitted = new LinkedBlockingQueue<Admittance>();
      listener.onAdmitted((connection, place) -> admitted.add(new Admittance(connection, place)));
      try (var _ = Contract.connect(listener);
          var _ = Contract.connect(listener)) {
        var first = admitted.take();
        first.connection().close();
        assertThat(admitted.poll(100, TimeUnit.MILLISECONDS)).isNull();
        assertThat(listener.snapshot()).isEqualTo(new Listener.Snapshot(1, 1, 0, 0, true));
        first.place().close();
        var second = admitted.take();
        first.place().close();
        assertThat(listener.snapshot()).isEqualTo(new Listener.Snapshot(2, 1, 0, 0, true));
        second.connection().close();
        second.place().close();
        assertThat(listener.snapshot()).isEqualTo(new Listener.Snapshot(2, 0, 0, 0, false));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void place_whenItsConsumerThrows_isFree(Contract on) throws Exception {
    try (var listener = on.listen(on.address(), o -> o.withMaxConnections(1))) {
      var second = new LinkedBlockingQueue<Connection>();
      listener.onAdmitted(
          (connection, _) -> {
            if (listener.snapshot().accepted() == 1) {
              throw new IllegalStateException("expected by the test");
            }
            second.add(connection);
          });
      try (var _ = Contract.connect(listener);
          var _ = Contract.connect(listener);
          var connection = second.take()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void place_afterTheListenersEnd_canStillBeGivenBack(Contract on) throws Exception {
    var admitted = new LinkedBlockingQueue<Admittance>();
    var listener = on.listen(on.address(), o -> o.withMaxConnections(1));
    try (listener) {
      listener.onAdmitted((connection, place) -> admitted.add(new Admittance(connection, place)));
      try (var _ = Contract.connect(listener)) {
        Contract.await("admitted", () -> !admitted.isEmpty());
      }
    }
    assertThat(listener.snapshot().open()).isEqualTo(1);
    var last = admitted.take();
    last.connection().close();
    last.place().close();
    assertThat(listener.snapshot().open()).isZero();
  }

  @Test
  void room_whenShared_isOneForAllWhoAccept() {
    var room = new Room(2);
    var one = new Readiness(new SilentSocket());
    var other = new Readiness(new SilentSocket());
    var first = new Admitted(room, one);
    var second = new Admitted(room, other);
    var place = first.begin();
    assertThat(one.held()).isFalse();
    var last = second.begin();
    assertThat(one.held()).isTrue();
    assertThat(other.held()).isTrue();
    place.close();
    assertThat(one.held()).isFalse();
    assertThat(other.held()).isFalse();
    second.close();
    var again = first.begin(); // the closed one's connection still takes its room
    assertThat(one.held()).isTrue();
    assertThat(other.held()).isFalse();
    var late = new Readiness(new SilentSocket());
    room.join(late);
    assertThat(late.held()).isTrue();
    last.close();
    again.close();
    assertThat(late.held()).isFalse();
    assertThat(first.open() + second.open()).isZero();
  }

  /** A socket where nothing comes. */
  private static final class SilentSocket implements ReadableSocket {
    @Override
    public SocketAddress localAddress() {
      return new InetSocketAddress(0);
    }

    @Override
    public void onReadable(Runnable ready) {}

    @Override
    public void watch(boolean wanted) {}

    @Override
    public void close() {}
  }

  @Test
  void maxConnections_byDefault_leavesFdsToSpare() {
    assertThat(Room.byFds(1024)).isEqualTo(240);
    assertThat(Room.byFds(0)).isEqualTo(1);
    assertThat(Room.byFds(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    assertThat(Admission.DEFAULT.room()).isSameAs(Room.ofTheProcess());
    assertThat(Room.ofTheProcess().limit()).isBetween(1, Integer.MAX_VALUE - 1);
    assertThatThrownBy(() -> ListenSettings.DEFAULTS.withMaxConnections(0))
        .hasMessage("max connections out of range: 0");
  }

  /** Connects to be reset, which may be as early as in the connect. */
  static void assertReset(Listener listener) {
    assertThatThrownBy(
            () -> {
              try (var client = Contract.connect(listener)) {
                client.read(ByteBuffer.allocate(1));
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void access_whenDenied_resetsUnseenAndCounts(Contract on) throws Exception {
    var before = Contract.sockets();
    try (var listener = on.listen(on.address(), o -> o.withAccess(NOBODY))) {
      var seen = new LinkedBlockingQueue<Connection>();
      listener.serve(seen::add);
      int clients = 200;
      for (int i = 0; i < clients; i++) {
        assertReset(listener);
      }
      Contract.await("all counted", () -> listener.snapshot().denied() == clients);
      assertThat(listener.snapshot().accepted()).isZero();
      assertThat(seen).isEmpty();
    }
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void access_of10000Denied_leavesTheFdsFlat(Contract on) throws Exception {
    try (var listener = on.listen(on.address(), o -> o.withAccess(NOBODY))) {
      listener.serve(_ -> {});
      var before = Contract.sockets();
      for (int i = 0; i < 10_000; i++) {
        assertReset(listener);
        if (i % 1_000 == 0) {
          assertThat(Contract.sockets()).hasSizeLessThanOrEqualTo(before.size() + 1);
        }
      }
      Contract.await("all counted", () -> listener.snapshot().denied() == 10_000);
      assertThat(Contract.sockets()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void access_ofAccept_givesOnlyWhoMay(Contract on) throws Exception {
    var local = on.address().toString().contains("127.0.0.1") ? "127.0.0.2" : "::2";
    try (var listener =
            on.listen(on.address(), o -> o.withAccess(AccessRules.anyone().allow(local)));
        var client = Contract.connect(listener)) {
      var accepting = Thread.ofVirtual().start(() -> ignoring(listener));
      assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class);
      Contract.await("denied", () -> listener.snapshot().denied() == 1);
      accepting.interrupt();
      accepting.join();
      assertThat(listener.snapshot().accepted()).isZero();
    }
  }

  private static void ignoring(Listener listener) {
    try {
      listener.accept().close();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void access_ofUnixPeers_isTheFiles(Contract on) throws Exception {
    try (var listener = on.listen(on.address(), o -> o.withAccess(NOBODY));
        var _ = Contract.connect(listener);
        var connection = listener.accept()) {
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void snapshot_ofAPausedListener_saysSo(Contract on) throws Exception {
    try (var listener = on.listen()) {
      assertThat(listener.snapshot()).isEqualTo(new Listener.Snapshot(0, 0, 0, 0, false));
      listener.pause();
      assertThat(listener.snapshot().paused()).isTrue();
      listener.resume();
      assertThat(listener.snapshot().paused()).isFalse();
    }
  }
}
