package io.netsvc.net;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The values behind {@link RelayOptions}; {@link #NEVER} for a timeout that is none. */
record RelaySettings(
    Relay.Mode mode, long idleNanos, long stallNanos, long halfCloseNanos, long lifetimeNanos)
    implements RelayOptions {
  static final long NEVER = Long.MAX_VALUE;
  static final RelaySettings DEFAULTS =
      new RelaySettings(Relay.Mode.AUTO, NEVER, NEVER, TimeUnit.HOURS.toNanos(1), NEVER);

  @Override
  public RelayOptions withMode(Relay.Mode mode) {
    Objects.requireNonNull(mode, "mode");
    return new RelaySettings(mode, idleNanos, stallNanos, halfCloseNanos, lifetimeNanos);
  }

  @Override
  public RelayOptions withIdleTimeout(Duration timeout) {
    return new RelaySettings(
        mode, nanos("idle timeout", timeout), stallNanos, halfCloseNanos, lifetimeNanos);
  }

  @Override
  public RelayOptions withStallTimeout(Duration timeout) {
    return new RelaySettings(
        mode, idleNanos, nanos("stall timeout", timeout), halfCloseNanos, lifetimeNanos);
  }

  @Override
  public RelayOptions withHalfCloseTimeout(Duration timeout) {
    return new RelaySettings(
        mode, idleNanos, stallNanos, nanos("half-close timeout", timeout), lifetimeNanos);
  }

  @Override
  public RelayOptions withLifetime(Duration lifetime) {
    return new RelaySettings(
        mode, idleNanos, stallNanos, halfCloseNanos, nanos("lifetime", lifetime));
  }

  private static long nanos(String what, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(what + " is not positive: " + duration);
    }
    return TimeUnit.NANOSECONDS.convert(duration);
  }
}
