package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;

/** A relay's loop, the port that it serves there, and sockets to its upstreams. */
interface DatagramHub extends RelayLoop {

  /** {@return the port} */
  DatagramSide port();

  /** Opens a socket that is connected to an upstream; on the loop's thread. */
  DatagramSide connect(SocketAddress upstream) throws IOException;
}
