package io.netsvc.inetd;

import java.util.OptionalInt;

/** How often an entry may start in a minute of the monotonic clock. */
final class StartRate {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final OptionalInt maxPerMinute;
  private long minuteNanos = System.nanoTime();
  private int starts;

  StartRate(OptionalInt maxPerMinute) {
    this.maxPerMinute = maxPerMinute;
  }

  /** Counts a start, and returns how many nanoseconds to pause after it: mostly none. */
  synchronized long start() {
    if (maxPerMinute.isEmpty()) {
      return 0;
    }
    long now = System.nanoTime();
    if (now - minuteNanos >= MINUTE_NANOS) {
      minuteNanos = now;
      starts = 0;
    }
    starts++;
    if (starts < maxPerMinute.getAsInt()) {
      return 0;
    }
    long rest = MINUTE_NANOS - (now - minuteNanos);
    minuteNanos = now + rest;
    starts = 0;
    return Math.max(rest, 1);
  }
}
