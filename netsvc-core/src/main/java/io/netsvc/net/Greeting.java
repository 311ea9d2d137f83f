package io.netsvc.net;

import java.io.IOException;

/** A step with each client of a {@link RelayServer} before its upstream is connected to. */
@FunctionalInterface
public interface Greeting {

  /**
   * Takes the step, on a virtual thread of the client's own: it may block, and has to see to its
   * deadline itself.
   *
   * @param client is the server's, which resets it when this fails, and when the server is being closed
   * @return the connection to relay: this one, or one over it, whose close closes both
   * @throws IOException if the client is not to be relayed
   * @throws InterruptedException if the server is being closed
   */
  Connection greet(Connection client) throws IOException, InterruptedException;
}
