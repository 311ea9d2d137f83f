package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One address, over each transport and address family. */
@Timeout(30)
class ConnectorTest {
  static final Duration SHORT = Duration.ofMillis(300);

  /** An address where nothing listens. */
  static SocketAddress closed(Contract on) throws Exception {
    if (on.unix()) {
      return on.address();
    }
    try (var listener = on.listen()) {
      return listener.localAddress();
    }
  }

  /** Runs something that is to leave as many sockets as there were. */
  static void leakFree(Callable<?> body) throws Exception {
    int before = Contract.sockets().size();
    body.call();
    Contract.await("no socket left", () -> Contract.sockets().size() <= before);
  }

  @ParameterizedTest
  @EnumSource
  void connect_carriesBytesBothWays(Contract on) throws Exception {
    var connector = on.connector(o -> o);
    leakFree(
        () -> {
          try (var listener = on.listen();
              var client = connector.connect(listener.localAddress());
              var server = listener.accept()) {
            assertThat(client.remoteAddress()).isEqualTo(listener.localAddress());
            assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
            client.write(UTF_8.encode("there"));
            client.shutdownOutput();
            var buffer = ByteBuffer.allocate(10);
            while (server.read(buffer) >= 0) {
              // until the end
            }
            assertThat(buffer.flip()).isEqualTo(UTF_8.encode("there"));
            server.write(UTF_8.encode("back"));
            assertThat(client.read(buffer.clear())).isEqualTo(4);
          }
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource
  void connect_whereNothingListens_isRefused(Contract on) throws Exception {
    var address = closed(on);
    on.connector(o -> o);
    leakFree(
        () ->
            assertThatThrownBy(() -> on.connector(o -> o).connect(address))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith(
                    "connect "
                        + address
                        + (on.unix() ? ": No such file or directory" : ": Connection refused")));
  }

  @ParameterizedTest
  @EnumSource
  void connect_whereNothingAnswers_endsAtTheDeadline(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address())) {
      leakFree(
          () -> {
            long startNanos = System.nanoTime();
            assertThatThrownBy(
                    () -> on.connector(o -> o.withTimeout(SHORT)).connect(blackhole.address()))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("connect " + blackhole.address() + ": timed out after 300 ms");
            assertThat(System.nanoTime() - startNanos)
                .isBetween(SHORT.toNanos(), SHORT.multipliedBy(10).toNanos());
            return null;
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void connect_whenTheBacklogHasRoomAgain_connects(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address())) {
      var connected = new CompletableFuture<Connection>();
      var thread = start(connected, () -> on.connector(o -> o).connect(blackhole.address()));
      awaitBlocked(thread);
      assertThat(connected).isNotDone();
      blackhole.accept();
      blackhole.accept();
      connected.get().close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void connect_whenTheListenerGoesMeanwhile_isRefused(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address())) {
      var address = blackhole.address();
      var connected = new CompletableFuture<Connection>();
      var thread = start(connected, () -> on.connector(o -> o).connect(address));
      awaitBlocked(thread);
      blackhole.abandon();
      assertThatThrownBy(connected::get)
          .hasCauseInstanceOf(ConnectException.class)
          .hasMessageContaining("connect " + address + ": Connection refused");
    }
  }

  @ParameterizedTest
  @EnumSource
  void connect_whenInterrupted_leavesNothingOpen(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address())) {
      leakFree(
          () -> {
            var connected = new CompletableFuture<Connection>();
            var thread = start(connected, () -> on.connector(o -> o).connect(blackhole.address()));
            awaitBlocked(thread);
            thread.interrupt();
            assertThatThrownBy(connected::get).hasCauseInstanceOf(InterruptedException.class);
            return null;
          });
    }
  }

  static Thread start(CompletableFuture<Connection> result, Callable<Connection> body) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(body.call());
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });
  }

  static void awaitBlocked(Thread thread) throws Exception {
    Contract.await(
        "blocked",
        () ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
  }

  @ParameterizedTest
  @EnumSource
  void connect_fromManyVirtualThreads_holdsNoCarrier(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var connector = on.connector(o -> o.withTimeout(SHORT));
      long startNanos = System.nanoTime();
      var connecting = new ArrayList<Future<Connection>>();
      for (int i = 0; i < 100; i++) {
        connecting.add(threads.submit(() -> connector.connect(blackhole.address())));
      }
      for (var each : connecting) {
        assertThatThrownBy(each::get).hasCauseInstanceOf(SocketTimeoutException.class);
      }
      // One at a time on each carrier, they would take 100 / 2 times as long.
      assertThat(System.nanoTime() - startNanos).isLessThan(SHORT.multipliedBy(10).toNanos());
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void connect_toOneself_isRefused_andLeavesThePortFree(Contract on) throws Exception {
    var address = closed(on);
    leakFree(
        () ->
            assertThatThrownBy(() -> on.connector(o -> o.withSource(address)).connect(address))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("connect " + address + ": Connection refused"));
    on.listen(address, o -> o).close();
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void source_isWhatTheServerSees_andAFixedPortCanBeUsedAgain(Contract on) throws Exception {
    var literal = on.toString().endsWith("IPV4") ? "127.0.0.2" : "::1";
    var any = new InetSocketAddress(InetAddress.ofLiteral(literal), 0);
    try (var listener = on.listen()) {
      SocketAddress source = any;
      for (int i = 0; i < 3; i++) {
        var from = source;
        try (var client =
                on.connector(o -> o.withSource(from)).connect(listener.localAddress());
            var server = listener.accept()) {
          assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
          assertThat(((InetSocketAddress) server.remoteAddress()).getAddress())
              .isEqualTo(any.getAddress());
          source = server.remoteAddress();
          server.abort(); // no TIME_WAIT for the same pair of addresses
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void source_notOurs_orOfAnotherFamily_isSaid(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var foreign = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0);
      leakFree(
          () ->
              assertThatThrownBy(
                      () ->
                          on.connector(o -> o.withSource(foreign))
                              .connect(listener.localAddress()))
                  .isInstanceOf(BindException.class)
                  .hasMessageStartingWith("connect " + listener.localAddress() + ": ")
                  .hasMessageContaining("Cannot assign requested address"));
      var six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
      assertThatThrownBy(
              () -> on.connector(o -> o.withSource(six)).connect(listener.localAddress()))
          .isInstanceOf(SocketException.class)
          .hasMessage(
              "connect "
                  + listener.localAddress()
                  + ": no address of the family of source /[0:0:0:0:0:0:0:1]:0");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void wildcard_isLoopback(Contract on) throws Exception {
    try (var listener = on.listen()) {
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      var wildcard = InetAddress.ofLiteral(on.toString().endsWith("IPV4") ? "0.0.0.0" : "::");
      on.connector(o -> o).connect(new InetSocketAddress(wildcard, port)).close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void retries_untilSomethingListens(Contract on) throws Exception {
    var address = closed(on);
    var connected = new CompletableFuture<Connection>();
    var connector = on.connector(o -> o.withRetries(100, Duration.ofMillis(50)));
    var thread = start(connected, () -> connector.connect(address));
    awaitBlocked(thread);
    try (var listener = on.listen(address, o -> o);
        var client = connected.get()) {
      assertThat(client.remoteAddress()).isEqualTo(listener.localAddress());
    }
  }

  @ParameterizedTest
  @EnumSource
  void retries_doubleAndEnd(Contract on) throws Exception {
    var address = closed(on);
    long startNanos = System.nanoTime();
    assertThatThrownBy(
            () -> on.connector(o -> o.withRetries(3, Duration.ofMillis(20))).connect(address))
        .isInstanceOf(ConnectException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
        .isBetween(Duration.ofMillis(140), Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @EnumSource
  void retries_thatTheTimeoutLeavesNoTimeFor_areNotWaitedFor(Contract on) throws Exception {
    var address = closed(on);
    long startNanos = System.nanoTime();
    assertThatThrownBy(
            () -> on.connector(o -> o.withRetries(3, Duration.ofSeconds(11))).connect(address))
        .isInstanceOf(ConnectException.class);
    assertThat(System.nanoTime() - startNanos).isLessThan(Duration.ofSeconds(5).toNanos());
  }

  @Test
  void options_outOfRange_areRefused() {
    Map<String, Callable<?>> faults =
        Map.of(
            "timeout out of range: PT0S",
            () -> Connector.of(o -> o.withTimeout(Duration.ZERO)),
            "attempt delay out of range: PT-1S",
            () -> Connector.of(o -> o.withAttemptDelay(Duration.ofSeconds(-1))),
            "retries out of range: -1",
            () -> Connector.of(o -> o.withRetries(-1, Duration.ofSeconds(1))),
            "first retry out of range: PT0S",
            () -> Connector.of(o -> o.withRetries(1, Duration.ZERO)),
            "device: read \"\", expected 1 to 15 characters",
            () -> Connector.of(o -> o.withDevice("")),
            "port out of range: 0",
            () -> Connector.of(o -> o).connect("localhost", 0),
            "empty host",
            () -> Connector.of(o -> o).connect("", 1),
            "no address",
            () -> Connector.of(o -> o).connect(List.of()));
    faults.forEach(
        (message, fault) ->
            assertThatThrownBy(fault::call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message));
  }
}
