package io.netsvc.inetd;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Answers that take their time in native code, which would hold a virtual thread's carrier: each is
 * looked up once at a time by a few daemon threads, which end when they are idle, and is kept for a
 * while. Who asks waits until a deadline at most; an answer that comes later is there for the next.
 * Bounded in threads, in what waits for them and in what is kept. Safe for use by multiple threads.
 */
final class Lookups<K, V> {
  private static final int QUEUE = 64;
  private static final int MOST = 4_096;
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long FAILURE_KEPT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long IDLE_SECONDS = 5;

  private final Function<K, V> ask;
  private final V failure;
  private final long deadlineNanos;
  private final LongSupplier nanoTime;
  private final ThreadPoolExecutor threads;
  private final SequencedMap<K, Entry<V>> known = new LinkedHashMap<>();

  private static final class Entry<V> {
    private final CompletableFuture<V> answer = new CompletableFuture<>();
    private volatile long atNanos; // of the answer, once there is one
  }

  /**
   * @param ask what blocks
   * @param failure its answer where it has none
   */
  Lookups(
      String name, int threads, Function<K, V> ask, V failure, long deadlineNanos, LongSupplier nanoTime) {
    this.ask = ask;
    this.failure = failure;
    this.deadlineNanos = deadlineNanos;
    this.nanoTime = nanoTime;
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** Returns the answer, or the failure at the deadline, when interrupted and when too many ask. */
  V get(K key) {
    try {
      return entry(key).answer.get(deadlineNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException | RejectedExecutionException _) {
      return failure;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return failure;
    }
  }

  private synchronized Entry<V> entry(K key) {
    var entry = known.get(key);
    if (entry != null && isFresh(entry)) {
      return entry;
    }
    var asked = new Entry<V>();
    threads.execute(() -> answer(key, asked));
    known.putLast(key, asked);
    if (known.size() > MOST) {
      known.pollFirstEntry();
    }
    return asked;
  }

  private boolean isFresh(Entry<V> entry) {
    if (!entry.answer.isDone()) {
      return true;
    }
    long kept = entry.answer.getNow(failure).equals(failure) ? FAILURE_KEPT_NANOS : KEPT_NANOS;
    return nanoTime.getAsLong() - entry.atNanos < kept;
  }

  private void answer(K key, Entry<V> entry) {
    var answer = failure;
    try {
      answer = ask.apply(key);
    } finally {
      entry.atNanos = nanoTime.getAsLong();
      entry.answer.complete(answer);
    }
  }
}
