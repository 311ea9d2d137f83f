package io.netsvc.inetd;

import io.netsvc.inetd.config.Rate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How often an entry may start, on the monotonic clock; safe for use by multiple threads. */
final class StartRate {
  private final @Nullable Rate rate;
  private final @Nullable TokenBucket bucket;
  private final LongSupplier nanoTime;
  private long untilNanos; // a pause's end

  StartRate(Optional<Rate> rate, LongSupplier nanoTime) {
    this.rate = rate.orElse(null);
    this.bucket = rate.map(r -> new TokenBucket(r, nanoTime.getAsLong())).orElse(null);
    this.nanoTime = nanoTime;
    this.untilNanos = nanoTime.getAsLong();
  }

  /** Counts a start, and returns how many nanoseconds to pause after it: mostly none. */
  synchronized long start() {
    if (bucket == null || rate == null) {
      return 0;
    }
    long now = nanoTime.getAsLong();
    var _ = bucket.take(now);
    long pause = bucket.waitNanos(now);
    if (pause != 0 && !rate.pause().isZero()) {
      pause = TimeUnit.NANOSECONDS.convert(rate.pause()); // saturates
      bucket.refill(now + pause);
    }
    untilNanos = now + pause;
    return pause;
  }

  /** Counts a start of somebody who cannot wait, or returns false in a pause. */
  synchronized boolean startsNow() {
    if (untilNanos - nanoTime.getAsLong() > 0) {
      return false;
    }
    var _ = start();
    return true;
  }

  /** Returns whether it may never start. */
  boolean never() {
    return rate != null && rate.count() == 0;
  }
}
