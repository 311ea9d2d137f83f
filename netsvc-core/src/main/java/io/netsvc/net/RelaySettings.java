package io.netsvc.net;

import io.netsvc.net.Outcome.Side;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The values behind {@link RelayOptions}; {@link #NEVER} for a timeout or limit that is none. */
record RelaySettings(
    Relay.Mode mode,
    long idleNanos,
    long lifetimeNanos,
    Limits first,
    Limits second,
    @Nullable RelayTap tap)
    implements RelayOptions {
  static final long NEVER = Long.MAX_VALUE;
  static final RelaySettings DEFAULTS =
      new RelaySettings(Relay.Mode.AUTO, NEVER, NEVER, Limits.DEFAULTS, Limits.DEFAULTS, null);

  /**
   * What one side may do.
   *
   * @param idleNanos how long it may send nothing
   * @param stallNanos how long it may take nothing
   * @param halfCloseNanos how long the relay may be idle once its stream has ended
   * @param bytes how much it may send
   * @param rate how much it may send in a second
   */
  record Limits(long idleNanos, long stallNanos, long halfCloseNanos, long bytes, long rate) {
    static final Limits DEFAULTS =
        new Limits(NEVER, NEVER, TimeUnit.HOURS.toNanos(1), NEVER, NEVER);

    Limits idle(long nanos) {
      return new Limits(nanos, stallNanos, halfCloseNanos, bytes, rate);
    }

    Limits stall(long nanos) {
      return new Limits(idleNanos, nanos, halfCloseNanos, bytes, rate);
    }

    Limits halfClose(long nanos) {
      return new Limits(idleNanos, stallNanos, nanos, bytes, rate);
    }

    Limits bytes(long most) {
      return new Limits(idleNanos, stallNanos, halfCloseNanos, most, rate);
    }

    Limits rate(long most) {
      return new Limits(idleNanos, stallNanos, halfCloseNanos, bytes, most);
    }
  }

  Limits of(Side side) {
    return Objects.requireNonNull(side, "side") == Side.FIRST ? first : second;
  }

  private RelaySettings with(Side side, Limits limits) {
    return switch (side) {
      case FIRST -> new RelaySettings(mode, idleNanos, lifetimeNanos, limits, second, tap);
      case SECOND -> new RelaySettings(mode, idleNanos, lifetimeNanos, first, limits, tap);
      case NEITHER -> throw new IllegalArgumentException("side: read NEITHER, expected one of two");
    };
  }

  @Override
  public RelayOptions withMode(Relay.Mode newMode) {
    Objects.requireNonNull(newMode, "mode");
    return new RelaySettings(newMode, idleNanos, lifetimeNanos, first, second, tap);
  }

  @Override
  public RelayOptions withIdleTimeout(Duration timeout) {
    long nanos = nanos("idle timeout", timeout);
    return new RelaySettings(mode, nanos, lifetimeNanos, first, second, tap);
  }

  @Override
  public RelayOptions withIdleTimeout(Side side, Duration timeout) {
    return with(side, of(side).idle(nanos("idle timeout", timeout)));
  }

  @Override
  public RelayOptions withStallTimeout(Duration timeout) {
    return withStallTimeout(Side.FIRST, timeout).withStallTimeout(Side.SECOND, timeout);
  }

  @Override
  public RelayOptions withStallTimeout(Side side, Duration timeout) {
    return with(side, of(side).stall(nanos("stall timeout", timeout)));
  }

  @Override
  public RelayOptions withHalfCloseTimeout(Duration timeout) {
    return withHalfCloseTimeout(Side.FIRST, timeout).withHalfCloseTimeout(Side.SECOND, timeout);
  }

  @Override
  public RelayOptions withHalfCloseTimeout(Side side, Duration timeout) {
    return with(side, of(side).halfClose(nanos("half-close timeout", timeout)));
  }

  @Override
  public RelayOptions withLifetime(Duration lifetime) {
    long nanos = nanos("lifetime", lifetime);
    return new RelaySettings(mode, idleNanos, nanos, first, second, tap);
  }

  @Override
  public RelayOptions withByteLimit(Side from, long bytes) {
    return with(from, of(from).bytes(atLeast("byte limit", 0, bytes)));
  }

  @Override
  public RelayOptions withRateLimit(Side from, long bytesPerSecond) {
    return with(from, of(from).rate(atLeast("rate limit", 1, bytesPerSecond)));
  }

  @Override
  public RelayOptions withTap(RelayTap newTap) {
    Objects.requireNonNull(newTap, "tap");
    return new RelaySettings(mode, idleNanos, lifetimeNanos, first, second, newTap);
  }

  /** {@return the mode; bytes that a tap is to see are copied} */
  @Override
  public Relay.Mode mode() {
    return tap == null ? mode : Relay.Mode.COPY;
  }

  private static long atLeast(String what, long least, long value) {
    if (value < least) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
    return value;
  }

  private static long nanos(String what, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(what + " is not positive: " + duration);
    }
    return TimeUnit.NANOSECONDS.convert(duration);
  }
}
