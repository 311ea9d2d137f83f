package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;

/** A socket that calls back when there is something to take from it. */
interface ReadableSocket extends AutoCloseable {

  /** {@return the address it is bound to, with the real port} */
  SocketAddress localAddress();

  /**
   * Has the event loop call back, from the first {@link #watch} on, as long as something is there.
   * Called once.
   */
  void onReadable(Runnable ready) throws IOException;

  /** Begins or ceases to watch; a callback may still run once after it ceased. */
  void watch(boolean wanted) throws IOException;

  /** Closes it: idempotent, from any thread, and the address is free afterwards. */
  @Override
  void close();
}
