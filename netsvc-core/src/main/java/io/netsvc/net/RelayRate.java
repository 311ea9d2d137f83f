package io.netsvc.net;

/**
 * How fast a direction may receive: a bucket of bytes that fills by the clock, and holds a tenth of
 * a second's worth. For one thread.
 */
final class RelayRate {
  private static final long SECOND = 1_000_000_000L;
  private static final int BURSTS_A_SECOND = 10;

  private final long perSecond;
  private final long burst;
  private long available;
  private long filledNanos;
  private boolean begun;

  /** Makes a full bucket. */
  RelayRate(long perSecond) {
    this.perSecond = perSecond;
    this.burst = Math.max(1, perSecond / BURSTS_A_SECOND);
    this.available = burst;
  }

  /** Fills the bucket, and returns how long to wait until it is worth while; 0 for not at all. */
  long delayNanos(long now) {
    if (!begun) {
      begun = true;
      filledNanos = now;
    }
    double gained = (double) (now - filledNanos) * perSecond / SECOND;
    if (gained >= burst) {
      available = burst;
      filledNanos = now;
    } else if (gained >= 1) {
      long whole = (long) gained;
      available = Math.min(burst, available + whole);
      filledNanos += (long) (whole * (double) SECOND / perSecond); // keeps the part of a byte
    }
    long wanted = Math.max(1, burst / 2);
    // A full bucket may be used up to its end: what one read takes is not known before.
    return available > 0
        ? 0
        : Math.max(1, (long) ((wanted - available) * (double) SECOND / perSecond));
  }

  /** {@return how many bytes may be received now} */
  long available() {
    return available;
  }

  void take(long n) {
    available -= n;
  }
}
