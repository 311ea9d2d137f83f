package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * What happens to the peers of a {@link DatagramRelay}. Called on its event loop: fast, and without
 * blocking. What a method throws is logged.
 */
public interface DatagramRelayEvents {

  /** A peer's session has begun; its upstream may still have to be found. */
  default void started(SocketAddress peer) {}

  /** A peer's datagrams were dropped, because its session has got no upstream or no socket. */
  default void failed(SocketAddress peer, IOException cause) {}

  /** A session that had begun has ended, and its socket is closed. */
  default void ended(SocketAddress peer, DatagramRelay.End how) {}
}
