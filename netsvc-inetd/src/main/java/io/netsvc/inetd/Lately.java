package io.netsvc.inetd;

import java.util.function.LongSupplier;

/** How often something happened in the last minute, by two counters of a minute each. */
final class Lately {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final LongSupplier nanoTime;
  private long beginNanos;
  private int now;
  private int before;

  Lately(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.beginNanos = nanoTime.getAsLong();
  }

  synchronized void count() {
    roll();
    now++;
  }

  /** Returns what is exact for an even rate: this minute's, and the rest of the one before. */
  synchronized int inLastMinute() {
    long passed = roll();
    return (int) (now + before * (double) (MINUTE_NANOS - passed) / MINUTE_NANOS);
  }

  private long roll() {
    long passed = nanoTime.getAsLong() - beginNanos;
    if (passed >= MINUTE_NANOS) {
      before = passed < 2 * MINUTE_NANOS ? now : 0;
      now = 0;
      beginNanos += passed / MINUTE_NANOS * MINUTE_NANOS;
      passed %= MINUTE_NANOS;
    }
    return passed;
  }
}
