package io.netsvc.net;

import io.netsvc.linux.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One daemon thread over one {@link Selector}. Callbacks run on it and must not block; one that
 * throws is logged and the loop goes on.
 */
final class NioLoop implements RelayLoop {
  private static final int SCRATCH = 256 * 1024;
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Timers timers = new Timers();
  private @Nullable ByteBuffer scratch;

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

  private static final class Shared {
    static final NioLoop[] LOOPS = loops();
    static final AtomicInteger NEXT = new AtomicInteger();

    private static NioLoop[] loops() {
      var loops =
          new NioLoop[
              Integer.getInteger("io.netsvc.loops", Runtime.getRuntime().availableProcessors())];
      for (int i = 0; i < loops.length; i++) {
        loops[i] = new NioLoop();
      }
      return loops;
    }
  }

  /** Returns the loops that relays share in turn, one for each processor. */
  static NioLoop next() {
    return Shared.LOOPS[Math.floorMod(Shared.NEXT.getAndIncrement(), Shared.LOOPS.length)];
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

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    var timer = timers.add(task, System.nanoTime() + delayNanos);
    return () -> timers.cancel(timer);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Memory for a callback's own time, for the loop's thread alone. */
  ByteBuffer scratch() {
    var memory = scratch;
    if (memory == null) {
      memory = ByteBuffer.allocateDirect(SCRATCH);
      scratch = memory;
    }
    return memory;
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
        select();
      } catch (IOException e) {
        log.warn("select failed cause=\"{}\"", e.getMessage());
      }
      var ended = round;
      round = new CountDownLatch(1);
      ended.countDown();
      var keys = new ArrayList<>(selector.selectedKeys());
      selector.selectedKeys().clear();
      for (var key : keys) {
        guarded(() -> look(key));
      }
      for (var task = tasks.poll(); task != null; task = tasks.poll()) {
        guarded(task);
      }
      for (var task = timers.poll(); task != null; task = timers.poll()) {
        guarded(task);
      }
    }
  }

  private static void look(SelectionKey key) {
    try {
      if ((key.interestOps() & key.readyOps()) == 0) {
        return;
      }
    } catch (CancelledKeyException _) {
      return; // closed meanwhile
    }
    ((Runnable) key.attachment()).run();
  }

  private void select() throws IOException {
    long left = timers.leftNanos();
    if (left == Long.MAX_VALUE) {
      selector.select();
    } else if (left == 0) {
      selector.selectNow();
    } else {
      selector.select(left / 1_000_000 + 1);
    }
  }

  private static void guarded(Runnable callback) {
    try {
      callback.run();
    } catch (Throwable t) {
      try {
        log.warn("an event loop's callback failed", t);
      } catch (Throwable _) {
        // For want of fds a logger may fail as well; the loop outlives it.
      }
    }
  }
}
