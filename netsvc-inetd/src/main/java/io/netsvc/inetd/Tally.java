package io.netsvc.inetd;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What an entry has done so far; a changed entry goes on with its predecessor's. */
final class Tally {
  final LongAdder started = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder refused = new LongAdder();
  private final AtomicInteger running = new AtomicInteger();
  private volatile Runnable freed = () -> {};

  /** Calls back whenever one fewer runs, also for what a predecessor started. */
  void onFreed(Runnable callback) {
    freed = callback;
  }

  int running() {
    return running.get();
  }

  void enter() {
    running.incrementAndGet();
  }

  void leave() {
    running.decrementAndGet();
    freed.run();
  }
}
