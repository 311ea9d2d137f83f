package io.netsvc.inetd;

import io.netsvc.inetd.config.Rate;
import java.util.concurrent.TimeUnit;

/**
 * A rate: a full bucket lets as many through at once as its count, and fills evenly in its window.
 * Not thread-safe.
 */
final class TokenBucket {
  private final Rate rate;
  private final long windowNanos; // a window of centuries is as good as one of 292 years
  private double tokens;
  private long atNanos;

  TokenBucket(Rate rate, long nowNanos) {
    this.rate = rate;
    this.windowNanos = TimeUnit.NANOSECONDS.convert(rate.window());
    this.tokens = rate.count();
    this.atNanos = nowNanos;
  }

  /** Takes one and returns true, or returns false if there is none. */
  boolean take(long nowNanos) {
    fill(nowNanos);
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Returns how long it takes until there is one; a rate of none has never one. */
  long waitNanos(long nowNanos) {
    fill(nowNanos);
    if (tokens >= 1) {
      return 0;
    }
    return rate.count() == 0
        ? Long.MAX_VALUE
        : (long) Math.ceil((1 - tokens) * windowNanos / rate.count());
  }

  /** Whether nothing has been taken, or all of it is back. */
  boolean isFull(long nowNanos) {
    fill(nowNanos);
    return tokens >= rate.count();
  }

  /** Fills it, after a pause. */
  void refill(long nowNanos) {
    tokens = rate.count();
    atNanos = nowNanos;
  }

  private void fill(long nowNanos) {
    if (nowNanos - atNanos <= 0) {
      return; // not before the end of a pause
    }
    double gained = (double) (nowNanos - atNanos) * rate.count() / windowNanos;
    tokens = Math.min(rate.count(), tokens + gained);
    atNanos = nowNanos;
  }
}
