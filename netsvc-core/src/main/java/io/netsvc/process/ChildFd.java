package io.netsvc.process;

import io.netsvc.linux.FdHolder;
import io.netsvc.net.Connection;
import io.netsvc.net.DatagramPort;
import io.netsvc.net.Listener;
import java.io.IOException;

/**
 * What a child gets as one of its fds. The child gets a duplicate: the caller still owns, and
 * closes, its own.
 */
public sealed interface ChildFd {

  /** The connection itself, in blocking mode; do not read or write it from Java any more. */
  static ChildFd of(Connection connection) {
    return holder(connection);
  }

  /** The listening socket, in blocking mode. */
  static ChildFd of(Listener listener) {
    return holder(listener);
  }

  /** The bound datagram socket, in blocking mode. */
  static ChildFd of(DatagramPort port) {
    return holder(port);
  }

  /** The JVM's own fd 0, 1 or 2. */
  static ChildFd inherit(int fd) {
    if (fd < 0 || fd > 2) {
      throw new IllegalArgumentException("not a standard fd: " + fd);
    }
    return new Inherited(fd);
  }

  private static ChildFd holder(Object socket) {
    if (socket instanceof FdHolder holder) {
      return new Held(holder);
    }
    throw new IllegalArgumentException("has no fd of its own: " + socket);
  }

  /** Returns the number to duplicate, ready for a child. */
  private int prepare() throws IOException {
    return switch (this) {
      case Inherited(int fd) -> fd;
      case Held(FdHolder holder) -> {
        holder.fd().setNonBlocking(false);
        yield holder.fd().number();
      }
    };
  }

  /** Returns the numbers to duplicate, ready for a child. */
  static int[] prepare(ChildFd... fds) throws IOException {
    int[] numbers = new int[fds.length];
    for (int i = 0; i < fds.length; i++) {
      numbers[i] = fds[i].prepare();
    }
    return numbers;
  }

  /** One of the JVM's standard fds; see {@link #inherit}. */
  record Inherited(int fd) implements ChildFd {}

  /** A socket's fd; see {@code of}. */
  record Held(FdHolder holder) implements ChildFd {}
}
