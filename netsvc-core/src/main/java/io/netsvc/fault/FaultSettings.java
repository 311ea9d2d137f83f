package io.netsvc.fault;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The values behind {@link FaultOptions}.
 *
 * @param latencyNanos zero for none
 * @param jitterNanos zero for none
 * @param rate bytes a second; {@link #NEVER} for no limit
 * @param stalled whether nothing passes
 * @param cut the bytes that pass before an end; {@link #NEVER} for no end
 * @param reset the bytes that pass before a reset; {@link #NEVER} for none
 * @param loss the share of datagrams that are lost
 * @param reordering the share of datagrams that others overtake
 */
record FaultSettings(
    long latencyNanos,
    long jitterNanos,
    long rate,
    boolean stalled,
    long cut,
    long reset,
    double loss,
    double reordering)
    implements FaultOptions {
  static final long NEVER = Long.MAX_VALUE;
  private static final Duration MOST = Duration.ofDays(1);
  static final FaultSettings NONE = new FaultSettings(0, 0, NEVER, false, NEVER, NEVER, 0, 0);

  static FaultSettings of(UnaryOperator<FaultOptions> options) {
    return (FaultSettings) options.apply(NONE);
  }

  boolean isNone() {
    return equals(NONE);
  }

  @Override
  public FaultOptions withLatency(Duration latency) {
    return new FaultSettings(
        nanos("latency", latency), jitterNanos, rate, stalled, cut, reset, loss, reordering);
  }

  @Override
  public FaultOptions withJitter(Duration jitter) {
    return new FaultSettings(
        latencyNanos, nanos("jitter", jitter), rate, stalled, cut, reset, loss, reordering);
  }

  @Override
  public FaultOptions withRate(long bytesPerSecond) {
    return new FaultSettings(
        latencyNanos, jitterNanos, atLeast(1, "rate", bytesPerSecond), stalled, cut, reset, loss, reordering);
  }

  @Override
  public FaultOptions withStall(boolean stalls) {
    return new FaultSettings(latencyNanos, jitterNanos, rate, stalls, cut, reset, loss, reordering);
  }

  @Override
  public FaultOptions withCut(long bytes) {
    return new FaultSettings(
        latencyNanos, jitterNanos, rate, stalled, atLeast(0, "cut", bytes), reset, loss, reordering);
  }

  @Override
  public FaultOptions withReset(long bytes) {
    return new FaultSettings(
        latencyNanos, jitterNanos, rate, stalled, cut, atLeast(0, "reset", bytes), loss, reordering);
  }

  @Override
  public FaultOptions withLoss(double share) {
    return new FaultSettings(
        latencyNanos, jitterNanos, rate, stalled, cut, reset, share("loss", share), reordering);
  }

  @Override
  public FaultOptions withReordering(double share) {
    return new FaultSettings(
        latencyNanos, jitterNanos, rate, stalled, cut, reset, loss, share("reordering", share));
  }

  private static long nanos(String name, Duration value) {
    if (value.isNegative() || value.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(name + " out of range: " + value);
    }
    return TimeUnit.NANOSECONDS.convert(value);
  }

  private static long atLeast(long least, String name, long value) {
    if (value < least) {
      throw new IllegalArgumentException(name + " out of range: " + value);
    }
    return value;
  }

  private static double share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " out of range: " + value);
    }
    return value;
  }
}
