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
 * <p>An error belongs to the socket it came from, and is remembered there: the kernel tells it once,
 * to whoever asks first, and after that a reset connection reads like one that ended.
 */
final class RelayPair {
  private static final long UNSENT_POLL_NANOS = 2_000_000;
  private static final long UNSENT_LIMIT_NANOS = 30_000_000_000L;
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final RelayLoop loop;
  private final RelaySettings settings;
  private final Consumer<Outcome> listener;
  private final RelayEnd first;
  private final RelayEnd second;
  private final RelayDirection forward;
  private final RelayDirection backward;
  private final RelayClock clock;
  private Side firstEof = Side.NEITHER;
  private boolean resetting;
  private boolean over;

  /** Joins two sockets; the listener is called once, at the end, on the loop. */
  RelayPair(Joined joined, RelaySettings settings, Consumer<Outcome> listener) {
    this.loop = joined.loop();
    this.settings = settings;
    this.listener = listener;
    this.first = new RelayEnd(Side.FIRST, joined.first());
    this.second = new RelayEnd(Side.SECOND, joined.second());
    this.forward = new RelayDirection(this, first, second, joined.forward(), settings);
    this.backward = new RelayDirection(this, second, first, joined.backward(), settings);
    first.out = forward;
    first.in = backward;
    second.out = backward;
    second.in = forward;
    this.clock = new RelayClock(this, loop, settings);
  }

  /** Starts on the loop. */
  void start() {
    if (over) {
      return;
    }
    forward.movedNanos = clock.startNanos();
    backward.movedNanos = clock.startNanos();
    try {
      first.socket.register((in, out, gone) -> ready(first, in, out, gone));
      second.socket.register((in, out, gone) -> ready(second, in, out, gone));
    } catch (IOException e) {
      unwatchable(e);
      return;
    }
    clock.start();
    forward.run();
    backward.run();
    watch();
  }

  private void ready(RelayEnd end, boolean readable, boolean writable, boolean hungUp) {
    if (over) {
      return;
    }
    if (hungUp) {
      end.hungUp = true;
    }
    if (readable || hungUp) {
      end.out.run();
    }
    if (!over && (writable || hungUp)) {
      end.in.run();
    }
    if (!over && end.hungUp) {
      // It is reported again and again; what it has left is read without events.
      end.socket.ignore();
      if (end.out.isDone() && !end.in.isDone()) {
        end.in.fail();
      }
    }
    watch();
  }

  /** Runs a direction again after the others had their turn. */
  void later(RelayDirection way) {
    loop.execute(
        () -> {
          way.run();
          watch();
        });
  }

  /** Has a direction go on after some time. */
  void resumeAfter(RelayDirection way, long delayNanos) {
    var _ =
        loop.schedule(
            () -> {
              way.resume();
              watch();
            },
            delayNanos);
  }

  private void watch() {
    if (over) {
      return;
    }
    try {
      watch(first);
      watch(second);
    } catch (IOException e) {
      unwatchable(e);
    }
  }

  private static void watch(RelayEnd end) throws IOException {
    if (!end.hungUp) {
      end.socket.watch(end.out.waitsForSource(), end.in.waitsForSink());
    }
  }

  private void unwatchable(IOException e) {
    log.debug("cannot watch a relayed pair cause=\"{}\"", e.getMessage());
    resetBoth(Cause.ABORTED, Side.NEITHER);
  }

  /** A direction has passed its end on. */
  void ended(RelayDirection way) {
    if (firstEof == Side.NEITHER) {
      firstEof = way.source.side;
    }
    if (resetting || over) {
      return;
    }
    if (way.sink.out.isDone()) {
      finish(Cause.EOF, firstEof, Phase.DONE);
    } else {
      way.movedNanos = loop.nanoTime();
      clock.halfClosed();
    }
  }

  /** A side ends the relay: the other is reset once it has everything that came before. */
  void gone(RelayEnd end, Cause cause) {
    if (resetting || over) {
      return;
    }
    resetting = true;
    clock.stop();
    var phase = phase();
    end.in.close();
    end.out.close();
    end.socket.ignore();
    var other = end.out.sink;
    other.socket.ignore();
    resetOnceSent(other, end, cause, phase, loop.nanoTime());
  }

  /** A close with a RST throws away what the kernel has not sent. */
  private void resetOnceSent(
      RelayEnd end, RelayEnd by, Cause cause, Phase phase, long sinceNanos) {
    if (over) {
      return;
    }
    long limit = Math.min(settings.of(end.side).stallNanos(), UNSENT_LIMIT_NANOS);
    if (end.socket.unsent() && loop.nanoTime() - sinceNanos < limit) {
      var _ =
          loop.schedule(
              () -> resetOnceSent(end, by, cause, phase, sinceNanos), UNSENT_POLL_NANOS);
      return;
    }
    end.socket.reset();
    by.socket.reset();
    finish(cause, by.side, phase);
  }

  private Phase phase() {
    return forward.isDone() || backward.isDone() ? Phase.HALF_CLOSED : Phase.OPEN;
  }

  /** Resets both connections on the loop; from any thread. */
  void abort() {
    loop.execute(() -> resetBoth(Cause.ABORTED, Side.NEITHER));
  }

  /** Resets both connections now. */
  void resetBoth(Cause cause, Side side) {
    if (!over) {
      var phase = phase();
      first.socket.reset();
      second.socket.reset();
      finish(cause, side, phase);
    }
  }

  private void finish(Cause cause, Side side, Phase phase) {
    over = true;
    clock.stop();
    forward.close();
    backward.close();
    first.socket.close();
    second.socket.close();
    var outcome =
        new Outcome(
            cause,
            side,
            phase,
            forward.moved(),
            backward.moved(),
            Duration.ofNanos(loop.nanoTime() - clock.startNanos()),
            forward.spliced() || backward.spliced() ? Relay.Mode.SPLICE : Relay.Mode.COPY);
    loop.whenClosed(() -> listener.accept(outcome));
  }

  boolean isOver() {
    return over;
  }

  RelayDirection forward() {
    return forward;
  }

  RelayDirection backward() {
    return backward;
  }

  long nanoTime() {
    return loop.nanoTime();
  }

  /** Bytes have moved. */
  void touch(RelayDirection way) {
    if (clock.runs()) {
      way.movedNanos = loop.nanoTime();
    }
  }

  /** How far it has come; from any thread. */
  Relay.Progress progress() {
    return new Relay.Progress(forward.moved(), backward.moved());
  }
}
