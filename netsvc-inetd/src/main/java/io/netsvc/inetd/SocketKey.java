package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Rpc;
import io.netsvc.inetd.config.SocketType;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * What a socket is opened with; entries that ask for the same one can hand it on.
 *
 * @param address as asked for, not as bound
 * @param settings what else was asked for
 */
record SocketKey(
    SocketType type,
    SocketAddress address,
    boolean dualStack,
    SocketSettings settings) {

  /** Returns the RPC program that is to be had there. */
  Optional<Rpc> rpc() {
    return settings.said().get(Attribute.RPC);
  }

  /** Returns whether a socket of this key is in the way of one of the other. */
  boolean overlaps(SocketKey other) {
    if (address instanceof InetSocketAddress a && other.address instanceof InetSocketAddress b) {
      boolean sameFamily = a.getAddress().getClass() == b.getAddress().getClass();
      return type == other.type
          && a.getPort() != 0
          && a.getPort() == b.getPort()
          && (sameFamily || dualStack || other.dualStack)
          && (a.getAddress().equals(b.getAddress())
              || a.getAddress().isAnyLocalAddress()
              || b.getAddress().isAnyLocalAddress());
    }
    return address.equals(other.address);
  }
}
