package io.netsvc.inetd;

import java.io.IOException;

/** How an entry answers what arrives at its sockets. */
sealed interface Serving permits Nowait, Wait, BuiltinDatagrams, Daemon {

  /** Begins to serve a socket, or goes on where a predecessor was. */
  void serve(ServiceSocket socket) throws IOException;

  /** All sockets are served. */
  default void begun() {}

  /** The entry is gone, or stopped, or another one has its sockets. */
  default void over() {}
}
