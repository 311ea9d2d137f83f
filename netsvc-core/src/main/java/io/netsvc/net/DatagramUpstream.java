package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;

/** Where a {@link DatagramRelay} takes each peer's datagrams. */
@FunctionalInterface
public interface DatagramUpstream {

  /**
   * Finds the upstream of one peer's session, on a virtual thread of its own: it may block. A few of
   * the peer's datagrams wait meanwhile.
   *
   * @return an address that needs no resolution
   * @throws IOException if there is none; the datagrams that wait are dropped then
   * @throws InterruptedException if the session or the relay has ended
   */
  SocketAddress find(SocketAddress peer) throws IOException, InterruptedException;
}
