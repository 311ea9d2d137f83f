package io.netsvc.net;

import static io.netsvc.net.Relayed.random;
import static io.netsvc.net.Relayed.receive;
import static io.netsvc.net.Relayed.receiveUntilReset;
import static io.netsvc.net.Relayed.reset;
import static io.netsvc.net.Relayed.same;
import static io.netsvc.net.Relayed.send;
import static io.netsvc.net.Relayed.sending;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.Outcome.Cause;
import io.netsvc.net.Outcome.Phase;
import io.netsvc.net.Outcome.Side;
import io.netsvc.net.Relayed.Way;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end-of-stream cases that relays get wrong, in each way to move bytes. */
@Timeout(60)
class RelayTest {

  private static final byte[] REQUEST = "request".getBytes(UTF_8);
  private static final byte[] REPLY = "reply".getBytes(UTF_8);

  /** Gives what relays forget after a FIN the time to go wrong: their half-close timers. */
  private static void laterThan(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    while (until - System.nanoTime() > 0) {
      java.util.concurrent.locks.LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  @ParameterizedTest
  @EnumSource
  void case1_replyAfterTheClientsFin_arrives(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      send(on.client(), REQUEST);
      on.client().shutdownOutput();
      assertThat(receive(on.server())).isEqualTo(REQUEST);
      laterThan(Duration.ofMillis(700));
      send(on.server(), REPLY);
      on.server().shutdownOutput();
      assertThat(receive(on.client())).isEqualTo(REPLY);
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.EOF);
      assertThat(outcome.side()).isEqualTo(Side.FIRST);
      assertThat(outcome.phase()).isEqualTo(Phase.DONE);
      assertThat(outcome.forward()).isEqualTo(REQUEST.length);
      assertThat(outcome.backward()).isEqualTo(REPLY.length);
      assertThat(outcome.mode())
          .isEqualTo(way.splices() ? Relay.Mode.SPLICE : Relay.Mode.COPY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void case2_uploadAfterTheServersFin_arrives(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      on.server().shutdownOutput();
      assertThat(receive(on.client())).isEmpty();
      byte[] upload = random(1 << 20);
      var sending = sending(on.client(), upload, true);
      assertThat(same(receive(on.server()), upload)).isTrue();
      sending.get();
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.EOF);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
    }
  }

  @ParameterizedTest
  @EnumSource
  void case3_serversReset_isAResetToTheClientAfterAllBytes(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      byte[] part = random(100_000);
      send(on.server(), part);
      Contract.await("the bytes", () -> on.relay().progress().backward() == part.length);
      reset(on.server());
      if (way.linux()) {
        assertThat(same(receiveUntilReset(on.client()), part)).isTrue();
      } else {
        receiveUntilReset(on.client()); // nio cannot wait until the peer has everything
      }
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.RESET);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
      assertThat(outcome.phase()).isEqualTo(Phase.OPEN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void case4_clientsReset_isAResetToTheServerAfterAllBytes(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      byte[] part = random(100_000);
      send(on.client(), part);
      Contract.await("the bytes", () -> on.relay().progress().forward() == part.length);
      reset(on.client());
      if (way.linux()) {
        assertThat(same(receiveUntilReset(on.server()), part)).isTrue();
      } else {
        receiveUntilReset(on.server());
      }
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.RESET);
      assertThat(outcome.side()).isEqualTo(Side.FIRST);
    }
  }

  @ParameterizedTest
  @EnumSource
  void case5_stalledServer_costsNoCpuAndTheOtherDirectionFlows(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      byte[] upload = random(24 << 20);
      var sending = sending(on.client(), upload, true);
      long before = -1;
      for (long now; (now = on.relay().progress().forward()) != before; ) {
        before = now;
        laterThan(Duration.ofMillis(200));
      }
      // Both sockets' buffers, and what the relay holds.
      assertThat(before).isLessThan(20 << 20);
      long cpu = loopCpuNanos();
      laterThan(Duration.ofMillis(500));
      assertThat(loopCpuNanos() - cpu).isLessThanOrEqualTo(20_000_000); // 4 %, of which the clock is 2
      send(on.server(), REPLY);
      assertThat(receive(on.client(), REPLY.length)).isEqualTo(REPLY);
      assertThat(same(receive(on.server()), upload)).isTrue();
      sending.get();
    }
  }

  /** A FIN is reported again and again by a kernel that is asked for anything else. */
  @ParameterizedTest
  @EnumSource
  void halfClosed_withASilentOrAStalledOtherSide_costsNoCpu(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      on.client().shutdownOutput();
      assertThat(receive(on.server())).isEmpty();
      long cpu = loopCpuNanos();
      laterThan(Duration.ofMillis(500));
      assertThat(loopCpuNanos() - cpu).as("silent").isLessThanOrEqualTo(20_000_000);
      byte[] reply = random(24 << 20);
      var sending = sending(on.server(), reply, true);
      for (long before = -1, now; (now = on.relay().progress().backward()) != before; ) {
        before = now;
        laterThan(Duration.ofMillis(200));
      }
      cpu = loopCpuNanos();
      laterThan(Duration.ofMillis(500));
      assertThat(loopCpuNanos() - cpu).as("stalled").isLessThanOrEqualTo(20_000_000);
      assertThat(same(receive(on.client()), reply)).isTrue();
      sending.get();
      assertThat(on.relay().await().cause()).isEqualTo(Cause.EOF);
    }
  }

  /** What waits for a peer that has reset, too, will never be taken. */
  @ParameterizedTest
  @EnumSource
  void bothReset_withBytesThatNobodyTook_endAtOnce(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      var sending = sending(on.server(), random(24 << 20), false);
      for (long before = -1, now; (now = on.relay().progress().backward()) != before; ) {
        before = now;
        laterThan(Duration.ofMillis(100));
      }
      reset(on.server());
      assertThat(sending).failsWithin(10, TimeUnit.SECONDS);
      laterThan(Duration.ofMillis(50));
      reset(on.client());
      assertThat(on.relay().await(Duration.ofSeconds(5)))
          .hasValueSatisfying(outcome -> assertThat(outcome.cause()).isEqualTo(Cause.RESET));
    }
  }

  /** What the loops' threads have used, in clock ticks of 10 ms; see proc_pid_stat(5). */
  private static long loopCpuNanos() throws IOException {
    long ticks = 0;
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      for (var task : tasks.toList()) {
        var stat = Files.readString(task.resolve("stat"));
        if (stat.contains("(netsvc-")) {
          var fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
          ticks += Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
        }
      }
    }
    return ticks * 10_000_000;
  }

  @ParameterizedTest
  @EnumSource
  void case6_bothWriteMuchBeforeTheyRead_loseNothing(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      byte[] up = random(8 << 20);
      byte[] down = random((8 << 20) + 1);
      var a = sending(on.client(), up, true);
      var b = sending(on.server(), down, true);
      laterThan(Duration.ofMillis(300));
      assertThat(same(receive(on.client()), down)).isTrue();
      assertThat(same(receive(on.server()), up)).isTrue();
      a.get();
      b.get();
      assertThat(on.relay().await().cause()).isEqualTo(Cause.EOF);
    }
  }

  @ParameterizedTest
  @EnumSource
  void case7_slowClient_getsEveryByteBeforeTheClose(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      byte[] file = random((6 << 20) + 37);
      var sending = sending(on.server(), file, false).thenRun(() -> closed(on.server()));
      laterThan(Duration.ofMillis(300));
      var all = ByteBuffer.allocate(file.length + 1);
      while (on.client().read(all.limit(Math.min(all.capacity(), all.position() + 100_000))) >= 0) {
        laterThan(Duration.ofMillis(2));
      }
      assertThat(same(java.util.Arrays.copyOf(all.array(), all.position()), file)).isTrue();
      sending.get();
    }
  }

  private static void closed(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void case8_replyOfAServerThatLeavesTheRequestUnread_arrives(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      send(on.client(), random(300_000));
      Contract.await("the request", () -> on.relay().progress().forward() == 300_000);
      byte[] reply = random(6_000);
      send(on.server(), reply);
      on.server().close(); // a reset, since the request is unread
      var read = ByteBuffer.allocate(6_000);
      while (read.hasRemaining() && on.client().read(read) >= 0) {
        // until all is there
      }
      assertThat(same(read.array(), reply)).isTrue();
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.RESET);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reset_afterTheSidesOwnFin_isStillPassedOn(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      on.client().shutdownOutput();
      assertThat(receive(on.server())).isEmpty();
      reset(on.client());
      // A selector tells nothing of a side that is read to its end: there, these bytes do.
      receiveUntilResetAfterEnd(on.server());
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.RESET);
      assertThat(outcome.side()).isEqualTo(Side.FIRST);
      assertThat(outcome.phase()).isEqualTo(Phase.HALF_CLOSED);
    }
  }

  /** A reader that had the end of input learns of a reset by writing. */
  private static void receiveUntilResetAfterEnd(SocketChannel channel) throws Exception {
    Contract.await(
        "a reset",
        () -> {
          try {
            channel.write(ByteBuffer.allocate(1));
            return false;
          } catch (IOException e) {
            return true;
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void idle_forTheTimeout_endsByResets(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withIdleTimeout(Duration.ofMillis(100)))) {
      send(on.client(), REQUEST);
      assertThat(receive(on.server(), REQUEST.length)).isEqualTo(REQUEST);
      assertThat(on.relay().await().cause()).isEqualTo(Cause.IDLE);
      receiveUntilReset(on.client());
      receiveUntilReset(on.server());
    }
  }

  @ParameterizedTest
  @EnumSource
  void stalled_forTheTimeout_namesTheSide(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withStallTimeout(Duration.ofMillis(200)))) {
      var sending = sending(on.client(), random(32 << 20), false);
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.STALLED);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
      assertThat(sending).failsWithin(10, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void halfClosed_forTheTimeout_namesTheSideThatGoesOn(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withHalfCloseTimeout(Duration.ofMillis(100)))) {
      on.client().shutdownOutput();
      var outcome = on.relay().await();
      assertThat(outcome.cause()).isEqualTo(Cause.HALF_CLOSED);
      assertThat(outcome.side()).isEqualTo(Side.SECOND);
    }
  }

  @ParameterizedTest
  @EnumSource
  void lifetime_over_endsABusyRelay(Way way) throws Exception {
    try (var on = Relayed.open(way, o -> o.withLifetime(Duration.ofMillis(150)))) {
      var sending = sending(on.client(), random(200 << 20), false);
      try {
        receive(on.server());
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("reset");
      }
      assertThat(on.relay().await().cause()).isEqualTo(Cause.LIFETIME);
      assertThat(sending).failsWithin(10, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void abort_fromAnotherThread_resetsBoth(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      send(on.client(), REQUEST);
      assertThat(receive(on.server(), REQUEST.length)).isEqualTo(REQUEST);
      on.relay().abort();
      assertThat(on.relay().await().cause()).isEqualTo(Cause.ABORTED);
      receiveUntilReset(on.client());
      receiveUntilReset(on.server());
    }
  }

  @ParameterizedTest
  @EnumSource
  void sizesAroundEveryBuffer_arriveWithTheirEnd(Way way) throws Exception {
    for (int size : new int[] {0, 1, 8192, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537,
        262_143, 262_144, 262_145, 1_048_613}) {
      try (var on = Relayed.open(way)) {
        byte[] bytes = random(size);
        var sending = sending(on.client(), bytes, true);
        assertThat(same(receive(on.server()), bytes)).as("size %d", size).isTrue();
        sending.get();
      }
    }
  }

  /** A pipe has 16 slots, each of which a segment of one byte fills. */
  @ParameterizedTest
  @EnumSource
  void tinySegmentsToAStalledReader_fillNoPipe(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      on.client().setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
      byte[] bytes = random(20_000);
      for (byte each : bytes) {
        on.client().write(ByteBuffer.wrap(new byte[] {each}));
      }
      on.client().shutdownOutput();
      assertThat(same(receive(on.server()), bytes)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void pingPong_manyRounds_keepsOrder(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      for (int i = 0; i < 2_000; i++) {
        byte[] ball = random(1 + i % 200);
        send(on.client(), ball);
        assertThat(same(receive(on.server(), ball.length), ball)).isTrue();
        send(on.server(), ball);
        assertThat(same(receive(on.client(), ball.length), ball)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyRelays_inEveryCloseOrder_leaveNoFd(Way way) throws Exception {
    try (var on = Relayed.open(way)) {
      send(on.client(), random(500_000)); // loops, pipes and buffers are there from now on
      receive(on.server(), 500_000);
    }
    var before = Contract.sockets();
    for (int i = 0; i < 100; i++) {
      try (var on = Relayed.open(way)) {
        send(on.client(), REQUEST);
        receive(on.server(), REQUEST.length);
        var order = i % 2 == 0 ? new SocketChannel[] {on.client(), on.server()}
            : new SocketChannel[] {on.server(), on.client()};
        for (var channel : order) {
          if (i % 3 == 0) {
            reset(channel);
          } else {
            channel.close();
          }
        }
      }
    }
    Contract.await("the sockets", () -> Contract.sockets().size() <= before.size());
  }
}
