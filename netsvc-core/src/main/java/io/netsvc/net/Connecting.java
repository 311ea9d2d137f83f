package io.netsvc.net;

import java.io.IOException;

/** Who is told what comes of a connect that has no thread; on the event loop, so without blocking. */
interface Connecting {

  /** It is connected; whoever is told owns the connection. */
  void connected(Connection connection);

  /** It is not, as {@link Connector#connect} would throw it. */
  void failed(IOException cause);
}
