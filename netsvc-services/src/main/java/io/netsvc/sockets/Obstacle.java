package io.netsvc.sockets;

import java.util.List;
import java.util.Optional;

/**
 * What is in the way of a bind, and what would help. Its texts are one line each, for people: their
 * words may change.
 *
 * @param kind what it is
 * @param socket the socket that is in the way, or one of several that are alike; empty if it is none
 * @param holders who holds that socket; empty also where that cannot be seen
 * @param reason such as {@code nginx (pid 123, unit nginx.service) listens on *:80, which covers
 *     every address}
 * @param help what would help, such as {@code stop it with `systemctl stop nginx`}
 */
public record Obstacle(
    Kind kind, Optional<SocketEntry> socket, List<Holder> holders, String reason, String help) {

  /** Copies the list. */
  public Obstacle {
    holders = List.copyOf(holders);
  }

  /** What is in the way. */
  public enum Kind {
    /** The port needs a privilege that this process has not: ip(7). */
    PRIVILEGED_PORT,
    /** No interface here has the address. */
    ADDRESS_NOT_LOCAL,
    /** A socket that listens. */
    LISTENER,
    /** A socket that receives datagrams, or is connected to one that sends them. */
    DATAGRAMS,
    /** A TCP socket that is bound, and neither listens nor is connected. */
    BOUND,
    /** A connection of a listener that is no more. */
    CONNECTION,
    /** A connection that ended a short time ago. */
    TIME_WAIT,
    /** A connection that goes out, for which the kernel chose this port. */
    OUTGOING,
    /** A file at the path of a Unix socket, to which no socket that can be seen is bound. */
    FILE
  }

  /** {@return the reason and what would help, in one line} */
  @Override
  public String toString() {
    return reason + ": " + help;
  }
}
