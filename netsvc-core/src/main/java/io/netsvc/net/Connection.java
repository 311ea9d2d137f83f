package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;

/**
 * One byte stream with two directions that end separately. At most one thread may read and one may
 * write at a time; {@link #close} may come from any thread and wakes both with an {@link
 * java.nio.channels.AsynchronousCloseException}. Whoever accepted or opened it closes it.
 */
public interface Connection extends ByteChannel {

  /**
   * Returns a connection over an app's own channel, which it puts into blocking mode and closes.
   *
   * @param channel connected, and with no selector
   * @throws java.nio.channels.NotYetConnectedException if it is not connected
   * @throws java.nio.channels.IllegalBlockingModeException if it is registered with a selector
   */
  static Connection of(SocketChannel channel) throws IOException {
    if (!channel.isConnected()) {
      throw new NotYetConnectedException();
    }
    channel.configureBlocking(true);
    return new NioConnection(channel);
  }

  /**
   * Reads what there is, at least one byte; waits for it if need be.
   *
   * @return the count, or -1 at the end of input
   */
  @Override
  int read(ByteBuffer into) throws IOException;

  /**
   * Writes all of the buffer; waits for room if need be (back-pressure).
   *
   * @return how much that was
   */
  @Override
  int write(ByteBuffer from) throws IOException;

  /** {@return the address of this end} */
  SocketAddress localAddress();

  /** {@return the address of the other end; unnamed Unix peers have an empty path} */
  SocketAddress remoteAddress();

  /** Reads no more: later reads return -1. See shutdown(2), {@code SHUT_RD}. */
  void shutdownInput() throws IOException;

  /** Sends a FIN after what was written; the opposite direction stays open (a half-close). */
  void shutdownOutput() throws IOException;

  /** Closes at once with a RST (TCP): the peer learns that the stream is incomplete. */
  void abort();

  @Override
  void close();
}
