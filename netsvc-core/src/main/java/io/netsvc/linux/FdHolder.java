package io.netsvc.linux;

import java.io.IOException;

/** A socket of the Linux transport, whose fd a child can have. */
public interface FdHolder {

  /**
   * Returns a duplicate of the fd in blocking mode, which the caller closes. A close of this holder
   * that comes at the same time leaves it valid.
   *
   * @throws java.nio.channels.ClosedChannelException if this holder is closed
   * @throws IllegalStateException if Java uses the socket in a way that a child would disturb
   */
  Fd handOver() throws IOException;

  /**
   * Returns a duplicate of the fd as it is, which the caller closes, for another process that uses
   * the socket beside this one.
   *
   * @throws java.nio.channels.ClosedChannelException if this holder is closed
   * @throws UnsupportedOperationException if it is not a socket that two can use
   */
  default Fd share() throws IOException {
    throw new UnsupportedOperationException("cannot be shared: " + this);
  }
}
