package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;

/** Where sockets come from. There are two, which pass the same contract suite; see Transports. */
interface Transport {

  /** Binds and listens. */
  ListeningSocket listen(SocketAddress address, ListenSettings settings) throws IOException;

  /** Binds a datagram socket. */
  BoundSocket bind(SocketAddress address, DatagramSettings settings) throws IOException;
}
