package io.netsvc.net;

import io.netsvc.net.Outcome.Cause;
import io.netsvc.net.Outcome.Phase;
import io.netsvc.net.Outcome.Side;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of a relay: two sockets, two directions, on one loop's thread.
 *
 * <p>A direction receives only when it holds nothing, so it never reads what cannot be held. An
 * error belongs to the socket it came from, and is remembered there: the kernel tells it once, to
 * whoever asks first, and after that a reset connection reads like one that ended.
 */
final class RelayPair {
  /** How much one call moves at most in one direction, so that others get their turn. */
  private static final long BUDGET = 512 * 1024;

  /** A read of less than this has emptied the socket as a rule: the loop tells if it has not. */
  private static final long SHORT = 16 * 1024;

  private static final long UNSENT_POLL_NANOS = 2_000_000;
  private static final long UNSENT_LIMIT_NANOS = 30_000_000_000L;

  /** How often timeouts are looked at, at most; what has ended is forgotten that soon. */
  private static final long TICK_NANOS = 1_000_000_000L;

  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final RelayLoop loop;
  private final RelaySettings settings;
  private final Consumer<Outcome> ended;
  private final End first;
  private final End second;
  private final Direction forward;
  private final Direction backward;
  private final boolean timed;
  private long startNanos;
  private Side firstEof = Side.NEITHER;
  private boolean resetting;
  private boolean over;

  RelayPair(Joined joined, RelaySettings settings, Consumer<Outcome> ended) {
    this.loop = joined.loop();
    this.settings = settings;
    this.ended = ended;
    this.first = new End(Side.FIRST, joined.first());
    this.second = new End(Side.SECOND, joined.second());
    this.forward = new Direction(joined.forward(), first, second);
    this.backward = new Direction(joined.backward(), second, first);
    first.out = forward;
    first.in = backward;
    second.out = backward;
    second.in = forward;
    this.timed =
        settings.idleNanos() != RelaySettings.NEVER
            || settings.stallNanos() != RelaySettings.NEVER
            || settings.halfCloseNanos() != RelaySettings.NEVER
            || settings.lifetimeNanos() != RelaySettings.NEVER;
  }

  /** One side: its socket, and what is known of it. */
  private static final class End {
    final Side side;
    final RelaySocket socket;

    /** The direction that reads this socket. */
    Direction out;

    /** The direction that writes it. */
    Direction in;

    boolean hungUp;
    boolean failed;

    @SuppressWarnings("NullAway") // the pair sets both directions before anything runs
    End(Side side, RelaySocket socket) {
      this.side = side;
      this.socket = socket;
    }
  }

  /** Starts on the loop. */
  void start() {
    startNanos = loop.nanoTime();
    forward.movedNanos = startNanos;
    backward.movedNanos = startNanos;
    if (over) {
      return;
    }
    try {
      first.socket.register((in, out, gone) -> ready(first, in, out, gone));
      second.socket.register((in, out, gone) -> ready(second, in, out, gone));
    } catch (IOException e) {
      log.debug("cannot watch a relayed pair cause=\"{}\"", e.getMessage());
      resetBoth(Cause.ABORTED, Side.NEITHER);
      return;
    }
    if (timed) {
      tick();
    }
  }

  private void ready(End end, boolean readable, boolean writable, boolean hungUp) {
    if (over) {
      return;
    }
    if (hungUp) {
      end.hungUp = true;
    }
    if (readable || hungUp) {
      run(end.out);
    }
    if (!over && (writable || hungUp)) {
      run(end.in);
    }
    if (!over && end.hungUp) {
      gone(end);
    }
    watch();
  }

  /** A socket that is gone is reported again and again; what it has left is read without events. */
  private void gone(End end) {
    end.socket.ignore();
    if (end.out.done && !end.in.done) {
      failed(end.in);
    }
  }

  /** Moves what can be moved. */
  private void run(Direction way) {
    long budget = BUDGET;
    while (!way.done && !over) {
      if (way.mover.held() > 0 && !send(way)) {
        return;
      }
      if (way.eof) {
        end(way);
        return;
      }
      if (budget <= 0) {
        again(way);
        return;
      }
      long n = receive(way);
      if (n <= 0) {
        if (n == Mover.END) {
          way.eof = true;
          continue;
        }
        return;
      }
      budget -= n;
      if (n < SHORT && !way.source.hungUp) {
        send(way);
        return;
      }
    }
  }

  /** The loop tells again of a socket that has more, but not of one that is gone. */
  private void again(Direction way) {
    if (way.source.hungUp) {
      loop.execute(
          () -> {
            run(way);
            watch();
          });
    }
  }

  /** Sends all that is held; false if some is left, or the direction has ended by it. */
  private boolean send(Direction way) {
    while (way.mover.held() > 0) {
      long n;
      try {
        n = way.mover.send();
      } catch (IOException e) {
        failed(way);
        return false;
      }
      if (n == Mover.PENDING) {
        return false;
      }
      way.moved.setRelease(way.moved.getPlain() + n);
      touch(way);
    }
    return true;
  }

  private long receive(Direction way) {
    try {
      long n = way.mover.receive();
      if (n > 0) {
        touch(way);
      } else if (n == Mover.PENDING && way.source.failed) {
        return Mover.END; // it failed a write, which took the error: nothing will come any more
      }
      return n;
    } catch (IOException e) {
      reset(way.source);
      return Mover.PENDING;
    }
  }

  private void touch(Direction way) {
    if (timed) {
      way.movedNanos = loop.nanoTime();
    }
  }

  /** The source has ended and everything before that is sent. */
  private void end(Direction way) {
    if (way.source.failed) {
      reset(way.source); // its error was told to a write; this end is none
      return;
    }
    way.done = true;
    way.mover.close();
    if (firstEof == Side.NEITHER) {
      firstEof = way.source.side;
    }
    try {
      way.sink.socket.shutdownOutput();
    } catch (IOException e) {
      way.sink.failed = true;
      run(way.sink.out);
    }
    if (forward.done && backward.done && !resetting) {
      finish(Cause.EOF, firstEof, Phase.DONE);
    }
  }

  /** The sink takes no more: what it has sent is still delivered. */
  private void failed(Direction way) {
    way.sink.failed = true;
    way.done = true;
    way.mover.close();
    if (way.sink.out.done) {
      reset(way.sink);
    } else {
      run(way.sink.out);
    }
  }

  /** One side is gone: the other learns it once it has everything that came before. */
  private void reset(End gone) {
    if (resetting || over) {
      return;
    }
    resetting = true;
    var phase = phase();
    gone.in.done = true;
    gone.out.done = true;
    gone.in.mover.close();
    gone.out.mover.close();
    gone.socket.ignore();
    var other = gone.out.sink;
    other.socket.ignore();
    resetOnceSent(other, gone.side, phase, loop.nanoTime());
  }

  /** A close with a RST throws away what the kernel has not sent. */
  private void resetOnceSent(End end, Side cause, Phase phase, long sinceNanos) {
    if (over) {
      return;
    }
    long limit = Math.min(settings.stallNanos(), UNSENT_LIMIT_NANOS);
    if (end.socket.unsent() && loop.nanoTime() - sinceNanos < limit) {
      loop.schedule(() -> resetOnceSent(end, cause, phase, sinceNanos), UNSENT_POLL_NANOS);
      return;
    }
    end.socket.reset();
    finish(Cause.RESET, cause, phase);
  }

  private Phase phase() {
    return forward.done || backward.done ? Phase.HALF_CLOSED : Phase.OPEN;
  }

  private void watch() {
    if (over) {
      return;
    }
    try {
      watch(first);
      watch(second);
    } catch (IOException e) {
      log.debug("cannot watch a relayed pair cause=\"{}\"", e.getMessage());
      resetBoth(Cause.ABORTED, Side.NEITHER);
    }
  }

  private static void watch(End end) throws IOException {
    if (!end.hungUp) {
      boolean reads = !end.out.done && !end.out.eof && end.out.mover.held() == 0;
      boolean writes = !end.in.done && end.in.mover.held() > 0;
      end.socket.watch(reads, writes);
    }
  }

  /** Looks at the timeouts, and comes again. */
  private void tick() {
    if (over) {
      return;
    }
    long now = loop.nanoTime();
    long next = TICK_NANOS;
    for (var way : new Direction[] {forward, backward}) {
      if (!way.done && way.mover.held() > 0) {
        next = Math.min(next, left(settings.stallNanos(), now - way.movedNanos));
        if (next <= 0) {
          resetBoth(Cause.STALLED, way.sink.side);
          return;
        }
      }
      if (way.done && !way.back().done) {
        next = Math.min(next, left(settings.halfCloseNanos(), now - lastMoved(now)));
        if (next <= 0) {
          resetBoth(Cause.HALF_CLOSED, way.sink.side);
          return;
        }
      }
    }
    next = Math.min(next, left(settings.idleNanos(), now - lastMoved(now)));
    if (next <= 0) {
      resetBoth(Cause.IDLE, Side.NEITHER);
      return;
    }
    next = Math.min(next, left(settings.lifetimeNanos(), now - startNanos));
    if (next <= 0) {
      resetBoth(Cause.LIFETIME, Side.NEITHER);
      return;
    }
    loop.schedule(this::tick, next);
  }

  private static long left(long limit, long gone) {
    return limit == RelaySettings.NEVER ? Long.MAX_VALUE : limit - gone;
  }

  private long lastMoved(long now) {
    return now - Math.min(now - forward.movedNanos, now - backward.movedNanos);
  }

  /** Resets both connections on the loop; from any thread. */
  void abort() {
    loop.execute(() -> resetBoth(Cause.ABORTED, Side.NEITHER));
  }

  private void resetBoth(Cause cause, Side side) {
    if (!over) {
      var phase = phase();
      first.socket.reset();
      second.socket.reset();
      finish(cause, side, phase);
    }
  }

  private void finish(Cause cause, Side side, Phase phase) {
    over = true;
    forward.mover.close();
    backward.mover.close();
    first.socket.close();
    second.socket.close();
    ended.accept(
        new Outcome(
            cause,
            side,
            phase,
            forward.moved.getPlain(),
            backward.moved.getPlain(),
            Duration.ofNanos(loop.nanoTime() - startNanos),
            forward.mover.spliced() || backward.mover.spliced()));
  }

  Relay.Progress progress() {
    return new Relay.Progress(forward.moved.get(), backward.moved.get());
  }

  /** One way through the pair. */
  private static final class Direction {
    final Mover mover;
    final End source;
    final End sink;

    /** Written by the loop alone. */
    final java.util.concurrent.atomic.AtomicLong moved =
        new java.util.concurrent.atomic.AtomicLong();

    long movedNanos;

    /** Nothing more comes from the source. */
    boolean eof;

    /** The end was passed on, or the sink takes no more. */
    boolean done;

    Direction(Mover mover, End source, End sink) {
      this.mover = mover;
      this.source = source;
      this.sink = sink;
    }

    Direction back() {
      return sink.out;
    }
  }
}
