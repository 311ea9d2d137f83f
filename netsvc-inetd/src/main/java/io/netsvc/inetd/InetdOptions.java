package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;
import io.netsvc.services.ServicesDatabase;

/** How an {@link InetdServer} runs; immutable, so an instance may be shared and reused. */
public sealed interface InetdOptions permits InetdSettings {

  /**
   * Returns these options with a handler that an {@code internal} stream entry can name as its
   * argv[0]. It runs on a virtual thread; the server closes the connection after it.
   */
  InetdOptions withHandler(String name, ConnectionHandler handler);

  /**
   * Returns these options with where service names are looked up. Default: the system's file, then
   * the embedded registry.
   */
  InetdOptions withServices(ServicesDatabase services);
}
