package io.netsvc.inetd;

import io.netsvc.process.ExitStatus;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What an entry has done so far; a changed entry goes on with its predecessor's. */
final class Tally {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder started = new LongAdder();
  private final Lately lately = new Lately(System::nanoTime);
  private final LongAdder failed = new LongAdder();
  private final Map<Refusal, LongAdder> refused = new ConcurrentHashMap<>(1);
  private final AtomicInteger running = new AtomicInteger();
  private volatile Runnable freed = () -> {};
  private volatile @Nullable Exit lastExit;

  /** How and when a program ended. */
  record Exit(ExitStatus status, Instant at) {}

  /** Calls back whenever one fewer runs, also for what a predecessor started. */
  void onFreed(Runnable callback) {
    freed = callback;
  }

  /** Somebody came. */
  void accepted() {
    accepted.increment();
  }

  /** Something was started for somebody, or a datagram answered. */
  void started() {
    started.increment();
    lately.count();
  }

  /** Something could not be started. */
  void failed() {
    failed.increment();
  }

  /** Somebody was not served. */
  void refused(Refusal reason) {
    refused.computeIfAbsent(reason, _ -> new LongAdder()).increment();
  }

  /** A program has ended. */
  void ended(ExitStatus status) {
    lastExit = new Exit(status, Instant.now());
  }

  int running() {
    return running.get();
  }

  /** Returns how many run with the one that begins. */
  int enter() {
    return running.incrementAndGet();
  }

  void leave() {
    running.decrementAndGet();
    freed.run();
  }

  long acceptedSum() {
    return accepted.sum();
  }

  long startedSum() {
    return started.sum();
  }

  int startedLately() {
    return lately.inLastMinute();
  }

  long failedSum() {
    return failed.sum();
  }

  /** Returns how many were refused, for each reason that there was. */
  Map<Refusal, Long> refusedSums() {
    var sums = new EnumMap<Refusal, Long>(Refusal.class);
    refused.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }

  Optional<Exit> lastExit() {
    return Optional.ofNullable(lastExit);
  }
}
