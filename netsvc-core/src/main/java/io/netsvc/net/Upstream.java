package io.netsvc.net;

import java.io.IOException;
import java.util.Objects;

/** Where a relay takes each client to; {@link Upstreams} is the one for a list of addresses. */
@FunctionalInterface
public interface Upstream {

  /**
   * Connects for one client, on a virtual thread of its own: it may block.
   *
   * @throws IOException if nobody can be reached; the client is reset then
   * @throws InterruptedException if the relay is being closed
   */
  Connection connect() throws IOException, InterruptedException;

  /**
   * Connects for this client, which it may first ask where to; what it reads is not relayed. Relay
   * servers call this one. As {@link #connect()}, which the default is.
   *
   * @param client is the relay's, which resets it when this fails, and when the relay is being closed
   */
  default Connection connect(Connection client) throws IOException, InterruptedException {
    Objects.requireNonNull(client, "client");
    return connect();
  }

  /**
   * Is called before the relay begins, but after it has written a header of the PROXY protocol:
   * here an upstream writes what it has read from the client for the other end to see. May block.
   *
   * @param connection that it gave for this client; if this fails, both are closed
   * @throws InterruptedException if the relay is being closed
   */
  default void begin(Connection client, Connection connection)
      throws IOException, InterruptedException {
    Objects.requireNonNull(client, "client");
    Objects.requireNonNull(connection, "connection");
  }

  /** The relay of a connection that this gave has ended. Called once for each, on any thread. */
  default void ended(Connection connection) {}
}
