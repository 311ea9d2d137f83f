package io.netsvc.sockets;

import java.time.Duration;

/**
 * The timer that runs for a TCP socket: inet_diag.h.
 *
 * @param kind what happens when it expires
 * @param expires the time until then
 * @param retransmits how often it has expired, or was probed, without an answer
 */
public record SocketTimer(Kind kind, Duration expires, int retransmits) {

  /** What a timer is for, with the kernel's numbers less one. */
  public enum Kind {
    /** Retransmission. */
    ON,
    KEEPALIVE,
    TIMEWAIT,
    /** Probes of a window of zero. */
    PERSIST,
    UNKNOWN
  }
}
