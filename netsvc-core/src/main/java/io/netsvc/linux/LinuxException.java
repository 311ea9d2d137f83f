package io.netsvc.linux;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;

/** A system call that failed, as <em>operation, address: cause (ERRNO)</em>. */
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final int errno;

  /** A failure of an operation, which may say at which address, with a positive errno. */
  public LinuxException(String operation, int errno) {
    super(operation + ": " + Errno.describe(errno));
    this.operation = operation;
    this.errno = errno;
  }

  /** {@return this failure, saying at which address it was} */
  public LinuxException at(SocketAddress address) {
    var placed = new LinuxException(operation + ' ' + address, errno);
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  /** {@return the errno, a positive number; see errno(3)} */
  public int errno() {
    return errno;
  }

  /** Returns the exception for a failed bind, which callers of the JDK know as a BindException. */
  static IOException bind(String operation, SocketAddress address, int errno) {
    var cause = new LinuxException(operation + ' ' + address, errno);
    var bind = new BindException(cause.getMessage());
    bind.initCause(cause);
    return bind;
  }
}
