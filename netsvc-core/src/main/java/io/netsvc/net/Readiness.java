package io.netsvc.net;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a socket's owner is called back when it is readable. It is not while the owner paused it,
 * a pause for some time has not run out, or it is full: each of the three ends by itself.
 */
final class Readiness {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final ReadableSocket socket;
  private volatile Runnable ready = () -> {};
  private boolean watching;
  private boolean claimed;
  private boolean paused;
  private boolean full;
  private boolean closed;
  private boolean timed;
  private long timedUntilNanos;

  Readiness(ReadableSocket socket) {
    this.socket = socket;
  }

  /** Calls back from now on, in place of what was called before. */
  synchronized void call(Runnable callback) throws IOException {
    Objects.requireNonNull(callback, "callback");
    if (claimed) {
      throw new IllegalStateException("a relay has it: " + socket.localAddress());
    }
    ready = callback;
    if (!watching) {
      watching = true;
      socket.onReadable(
          () -> {
            if (!held()) {
              ready.run();
            }
          });
      update();
    }
  }

  /** Leaves it to another to watch the socket. */
  synchronized void claim() {
    if (watching || claimed) {
      throw new IllegalStateException("somebody has it already: " + socket.localAddress());
    }
    claimed = true;
  }

  synchronized void pause() {
    paused = true;
    update();
  }

  synchronized void resume() {
    paused = false;
    update();
  }

  /** Pauses because there is no room for more, or takes that back. */
  synchronized void full(boolean now) {
    full = now;
    update();
  }

  synchronized void pauseFor(long nanos) {
    long until = System.nanoTime() + nanos;
    if (!timed || until - timedUntilNanos > 0) {
      timed = true;
      timedUntilNanos = until;
      update();
    }
    CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::expire);
  }

  private synchronized void expire() {
    if (timed && timedUntilNanos - System.nanoTime() <= 0) {
      timed = false;
      update();
    }
  }

  /** {@return whether nothing is to be taken now} */
  synchronized boolean held() {
    return closed || paused || full || timed;
  }

  private void update() {
    if (closed || !watching) {
      return;
    }
    try {
      socket.watch(!held());
    } catch (IOException e) {
      log.warn("cannot watch address={} cause=\"{}\"", socket.localAddress(), e.getMessage());
    }
  }

  /** Calls back no more, and closes the socket. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    socket.close();
  }
}
