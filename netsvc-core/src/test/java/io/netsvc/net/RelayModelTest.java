package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.Outcome.Cause;
import io.netsvc.net.Outcome.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The state machine of a relay against sockets that give short counts, block and fail at any step,
 * as a kernel does: what is queued comes first, then the error, to whoever asks first, then an end.
 */
@Timeout(120)
class RelayModelTest {
  private static final int RUNS = 25_000;
  private static final int STEPS = 60;

  @Test
  void anyInterleaving_losesNothingAndEnds() {
    long seed = Long.getLong("netsvc.seed", new Random().nextLong());
    var seeds = new Random(seed);
    long steps = 0;
    for (int run = 0; run < RUNS; run++) {
      long own = seeds.nextLong();
      try {
        steps += new Run(new Random(own)).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ", run " + run + ": " + e.getMessage(), e);
      }
    }
    assertThat(steps).isGreaterThan(1_000_000);
  }

  /** One relay, and all that happens to it. */
  private static final class Run implements RelayLoop {
    private final Random random;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Socket first;
    private final Socket second;
    private final RelayPair pair;
    private final boolean bulk;
    private long now = -1_000;
    private long steps;

    private record Timer(long at, Runnable task) implements Comparable<Timer> {
      @Override
      public int compareTo(Timer other) {
        return Long.compare(at, other.at);
      }
    }

    Run(Random random) {
      this.random = random;
      this.bulk = random.nextInt(4) == 0; // more than one turn may move
      this.first = new Socket();
      this.second = new Socket();
      this.pair =
          new RelayPair(
              new Joined(this, first, second, new Way(first, second), new Way(second, first)),
              RelaySettings.DEFAULTS,
              outcomes::add);
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Runnable schedule(Runnable task, long delayNanos) {
      var timer = new Timer(now + delayNanos, task);
      timers.add(timer);
      return () -> timers.remove(timer);
    }

    @Override
    public long nanoTime() {
      return now;
    }

    long run() {
      execute(pair::start);
      boolean resets = random.nextInt(3) == 0;
      for (int i = 0; i < STEPS && outcomes.isEmpty(); i++) {
        steps++;
        (random.nextBoolean() ? first : second).peerActs(resets);
        if (random.nextInt(3) > 0) {
          turn();
        }
      }
      settle();
      check();
      return steps;
    }

    /** One round of the loop; whether anything was called. */
    private boolean turn() {
      boolean called = false;
      for (var socket : List.of(first, second)) {
        called |= socket.event();
      }
      for (var task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
        called = true;
      }
      return called;
    }

    /** Peers take everything and end; the relay has to end by itself, without spinning. */
    private void settle() {
      first.peerEnds();
      second.peerEnds();
      int idle = 0;
      for (int i = 0; outcomes.isEmpty(); i++) {
        assertThat(i).as("rounds to settle").isLessThan(200_000);
        steps++;
        first.peerDrains();
        second.peerDrains();
        var progress = first.taken + first.given + second.taken + second.given;
        if (!turn()) {
          var timer = timers.poll();
          assertThat(timer).as("hangs: nothing will ever happen").isNotNull();
          now = timer.at;
          timer.task.run();
        }
        idle = progress == first.taken + first.given + second.taken + second.given ? idle + 1 : 0;
        assertThat(idle).as("rounds without progress").isLessThan(50);
      }
    }

    private void check() {
      var outcome = outcomes.getFirst();
      turn();
      assertThat(outcomes).hasSize(1);
      assertThat(first.closed && second.closed).isTrue();
      assertThat(outcome.forward()).isEqualTo(second.given);
      assertThat(outcome.backward()).isEqualTo(first.given);
      assertThat(outcome.cause()).isIn(Cause.EOF, Cause.RESET);
      if (outcome.cause() == Cause.EOF) {
        assertThat(first.told).as("a reset told as an end").isFalse();
        assertThat(second.told).isFalse();
        check(first, second);
        check(second, first);
      } else {
        var gone = outcome.side() == Side.FIRST ? first : second;
        var other = gone == first ? second : first;
        assertThat(gone.peerReset).as("the side named did reset").isTrue();
        assertThat(other.resetGiven).as("passed on as a reset").isTrue();
        assertThat(other.lostByReset).as("bytes thrown away by the reset").isZero();
        if (!other.peerReset) {
          assertThat(other.given).as("read from the one that reset").isEqualTo(gone.taken);
        }
      }
    }

    private static void check(Socket from, Socket to) {
      assertThat(to.finGiven).isTrue();
      assertThat(to.given).isEqualTo(from.peerSent);
    }

    /** A socket of the relay, and its peer. */
    private final class Socket implements RelaySocket {
      private final long room = bulk ? 5_000_000 : random.nextLong(200, 8_000);
      private @Nullable Ready ready;
      private boolean wantsRead;
      private boolean wantsWrite;
      private boolean ignored;
      private long peerSent;
      private long taken;
      private long given;
      private long drained;
      private boolean peerFin;
      private boolean peerReset;
      private boolean told;
      private final boolean endsLate = random.nextBoolean();
      private boolean endBegun;
      private boolean endDone;
      private boolean finGiven;
      private boolean resetGiven;
      private boolean closed;
      private long lostByReset;

      void peerActs(boolean resets) {
        if (peerReset) {
          return;
        }
        switch (random.nextInt(12)) {
          case 0 -> peerFin = true;
          case 1 -> peerReset = resets;
          case 2, 3, 4, 5, 6 -> peerSent += peerFin ? 0 : random.nextLong(1, bulk ? 2_000_000 : 60_000);
          default -> drained += random.nextLong(given - drained + 1);
        }
      }

      void peerEnds() {
        peerFin = true;
      }

      void peerDrains() {
        drained = given;
      }

      boolean event() {
        var callback = ready;
        if (callback == null || ignored || closed) {
          return false;
        }
        boolean readable = wantsRead && (peerSent > taken || peerFin || peerReset);
        boolean writable = wantsWrite && (given - drained < room || peerReset);
        boolean hungUp = peerReset || (peerFin && finGiven);
        if (readable || writable || hungUp) {
          callback.ready(readable, writable, hungUp);
          return true;
        }
        return false;
      }

      long read(long most) throws IOException {
        assertThat(closed).isFalse();
        long available = Math.min(most, peerSent - taken);
        if (available > 0) {
          long n = 1 + random.nextLong(available);
          taken += n;
          return n;
        }
        if (peerReset && !told) {
          told = true;
          throw new IOException("reset");
        }
        return peerReset || peerFin ? Mover.END : Mover.PENDING;
      }

      long write(long most) throws IOException {
        assertThat(closed).isFalse();
        assertThat(finGiven).as("write after a FIN").isFalse();
        if (peerReset) {
          told = true;
          throw new IOException("broken pipe");
        }
        long free = Math.min(most, room - (given - drained));
        if (free <= 0) {
          return Mover.PENDING;
        }
        long n = 1 + random.nextLong(free);
        given += n;
        return n;
      }

      @Override
      public void register(Ready callback) {
        ready = callback;
        wantsRead = true;
      }

      @Override
      public void watch(boolean readable, boolean writable) {
        assertThat(closed).isFalse();
        wantsRead = readable;
        wantsWrite = writable;
      }

      @Override
      public void ignore() {
        ignored = true;
      }

      @Override
      public boolean diesWhole() {
        return true;
      }

      @Override
      public boolean unsent() {
        return !peerReset && drained < given;
      }

      @Override
      public boolean endOutput(boolean closes) {
        if (endsLate && !endDone) {
          if (!endBegun) {
            endBegun = true;
            tasks.add(this::ended);
          }
          return false;
        }
        if (!closes) {
          assertThat(finGiven).as("a second FIN").isFalse();
          finGiven = true;
        }
        return true;
      }

      private void ended() {
        endDone = true;
        if (ready != null) {
          ready.ready(false, true, false);
        }
      }

      @Override
      public void reset() {
        assertThat(closed).isFalse();
        resetGiven = true;
        lostByReset = peerReset ? 0 : given - drained;
        closed = true;
      }

      @Override
      public void close() {
        finGiven |= !resetGiven;
        closed = true;
      }
    }

    /** Copies of random sizes. */
    private final class Way implements Mover {
      private final Socket source;
      private final Socket sink;
      private long held;

      Way(Socket source, Socket sink) {
        this.source = source;
        this.sink = sink;
      }

      @Override
      public long receive(long most) throws IOException {
        assertThat(held).as("held at a receive").isZero();
        long n = source.read(Math.min(most, random.nextLong(1, bulk ? 300_000 : 40_000)));
        held = Math.max(0, n);
        return n;
      }

      @Override
      public long send() throws IOException {
        assertThat(held).isPositive();
        long n = sink.write(held);
        held -= Math.max(0, n);
        return n;
      }

      @Override
      public ByteBuffer view() {
        throw new AssertionError("nobody taps");
      }

      @Override
      public long held() {
        return held;
      }

      @Override
      public boolean spliced() {
        return false;
      }

      @Override
      public void close() {
        held = 0;
      }
    }
  }
}
