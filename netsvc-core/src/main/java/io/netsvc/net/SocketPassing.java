package io.netsvc.net;

import io.netsvc.linux.FdHolder;
import io.netsvc.linux.PassedFd;
import java.io.IOException;

/** Gives a connection to the process at the other end of a Unix socket: SCM_RIGHTS of unix(7). */
public final class SocketPassing {
  private SocketPassing() {}

  /**
   * Sends a duplicate of a connection's socket, in blocking mode, with one byte of value 0. Do not
   * read or write the connection from Java any more, and close it.
   *
   * @param fd of a Unix stream socket that this process was given, such as 1
   * @throws IOException if it is no such socket, or its peer has gone
   * @throws UnsupportedOperationException if the connection has no fd of its own
   */
  public static void send(Connection connection, int fd) throws IOException {
    if (fd < 0) {
      throw new IllegalArgumentException("fd out of range: " + fd);
    }
    if (!(connection instanceof FdHolder holder)) {
      throw Transports.onlyLinux("to pass " + connection);
    }
    try (var passed = holder.handOver()) {
      PassedFd.send(fd, passed);
    }
  }
}
