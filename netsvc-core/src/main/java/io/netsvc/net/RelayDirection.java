package io.netsvc.net;

import io.netsvc.net.Outcome.Cause;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One way through a relayed pair. It receives only when it holds nothing, so it never reads what
 * cannot be held; the end of the source is passed on when everything before it is sent.
 */
final class RelayDirection {
  /** How much one call moves at most, so that others get their turn. */
  private static final long BUDGET = 512 * 1024;

  /** A read of less than this has emptied the socket as a rule: the loop tells if it has not. */
  private static final long SHORT = 16 * 1024;

  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  final RelayEnd source;
  final RelayEnd sink;
  private final RelayPair pair;
  private final Mover mover;
  private final @Nullable RelayRate rate;
  private @Nullable RelayTap tap;

  /** How many bytes may still come from the source. */
  private long allowed;

  /** Written by the loop alone. */
  private final AtomicLong moved = new AtomicLong();

  /** When bytes were last received or sent; kept only where a timeout asks for it. */
  long movedNanos;

  /** Nothing more comes from the source. */
  private boolean eof;

  /** The end is being passed on. */
  private boolean ending;

  /** The end was passed on, or the sink takes no more. */
  private boolean done;

  /** The rate allows nothing now. */
  private boolean paused;

  RelayDirection(
      RelayPair pair, RelayEnd source, RelayEnd sink, Mover mover, RelaySettings settings) {
    this.pair = pair;
    this.source = source;
    this.sink = sink;
    this.mover = mover;
    var limits = settings.of(source.side);
    this.allowed = limits.bytes();
    this.rate = limits.rate() == RelaySettings.NEVER ? null : new RelayRate(limits.rate());
    this.tap = settings.tap();
  }

  /** Moves what can be moved. */
  void run() {
    long budget = BUDGET;
    while (!done && !pair.isOver()) {
      if (mover.held() > 0 && !send()) {
        return;
      }
      if (eof) {
        end();
        return;
      }
      if (budget <= 0) {
        again();
        return;
      }
      long n = receive();
      if (n == Mover.END) {
        eof = true;
      } else if (n <= 0) {
        return;
      } else if (n < SHORT && !source.hungUp) {
        send();
        return;
      } else {
        budget -= n;
      }
    }
  }

  /** The loop tells again of a socket that has more, but not of one that is gone. */
  private void again() {
    if (source.hungUp) {
      pair.later(this);
    }
  }

  private long receive() {
    long most = room();
    if (most == 0) {
      return Mover.PENDING;
    }
    try {
      long n = mover.receive(most);
      if (n > 0) {
        return received(n);
      }
      // A write that failed took the error: nothing will come any more.
      return n == Mover.PENDING && source.failed ? Mover.END : n;
    } catch (IOException e) {
      pair.gone(source, Cause.RESET);
      return Mover.PENDING;
    }
  }

  /** How much may be received now; with all allowed received, a byte tells whether that was the end. */
  private long room() {
    if (rate == null) {
      return Math.max(1, allowed);
    }
    if (paused) {
      return 0;
    }
    long delay = rate.delayNanos(pair.nanoTime());
    if (delay > 0) {
      paused = true;
      pair.resumeAfter(this, delay);
      return 0;
    }
    return Math.clamp(allowed, 1, rate.available());
  }

  private long received(long n) {
    if (allowed == 0) {
      pair.gone(source, Cause.LIMIT);
      return Mover.PENDING;
    }
    allowed -= n;
    if (rate != null) {
      rate.take(n);
    }
    var taps = tap;
    if (taps != null) {
      try {
        taps.seen(source.side, mover.view());
      } catch (RuntimeException | Error e) {
        log.warn("the tap of a relay failed, and sees no more", e);
        tap = null;
      }
    }
    pair.touch(this);
    return n;
  }

  /** Sends all that is held; false if some is left, or the direction has ended by it. */
  private boolean send() {
    while (mover.held() > 0) {
      long n;
      try {
        n = mover.send();
      } catch (IOException e) {
        fail();
        return false;
      }
      if (n < 0) {
        return false;
      }
      moved.setRelease(moved.getPlain() + n);
      pair.touch(this);
    }
    return true;
  }

  /** The source has ended and everything before that is sent. */
  private void end() {
    if (source.failed) {
      pair.gone(source, Cause.RESET); // its error was told to a write; this end is none
      return;
    }
    try {
      ending = !sink.socket.endOutput(sink.out.done);
      if (ending) {
        return;
      }
      close();
    } catch (IOException e) {
      close();
      sink.failed = true;
      if (sink.out.done) {
        pair.gone(sink, Cause.RESET);
      } else {
        sink.out.run();
      }
    }
    pair.ended(this);
  }

  /** The sink takes no more: what it has sent is still delivered. */
  void fail() {
    sink.failed = sink.socket.diesWhole();
    close();
    if (sink.out.done) {
      pair.gone(sink, Cause.RESET);
    } else {
      sink.out.run();
    }
  }

  /** Moves nothing more, and forgets what is held. */
  void close() {
    done = true;
    mover.close();
  }

  /** The rate allows something again. */
  void resume() {
    paused = false;
    run();
  }

  boolean isDone() {
    return done;
  }

  /** {@return whether the sink has bytes to take} */
  boolean waitsForSink() {
    return !done && (ending || mover.held() > 0);
  }

  /** {@return whether it would receive} */
  boolean waitsForSource() {
    return !done && !eof && !paused && mover.held() == 0;
  }

  /** {@return how many bytes the sink has taken; from any thread} */
  long moved() {
    return moved.getAcquire();
  }

  boolean spliced() {
    return mover.spliced();
  }
}
