package io.netsvc.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The values behind {@link ConnectOptions}. */
record ConnectSettings(
    Duration timeout,
    Duration attemptDelay,
    int retries,
    Duration firstRetry,
    @Nullable SocketAddress source,
    Tuning tuning)
    implements ConnectOptions, Tuned<ConnectOptions> {
  static final ConnectSettings DEFAULTS =
      new ConnectSettings(
          Duration.ofSeconds(10), Duration.ofMillis(250), 0, Duration.ofMillis(100), null, Tuning.DEFAULTS);

  @Override
  public ConnectOptions withTimeout(Duration value) {
    positive("timeout", value);
    return new ConnectSettings(value, attemptDelay, retries, firstRetry, source, tuning);
  }

  @Override
  public ConnectOptions withAttemptDelay(Duration value) {
    positive("attempt delay", value);
    return new ConnectSettings(timeout, value, retries, firstRetry, source, tuning);
  }

  @Override
  public ConnectOptions withRetries(int count, Duration first) {
    positive("first retry", first);
    if (count < 0 || count > 1000) {
      throw new IllegalArgumentException("retries out of range: " + count);
    }
    return new ConnectSettings(timeout, attemptDelay, count, first, source, tuning);
  }

  @Override
  public ConnectOptions withSource(SocketAddress value) {
    Objects.requireNonNull(value, "source");
    if (value instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new IllegalArgumentException("unresolved address: " + value);
    }
    return new ConnectSettings(timeout, attemptDelay, retries, firstRetry, value, tuning);
  }

  @Override
  public ConnectOptions withTuning(Tuning value) {
    return new ConnectSettings(timeout, attemptDelay, retries, firstRetry, source, value);
  }

  @Override
  public ConnectOptions withFastOpen(boolean fastOpen) {
    return withTuning(tuning.with(Tunable.FAST_OPEN_CONNECT, fastOpen));
  }

  private static void positive(String what, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
  }

  /** Whether the source, if there is one, can talk to this address. */
  boolean sourceFits(SocketAddress address) {
    return switch (source) {
      case null -> true;
      case InetSocketAddress from when address instanceof InetSocketAddress to ->
          from.getAddress().getClass() == to.getAddress().getClass();
      default -> source.getClass() == address.getClass();
    };
  }
}
