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
   * Returns two Unix stream sockets that are each other's peer: socketpair(2). A program that gets
   * one of them has a stream with a half-close, which two pipes with one process at each end lack.
   * The caller closes both.
   *
   * @throws UnsupportedOperationException with the NIO transport
   */
  static Pair pair() throws IOException {
    if (Transports.chosen() instanceof LinuxTransport transport) {
      return transport.pair();
    }
    throw Transports.onlyLinux("a pair of sockets");
  }

  /**
   * Takes over a connected stream socket, TCP or Unix, at an fd that this process was given. The fd
   * is the connection's then, which closes it: never one that another object owns. Of 0, 1 and 2 it
   * takes a duplicate.
   *
   * @throws IOException if it is no such socket; the fd stays the caller's
   * @throws UnsupportedOperationException with the NIO transport
   */
  static Connection adopt(int fd) throws IOException {
    if (fd < 0) {
      throw new IllegalArgumentException("fd out of range: " + fd);
    }
    if (Transports.chosen() instanceof LinuxTransport transport) {
      return transport.adoptConnected(fd);
    }
    throw Transports.onlyLinux("a socket that was passed, fd " + fd + ',');
  }

  /** Two connections that are each other's peer. */
  record Pair(Connection first, Connection second) {}

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
