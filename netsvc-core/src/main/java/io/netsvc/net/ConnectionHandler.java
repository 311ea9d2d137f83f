package io.netsvc.net;

import java.io.IOException;

/** Serves one accepted connection; runs on a virtual thread of the listener's own. */
@FunctionalInterface
public interface ConnectionHandler {

  /**
   * Serves the connection, which the caller closes afterwards.
   *
   * @throws IOException if the connection fails; it is logged at DEBUG
   * @throws InterruptedException if the listener is being closed
   */
  void serve(Connection connection) throws IOException, InterruptedException;
}
