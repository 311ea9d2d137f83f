package io.netsvc.net;

import java.io.IOException;

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

  /** The relay of a connection that this gave has ended. Called once for each, on any thread. */
  default void ended(Connection connection) {}
}
