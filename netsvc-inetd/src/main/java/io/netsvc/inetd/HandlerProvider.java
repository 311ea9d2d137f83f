package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;

/**
 * A Java handler that {@code internal} stream entries can name, from a jar that is on the class or
 * module path: {@link java.util.ServiceLoader} finds it by the context class loader of whoever
 * starts the server. {@link InetdOptions#withHandler} and the built-in services go before one of
 * the same name.
 */
public interface HandlerProvider {

  /** {@return what entries have as their argv[0]} */
  String name();

  /**
   * Returns what serves each connection, on a virtual thread; the server closes the connection
   * after it. Called once for each server that starts, whether or not an entry names it.
   */
  ConnectionHandler handler();
}
