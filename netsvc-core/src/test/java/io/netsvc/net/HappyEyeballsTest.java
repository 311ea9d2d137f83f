package io.netsvc.net;

import static io.netsvc.net.ConnectorTest.SHORT;
import static io.netsvc.net.ConnectorTest.awaitBlocked;
import static io.netsvc.net.ConnectorTest.closed;
import static io.netsvc.net.ConnectorTest.leakFree;
import static io.netsvc.net.ConnectorTest.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several addresses, and names. */
@Timeout(30)
class HappyEyeballsTest {

  @ParameterizedTest
  @EnumSource
  void anAddressThatDoesNotAnswer_isOvertakenAfterTheDelay(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address());
        var listener = on.listen()) {
      leakFree(
          () -> {
            long startNanos = System.nanoTime();
            try (var client =
                on.connector(o -> o.withAttemptDelay(SHORT))
                    .connect(List.of(blackhole.address(), listener.localAddress()))) {
              assertThat(client.remoteAddress()).isEqualTo(listener.localAddress());
              assertThat(System.nanoTime() - startNanos)
                  .isBetween(SHORT.toNanos(), SHORT.multipliedBy(10).toNanos());
              listener.accept().close();
            }
            return null;
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAddressThatFails_isFollowedAtOnce(Contract on) throws Exception {
    var refusing = closed(on);
    try (var listener = on.listen()) {
      long startNanos = System.nanoTime();
      on.connector(o -> o.withAttemptDelay(Duration.ofSeconds(8)))
          .connect(List.of(refusing, listener.localAddress()))
          .close();
      assertThat(System.nanoTime() - startNanos).isLessThan(Duration.ofSeconds(4).toNanos());
    }
  }

  @ParameterizedTest
  @EnumSource
  void noAddressConnects_theFirstFailureIsThrown(Contract on) throws Exception {
    var first = closed(on);
    var second = closed(on);
    leakFree(
        () -> {
          var thrown = catchThrowable(() -> on.connector(o -> o).connect(List.of(first, second)));
          assertThat(thrown)
              .isInstanceOf(ConnectException.class)
              .hasMessageStartingWith("connect " + first + ": ");
          assertThat(thrown.getSuppressed()).hasSize(1);
          assertThat(thrown.getSuppressed()[0]).hasMessageStartingWith("connect " + second + ": ");
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource
  void noAddressAnswersInTime_tellsWhatFailedBefore(Contract on) throws Exception {
    var refusing = closed(on);
    try (var blackhole = new Blackhole(on.address())) {
      leakFree(
          () -> {
            var addresses = List.of(refusing, blackhole.address());
            var thrown =
                catchThrowable(() -> on.connector(o -> o.withTimeout(SHORT)).connect(addresses));
            assertThat(thrown)
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("connect " + addresses + ": timed out after 300 ms");
            assertThat(thrown.getSuppressed()).hasSize(1);
            return null;
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void interrupted_leavesNothingOpen(Contract on) throws Exception {
    try (var blackhole = new Blackhole(on.address());
        var another = new Blackhole(on.address())) {
      leakFree(
          () -> {
            var connected = new CompletableFuture<Connection>();
            var addresses = List.of(blackhole.address(), another.address());
            var thread = start(connected, () -> on.connector(o -> o).connect(addresses));
            awaitBlocked(thread);
            thread.interrupt();
            assertThatThrownBy(connected::get).hasCauseInstanceOf(InterruptedException.class);
            return null;
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalThatConnectAtOnce_leaveOneOpen(Contract on) throws Exception {
    try (var one = on.listen();
        var two = on.listen();
        var three = on.listen()) {
      var addresses = List.of(one.localAddress(), two.localAddress(), three.localAddress());
      var connector = on.connector(o -> o.withAttemptDelay(Duration.ofNanos(1)));
      int before = Contract.sockets().size();
      for (int i = 0; i < 100; i++) {
        try (var client = connector.connect(addresses)) {
          assertThat(client.isOpen()).isTrue();
          assertThat(Contract.sockets()).hasSizeLessThanOrEqualTo(before + 1);
        }
      }
    }
  }

  private static InetSocketAddress at(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void families_takeTurns_beginningWithTheResolversFirst(Contract on) throws Exception {
    int port = ((InetSocketAddress) closed(on)).getPort();
    var found = Stream.of("127.0.0.1", "127.0.0.2", "127.0.0.1", "::1").map(InetAddress::ofLiteral);
    var addresses = found.toArray(InetAddress[]::new);
    var connector = on.connector(new Names(_ -> addresses), o -> o);
    var thrown = catchThrowable(() -> connector.connect("somewhere", port));
    var all = Stream.concat(Stream.of(thrown), Stream.of(thrown.getSuppressed()));
    assertThat(all.map(Throwable::getMessage).map(m -> m.substring(0, m.indexOf(": "))))
        .containsExactly(
            "connect " + at("127.0.0.1", port),
            "connect " + at("::1", port),
            "connect " + at("127.0.0.2", port));
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void aNameOrALiteral_connects(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var address = (InetSocketAddress) listener.localAddress();
      var connector = on.connector(new Names(_ -> new InetAddress[] {address.getAddress()}), o -> o);
      var literal = address.getAddress().getHostAddress();
      for (var host : List.of("somewhere", literal, '[' + literal + ']')) {
        try (var client = connector.connect(host, address.getPort())) {
          assertThat(client.remoteAddress()).isEqualTo(address);
        }
      }
      connector.connect(InetSocketAddress.createUnresolved("x", address.getPort())).close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void aNameThatDoesNotResolve_isUnknown(Contract on) throws Exception {
    var names =
        new Names(
            host -> {
              throw new UnknownHostException(host);
            });
    var connector = on.connector(names, o -> o);
    for (var host : List.of("no-such-host", "1.2.3.4.5", "::1::")) {
      assertThatThrownBy(() -> connector.connect(host, 80))
          .isInstanceOf(UnknownHostException.class)
          .hasMessage(
              "connect " + (host.contains(":") ? "[" + host + "]" : host) + ":80: unknown host");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void aResolverThatHangs_endsAtTheDeadline_andHoldsNobodyElseUp(Contract on) throws Exception {
    var answers = new CountDownLatch(1);
    var loopback = InetAddress.ofLiteral("127.0.0.1");
    var names =
        new Names(
            host -> {
              while (host.startsWith("hangs") && answers.getCount() > 0) {
                Thread.onSpinWait(); // as a call into the C library: not interruptible
              }
              return new InetAddress[] {loopback};
            });
    try (var listener = on.listen()) {
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      var connector = on.connector(names, o -> o.withTimeout(SHORT));
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> connector.connect("hangs", port))
            .isInstanceOf(SocketTimeoutException.class)
            .hasMessage("connect hangs:" + port + ": timed out after 300 ms");
      }
      connector.connect("answers", port).close();
      answers.countDown();
      Contract.await("answered", () -> connects(connector, port));
    }
  }

  private static boolean connects(Connector connector, int port) throws Exception {
    try (var connection = connector.connect("hangs", port)) {
      return connection.isOpen();
    }
  }
}
