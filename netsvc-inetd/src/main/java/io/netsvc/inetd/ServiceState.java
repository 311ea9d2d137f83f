package io.netsvc.inetd;

import io.netsvc.process.ExitStatus;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What one service does at a moment.
 *
 * @param name as in {@link io.netsvc.inetd.config.ServiceSpec#name()}
 * @param state what it does now
 * @param addresses where it listens, with real ports
 * @param running how many programs and handlers run now
 * @param accepted how many clients came: connections, or datagrams to a built-in service
 * @param started how many programs or handlers were started, or datagrams answered
 * @param startedInLastMinute how many of those were so in the last minute, about
 * @param failed how many could not be started
 * @param refused how many were not served, for each reason that there was
 * @param lastExit how its program that ended last did
 * @param lastExitAt when that was
 */
public record ServiceState(
    String name,
    State state,
    List<SocketAddress> addresses,
    int running,
    long accepted,
    long started,
    int startedInLastMinute,
    long failed,
    Map<Refusal, Long> refused,
    Optional<ExitStatus> lastExit,
    Optional<Instant> lastExitAt) {

  /** What a service can be doing. */
  public enum State {
    /** It waits for clients. */
    LISTENING,
    /** Its program has the socket. */
    HANDED_OVER,
    /** As many run as may run; clients wait. */
    FULL,
    /** As many were started as may be, for now; clients wait. */
    RATE,
    /** Its program fails, again and again; clients wait. */
    BACK_OFF,
    /** It was stopped, and listens nowhere. */
    STOPPED
  }

  /** Copies the collections. */
  public ServiceState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(state, "state");
    addresses = List.copyOf(addresses);
    refused = Map.copyOf(refused);
  }

  /** {@return how many were not served, for whatever reason} */
  public long refusedInAll() {
    return refused.values().stream().mapToLong(Long::longValue).sum();
  }
}
