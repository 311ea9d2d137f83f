package io.netsvc.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One daemon thread over one {@link Selector}. Callbacks run on it and must not block; one that
 * throws is logged and the loop goes on.
 */
final class NioLoop {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final Selector selector;
  private final Thread thread;

  /** Opened when a round of the selector has ended, which has let go of all closed channels. */
  private volatile CountDownLatch round = new CountDownLatch(1);

  NioLoop() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofPlatform().daemon().name("netsvc-nio-loop").unstarted(this::run);
    thread.start();
  }

  /** Watches a channel for no operation yet. */
  SelectionKey register(SelectableChannel channel, Runnable ready) throws IOException {
    return channel.register(selector, 0, ready);
  }

  /** Watches for these operations from now on. */
  void interest(SelectionKey key, int operations) {
    try {
      key.interestOps(operations);
      selector.wakeup();
    } catch (CancelledKeyException _) {
      // Closed meanwhile.
    }
  }

  /** Closes a channel; the selector keeps its port bound until a round of its own has ended. */
  void close(SelectableChannel channel) throws IOException {
    channel.close();
    if (Thread.currentThread() == thread) {
      selector.selectNow();
      return;
    }
    // The round that runs may have looked at the closed channels already; the next one has not.
    boolean interrupted = false;
    for (int i = 0; i < 2; i++) {
      var ending = round;
      selector.wakeup();
      while (true) {
        try {
          ending.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (true) {
      try {
        selector.select();
      } catch (IOException e) {
        log.warn("select failed cause=\"{}\"", e.getMessage());
      }
      var ended = round;
      round = new CountDownLatch(1);
      ended.countDown();
      var keys = new ArrayList<>(selector.selectedKeys());
      selector.selectedKeys().clear();
      for (var key : keys) {
        if (key.isValid() && (key.interestOps() & key.readyOps()) != 0) {
          guarded((Runnable) key.attachment());
        }
      }
    }
  }

  private static void guarded(Runnable callback) {
    try {
      callback.run();
    } catch (Throwable t) {
      log.warn("an event-loop callback failed", t);
    }
  }
}
