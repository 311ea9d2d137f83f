package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A transport's part of a {@link Listener}. */
interface ListeningSocket extends ReadableSocket {

  /** {@return all addresses it listens on, with the real port} */
  default List<SocketAddress> localAddresses() {
    return List.of(localAddress());
  }

  /**
   * Takes the next connection, without blocking; null when none waits or the socket is closed.
   *
   * @throws IOException if the next try will fail as well: for want of fds, as a rule
   */
  @Nullable Connection accept() throws IOException;
}
