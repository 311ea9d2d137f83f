package io.netsvc.inetd;

import java.io.IOException;

/** How an entry answers what arrives at its sockets: the three ways of inetd. */
sealed interface Serving permits Nowait, Wait, BuiltinDatagrams {

  /** Begins to serve a socket, or goes on where a predecessor was. */
  void serve(ServiceSocket socket) throws IOException;
}
