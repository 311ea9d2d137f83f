package io.netsvc.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A transport's part of a {@link DatagramPort}. */
interface BoundSocket extends ReadableSocket {

  /** Takes the next datagram, without blocking; null when none waits or the socket is closed. */
  DatagramPort.@Nullable Datagram receive() throws IOException;

  /** Sends one; dropped when the send buffer is full. */
  void send(DatagramPort.Datagram datagram) throws IOException;
}
