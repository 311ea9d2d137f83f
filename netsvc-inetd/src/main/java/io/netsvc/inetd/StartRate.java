package io.netsvc.inetd;

import io.netsvc.inetd.config.Rate;
import java.util.Optional;

/** How often an entry may start in a minute of the monotonic clock. */
final class StartRate {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final Optional<Rate> rate;
  private long minuteNanos = System.nanoTime();
  private int starts;

  StartRate(Optional<Rate> rate) {
    this.rate = rate;
  }

  /** Counts a start, and returns how many nanoseconds to pause after it: mostly none. */
  synchronized long start() {
    if (rate.isEmpty()) {
      return 0;
    }
    long now = System.nanoTime();
    if (now - minuteNanos >= MINUTE_NANOS) {
      minuteNanos = now;
      starts = 0;
    }
    starts++;
    if (starts < rate.get().count()) {
      return 0;
    }
    long rest = MINUTE_NANOS - (now - minuteNanos);
    minuteNanos = now + rest;
    starts = 0;
    return Math.max(rest, 1);
  }
}
