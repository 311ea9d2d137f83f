package io.netsvc.net;

import io.netsvc.net.Outcome.Cause;
import io.netsvc.net.Outcome.Side;
import org.jspecify.annotations.Nullable;

/**
 * The timeouts of one relayed pair. One timer waits for the first of them that could come; when it
 * has come too early, because bytes moved meanwhile, it waits again.
 */
final class RelayClock {
  private final RelayPair pair;
  private final RelayLoop loop;
  private final RelaySettings settings;
  private final boolean fromTheStart;
  private final long startNanos;
  private @Nullable Runnable cancel;

  RelayClock(RelayPair pair, RelayLoop loop, RelaySettings settings) {
    this.pair = pair;
    this.loop = loop;
    this.settings = settings;
    this.startNanos = loop.nanoTime();
    var first = settings.first();
    var second = settings.second();
    long none = RelaySettings.NEVER;
    this.fromTheStart =
        settings.idleNanos() != none
            || settings.lifetimeNanos() != none
            || first.idleNanos() != none
            || first.stallNanos() != none
            || second.idleNanos() != none
            || second.stallNanos() != none;
  }

  long startNanos() {
    return startNanos;
  }

  void start() {
    if (fromTheStart) {
      look();
    }
  }

  /** {@return whether anybody asks when bytes last moved} */
  boolean runs() {
    return cancel != null;
  }

  /** A side's stream has ended: that has a timeout even where nothing else has. */
  void halfClosed() {
    stop();
    look();
  }

  void stop() {
    if (cancel != null) {
      cancel.run();
      cancel = null;
    }
  }

  private void look() {
    cancel = null;
    long now = loop.nanoTime();
    long next = Math.min(look(pair.forward(), now), look(pair.backward(), now));
    if (next > 0) {
      next = Math.min(next, left(settings.idleNanos(), idleFor(now), Cause.IDLE, Side.NEITHER));
    }
    if (next > 0) {
      next =
          Math.min(
              next, left(settings.lifetimeNanos(), now - startNanos, Cause.LIFETIME, Side.NEITHER));
    }
    if (next > 0 && next != RelaySettings.NEVER) {
      cancel = loop.schedule(this::look, next);
    }
  }

  private long look(RelayDirection way, long now) {
    var source = settings.of(way.source.side);
    long moved = now - way.movedNanos;
    if (way.isDone()) {
      return way.sink.out.isDone()
          ? RelaySettings.NEVER
          : left(source.halfCloseNanos(), idleFor(now), Cause.HALF_CLOSED, way.sink.side);
    }
    // What does not apply now could from now on.
    var sink = settings.of(way.sink.side);
    boolean stalled = way.waitsForSink();
    long stall = left(sink.stallNanos(), stalled ? moved : 0, Cause.STALLED, way.sink.side);
    long idle = left(source.idleNanos(), stalled ? 0 : moved, Cause.IDLE, way.source.side);
    return Math.min(stall, idle);
  }

  /** How much of a limit is left; at its end, so is the pair. */
  private long left(long limit, long gone, Cause cause, Side side) {
    if (limit == RelaySettings.NEVER) {
      return limit;
    }
    if (limit - gone <= 0) {
      pair.resetBoth(cause, side);
      return 0;
    }
    return limit - gone;
  }

  private long idleFor(long now) {
    return Math.min(now - pair.forward().movedNanos, now - pair.backward().movedNanos);
  }
}
