package io.netsvc.net;

import java.time.Duration;

/** How a {@link DatagramRelay} works; immutable, so an instance may be shared. */
public sealed interface DatagramRelayOptions permits DatagramRelaySettings {

  /**
   * Returns these options with an end of each session that neither side has sent anything in for so
   * long, above 0. Default: 5 minutes, as RFC 4787 (REQ-5) recommends for what stands between two
   * UDP peers; an upstream that sees the peer's next datagram sees it from another port.
   */
  DatagramRelayOptions withIdleTimeout(Duration timeout);

  /**
   * Returns these options with at most so many sessions, at least 1; for one more, that which was
   * idle for the longest time ends. Default: half of what the soft limit of open files has room for,
   * as each has one socket.
   */
  DatagramRelayOptions withMaxSessions(int max);

  /** Returns these options with these peers alone being served. Default: all. */
  DatagramRelayOptions withAccess(AccessRules access);

  /** Returns these options with somebody who is told what happens. Default: nobody. */
  DatagramRelayOptions withEvents(DatagramRelayEvents events);
}
