package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;
import io.netsvc.services.ServicesDatabase;
import java.time.Duration;

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
   * Returns these options with how long a program that has got SIGTERM may take to end before it
   * gets SIGKILL, zero or more. Default: 5 seconds.
   */
  InetdOptions withKillDelay(Duration delay);
}
