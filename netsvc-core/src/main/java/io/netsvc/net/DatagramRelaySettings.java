package io.netsvc.net;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The values behind {@link DatagramRelayOptions}.
 *
 * @param max sessions, or 0 for what the limit of fds allows
 */
record DatagramRelaySettings(
    long idleNanos, int max, AccessRules access, DatagramRelayEvents events)
    implements DatagramRelayOptions {
  static final DatagramRelaySettings DEFAULTS =
      new DatagramRelaySettings(
          TimeUnit.MINUTES.toNanos(5), 0, AccessRules.anyone(), new DatagramRelayEvents() {});

  /** {@return how many sessions at a time} */
  int maxSessions() {
    // The room is for connections, which may need four fds each; half of those is for others.
    return max > 0 ? max : Math.clamp(2L * Room.ofTheProcess().limit(), 1, Integer.MAX_VALUE);
  }

  @Override
  public DatagramRelayOptions withIdleTimeout(Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("idle timeout out of range: " + timeout);
    }
    return new DatagramRelaySettings(TimeUnit.NANOSECONDS.convert(timeout), max, access, events);
  }

  @Override
  public DatagramRelayOptions withMaxSessions(int sessions) {
    return new DatagramRelaySettings(
        idleNanos, Tuned.positive("max sessions", sessions), access, events);
  }

  @Override
  public DatagramRelayOptions withAccess(AccessRules rules) {
    return new DatagramRelaySettings(
        idleNanos, max, Objects.requireNonNull(rules, "access"), events);
  }

  @Override
  public DatagramRelayOptions withEvents(DatagramRelayEvents listener) {
    return new DatagramRelaySettings(
        idleNanos, max, access, Objects.requireNonNull(listener, "events"));
  }
}
