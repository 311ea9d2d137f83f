package io.netsvc.net;

import io.netsvc.net.DatagramPort.Datagram;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A transport's part of a {@link DatagramPort}. */
interface BoundSocket extends ReadableSocket {

  /** Takes what waits, without blocking, or some of it; nothing when closed. */
  List<Datagram> receive(int max) throws IOException;

  /** Returns the next one, which stays where it is; none when closed. */
  Optional<Datagram> peek() throws IOException;

  /**
   * Sends in order; what the send buffer has no room for is dropped.
   *
   * @throws IOException the first failure; those after it are sent all the same
   */
  void send(List<Datagram> datagrams) throws IOException;

  /** Has it watched by a loop that relays share, in place of {@link #onReadable}. */
  DatagramHub relay() throws IOException;
}
