package io.netsvc.inetd;

import io.netsvc.sockets.InetEntry;
import io.netsvc.sockets.SocketProtocol;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;

/** Whose a TCP connection of this machine is. */
final class TcpOwners {
  private TcpOwners() {}

  /** Returns the uid that a connection with these two ends belongs to, in decimal. */
  static Optional<String> uid(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    return SocketTable.system()
        .query(
            q -> q.withProtocols(Set.of(SocketProtocol.TCP)).withLocalPort(local.getPort()))
        .stream()
        .map(InetEntry.class::cast)
        .filter(entry -> entry.local().equals(local) && entry.remote().equals(remote))
        // What nobody has any more, TIME_WAIT above all, is shown with the uid 0.
        .filter(entry -> entry.inode() != 0)
        .findFirst()
        .map(entry -> Integer.toUnsignedString(entry.uid()));
  }
}
