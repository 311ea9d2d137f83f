package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;

/** Where sockets come from. There are two, which pass the same contract suite; see Transports. */
interface Transport {

  /**
   * Binds and listens.
   *
   * @throws BindFailedException if bind(2) or listen(2) fails, whatever the reason
   */
  ListeningSocket listen(SocketAddress address, ListenSettings settings) throws IOException;

  /** {@return whether an IPv6 wildcard address can be listened on without IPv4} */
  boolean separatesFamilies();

  /**
   * Binds a datagram socket.
   *
   * @throws BindFailedException if bind(2) fails, whatever the reason
   */
  BoundSocket bind(SocketAddress address, DatagramSettings settings) throws IOException;

  /**
   * Connects to one address, once; blocks the calling thread, never its carrier.
   *
   * @throws java.net.SocketTimeoutException if it has not connected at the deadline
   * @throws IOException as connect(2) fails, as {@link ConnectFailures} has it
   */
  Connection connect(SocketAddress address, ConnectSettings settings, long deadlineNanos)
      throws IOException, InterruptedException;

  /** {@return whether it has {@link #begin}: connecting takes no thread} */
  default boolean connectsOnLoops() {
    return false;
  }

  /**
   * Begins to connect to one address. What came of it is told on the event loop that is to have the
   * connection, which may be before this returns.
   *
   * @return what makes it fail, from any thread
   */
  default Runnable begin(SocketAddress address, ConnectSettings settings, Connecting connecting) {
    throw new UnsupportedOperationException();
  }
}
