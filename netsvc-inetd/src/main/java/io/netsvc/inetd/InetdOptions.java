package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;
import io.netsvc.net.PassedSocket;
import io.netsvc.services.ServicesDatabase;
import java.time.Duration;
import java.util.List;

/** How an {@link InetdServer} runs; immutable, so an instance may be shared and reused. */
public sealed interface InetdOptions permits InetdSettings {

  /**
   * Returns these options with a handler that an {@code internal} stream entry can name as its
   * argv[0]. It runs on a virtual thread; the server closes the connection after it. It goes before
   * a built-in service, and before what a {@link HandlerProvider} has by that name.
   */
  InetdOptions withHandler(String name, ConnectionHandler handler);

  /**
   * Returns these options with where service names are looked up. Default: the system's file, then
   * the embedded registry.
   */
  InetdOptions withServices(ServicesDatabase services);

  /**
   * Returns these options with a file being refused as a whole when any of its entries is broken or
   * cannot be opened: a start then serves nothing, a reload changes nothing. Default: not.
   */
  InetdOptions withStrict(boolean strict);

  /**
   * Returns these options with sockets that this process was started with. Whoever listens at
   * passed sockets of a service manager is told by their names: an entry's name, its service or
   * either with {@code .socket} after it, as systemd names them; the addresses that it says do not
   * count then. Else a socket is taken that has just the address that an entry asks for. Of a
   * predecessor's sockets ({@link InetdServer#handOver}) that is the only way. Default: none.
   *
   * <p>A service manager's sockets stay open until the server is closed, since it has them, too; a
   * predecessor's that no entry asks for are closed when the server has started.
   */
  InetdOptions withSockets(List<PassedSocket> sockets);

  /**
   * Returns these options with how long a program that has got SIGTERM may take to end before it
   * gets SIGKILL, zero or more. Default: 5 seconds.
   */
  InetdOptions withKillDelay(Duration delay);
}
