package io.netsvc.net;

import static io.netsvc.net.Relayed.random;
import static io.netsvc.net.Relayed.receive;
import static io.netsvc.net.Relayed.receiveUntilReset;
import static io.netsvc.net.Relayed.same;
import static io.netsvc.net.Relayed.send;
import static io.netsvc.net.Relayed.sending;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Outcome.Cause;
import io.netsvc.net.Outcome.Side;
import io.netsvc.net.Relayed.Way;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What bounds a relay, and who looks on, in each way to move bytes. */
@Timeout(60)
class RelayLimitsTest {
  private static final byte[] HELLO = {1, 2, 3, 4, 5};

  @ParameterizedTest
  @EnumSource
  void byteLimit_reachedExactly_isNoEnd(Way way) throws Exception {
    byte[] bytes = random(300_000);
    try (var on = Relayed.open(way, o -> o.withByteLimit(Side.FIRST, bytes.length))) {
      var sending = sending(on.client(), bytes, true);
      assertThat(same(receive(on.server()), bytes)).isTrue();
      sending.get();
      send(on.server(), bytes);
      on.server().shutdownOutput();
      assertThat(same(receive(on.client()), bytes)).isTrue();
      assertThat(on.relay().await().cause()).isEqualTo(Cause.EOF);
    }
  }

  @ParameterizedTest
  @EnumSource
  void byteLimit_passed_endsAfterJustAsMany(Way way) throws Exception {
    byte[] bytes = random(100_000);
    try (var on = Relayed.open(way, o -> o.withByteLimit(Side.SECOND, 70_000))) {
      send(on.server(), bytes);
      if (way.linux()) {
        assertThat(receiveUntilReset(on.client())).hasSize(70_000);
      } else {
        receiveUntilReset(on.client());
      }
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.LIMIT);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
      assertThat(outcome.backward()).isEqualTo(70_000);
      receiveUntilReset(on.server());
    }
  }

  @ParameterizedTest
  @EnumSource
  void byteLimit_ofNone_endsAtTheFirstByte(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withByteLimit(Side.FIRST, 0))) {
      send(on.client(), HELLO);
      assertThat(receiveUntilReset(on.server())).isEmpty();
      assertThat(on.relay().await().cause()).isEqualTo(Cause.LIMIT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rateLimit_ofOneSide_slowsThatOneAlone(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withRateLimit(Side.FIRST, 1_000_000))) {
      byte[] bytes = random(600_000);
      var sending = sending(on.client(), bytes, true);
      long begun = System.nanoTime();
      var back = sending(on.server(), random(4 << 20), true);
      assertThat(receive(on.client())).hasSize(4 << 20);
      long free = System.nanoTime() - begun;
      assertThat(same(receive(on.server()), bytes)).isTrue();
      long limited = System.nanoTime() - begun;
      sending.get();
      back.get();
      // A tenth of a second's worth comes at once.
      assertThat(limited).isBetween(450_000_000L, 2_000_000_000L);
      assertThat(free).isLessThan(limited);
      assertThat(on.relay().await().cause()).isEqualTo(Cause.EOF);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rateLimit_ofTenBytesASecond_givesSingleBytes(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withRateLimit(Side.FIRST, 10))) {
      long begun = System.nanoTime();
      send(on.client(), HELLO);
      assertThat(receive(on.server(), HELLO.length)).isEqualTo(HELLO);
      assertThat(System.nanoTime() - begun).isBetween(320_000_000L, 2_000_000_000L);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rateLimit_whileASideResets_stillDeliversAndTells(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withRateLimit(Side.FIRST, 200_000))) {
      byte[] bytes = random(60_000);
      send(on.client(), bytes);
      Contract.await("some", () -> on.relay().progress().forward() > 0);
      Relayed.reset(on.client());
      receiveUntilReset(on.server());
      assertThat(on.relay().await().cause()).isEqualTo(Cause.RESET);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tap_seesEveryByteOfEachSide_inCopies(Way way) throws Exception {
    var up = new ByteArrayOutputStream();
    var down = new ByteArrayOutputStream();
    RelayTap tap =
        (from, bytes) -> {
          byte[] copy = new byte[bytes.remaining()];
          bytes.get(copy);
          (from == Side.FIRST ? up : down).writeBytes(copy);
        };
    byte[] request = random(500_000);
    byte[] reply = random(700_001);
    try (var on = Relayed.open(way, o -> o.withTap(tap))) {
      var sending = sending(on.client(), request, true);
      assertThat(same(receive(on.server()), request)).isTrue();
      sending.get();
      var replying = sending(on.server(), reply, true);
      assertThat(same(receive(on.client()), reply)).isTrue();
      replying.get();
      assertThat(on.relay().await().mode()).isEqualTo(Relay.Mode.COPY);
    }
    assertThat(same(up.toByteArray(), request)).isTrue();
    assertThat(same(down.toByteArray(), reply)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void tap_thatThrows_isLeftOutAndTheRelayGoesOn(Way way) throws Exception {
    var calls = new AtomicInteger();
    try (var on =
        Relayed.open(
            way,
            o ->
                o.withTap(
                    (_, _) -> {
                      calls.incrementAndGet();
                      throw new IllegalStateException("a tap that fails");
                    }))) {
      for (int i = 0; i < 3; i++) {
        send(on.client(), HELLO);
        assertThat(receive(on.server(), HELLO.length)).isEqualTo(HELLO);
      }
      assertThat(calls).hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void idleTimeout_ofASideThatIsSilent_namesIt(Way way) throws Exception {
    var timeout = Duration.ofMillis(200);
    long begun = System.nanoTime(); // before the relay's own begin
    try (var on = Relayed.open(way, o -> o.withIdleTimeout(Side.SECOND, timeout))) {
      var talking = new AtomicInteger();
      while (on.relay().await(Duration.ofMillis(20)).isEmpty()) {
        on.client().write(ByteBuffer.wrap(HELLO));
        talking.incrementAndGet();
      }
      assertThat(System.nanoTime() - begun).isBetween(190_000_000L, 2_000_000_000L);
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.IDLE);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
      assertThat(talking).hasPositiveValue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void stallTimeout_ofTheOtherSide_doesNotEndThisOne(Way way) throws Exception {
    try (var on =
        Relayed.open(
            way,
            o ->
                o.withStallTimeout(Side.FIRST, Duration.ofMillis(50))
                    .withStallTimeout(Side.SECOND, Duration.ofMillis(500)))) {
      long begun = System.nanoTime();
      var sending = sending(on.client(), random(32 << 20), false);
      var outcome = on.relay().await();
      assertThat(System.nanoTime() - begun).isGreaterThan(490_000_000);
      assertThat(outcome.cause()).isEqualTo(Cause.STALLED);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
      assertThat(sending).failsWithin(10, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void halfCloseTimeout_ofTheSideThatEnded_beginsWithItsEnd(Way way) throws Exception {
    try (var on =
        Relayed.open(
            way,
            o ->
                o.withHalfCloseTimeout(Side.FIRST, Duration.ofMillis(200))
                    .withHalfCloseTimeout(Side.SECOND, Duration.ofMinutes(1)))) {
      assertThat(on.relay().await(Duration.ofMillis(300))).isEmpty(); // idle before it ends
      long begun = System.nanoTime();
      on.client().shutdownOutput();
      var outcome = on.relay().await();
      assertThat(System.nanoTime() - begun).isBetween(190_000_000L, 2_000_000_000L);
      assertThat(outcome.cause()).isEqualTo(Cause.HALF_CLOSED);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
    }
  }

  @Test
  void connectionOfAnAppsOwnChannel_isRelayedToAnyOther() throws Exception {
    try (var server = ServerSocketChannel.open();
        var back = Contract.LINUX_IPV4.listen()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (var client = SocketChannel.open(server.getLocalAddress());
          var upstream = SocketChannel.open(back.localAddress())) {
        var own = server.accept();
        own.configureBlocking(false);
        var relay = Relay.between(Connection.of(own), back.accept());
        send(client, HELLO);
        client.shutdownOutput();
        assertThat(receive(upstream)).isEqualTo(HELLO);
        upstream.shutdownOutput();
        assertThat(receive(client)).isEmpty();
        assertThat(relay.await().cause()).isEqualTo(Cause.EOF);
        assertThat(own.isOpen()).isFalse();
      }
    }
    try (var unconnected = SocketChannel.open()) {
      assertThatThrownBy(() -> Connection.of(unconnected))
          .isInstanceOf(NotYetConnectedException.class);
    }
  }

  @Test
  void values_outOfRange_areRefusedByName() {
    var options = RelaySettings.DEFAULTS;
    assertThatThrownBy(() -> options.withByteLimit(Side.FIRST, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("byte limit out of range: -1");
    assertThatThrownBy(() -> options.withRateLimit(Side.SECOND, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rate limit out of range: 0");
    assertThatThrownBy(() -> options.withStallTimeout(Side.NEITHER, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("side: read NEITHER");
    assertThatThrownBy(() -> options.withIdleTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("idle timeout is not positive: PT0S");
  }
}
