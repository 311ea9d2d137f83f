package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * What happens to the clients of a {@link RelayServer}. Called on its threads: fast, and without
 * calling the server. What a method throws is logged.
 */
public interface RelayEvents {

  /** A client's relay has begun. */
  default void started(SocketAddress client) {}

  /** A client was reset, because of what it said first, or because no upstream could be reached. */
  default void failed(SocketAddress client, IOException cause) {}

  /** A client's relay has ended; both connections are closed. */
  default void ended(SocketAddress client, Outcome outcome) {}
}
