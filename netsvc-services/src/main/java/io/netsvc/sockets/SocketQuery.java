package io.netsvc.sockets;

import java.net.StandardProtocolFamily;
import java.util.Set;

/**
 * Which sockets to list: at first all of them. Immutable, and safe for use by multiple concurrent
 * threads.
 */
public sealed interface SocketQuery permits SocketSelection {

  /** {@return a query for sockets of these protocols alone} */
  SocketQuery withProtocols(Set<SocketProtocol> protocols);

  /** {@return a query for sockets in these states alone; the kernel leaves out the others} */
  SocketQuery withStates(Set<SocketState> states);

  /**
   * {@return a query for sockets that wait for somebody: those that listen, and for UDP, raw and Unix
   * datagrams those that are bound and not connected}
   */
  SocketQuery withWaiting();

  /** {@return a query for IP sockets of these families alone; it leaves Unix sockets as they were} */
  SocketQuery withFamilies(Set<StandardProtocolFamily> families);

  /**
   * {@return a query for IP sockets with this local port, 0 to 65535, for which the kernel looks by
   * itself}
   */
  SocketQuery withLocalPort(int port);

  /**
   * {@return a query for sockets that a filter takes, beside all that is asked for already; its
   * states replace those of {@link #withStates}}
   */
  SocketQuery withFilter(SocketFilter filter);

  /** {@return a query that tells each IP socket's {@linkplain InetEntry#memory memory} too} */
  SocketQuery withMemory();
}
