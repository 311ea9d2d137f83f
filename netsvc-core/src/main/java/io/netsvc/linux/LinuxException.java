package io.netsvc.linux;

import java.io.IOException;
import java.net.SocketAddress;

/** A system call that failed, as <em>operation, address: cause (ERRNO)</em>. */
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final int errno;
  private final boolean bind;

  /** A failure of an operation, which may say at which address, with a positive errno. */
  public LinuxException(String operation, int errno) {
    this(operation, errno, false);
  }

  private LinuxException(String operation, int errno, boolean bind) {
    super(operation + ": " + Errno.describe(errno));
    this.operation = operation;
    this.errno = errno;
    this.bind = bind;
  }

  /** Returns the exception for an address that cannot be had. */
  static LinuxException bind(String operation, SocketAddress address, int errno) {
    return new LinuxException(operation + ' ' + address, errno, true);
  }

  /** {@return this failure, saying at which address it was} */
  public LinuxException at(SocketAddress address) {
    var placed = new LinuxException(operation + ' ' + address, errno, bind);
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  /** {@return the errno, a positive number; see errno(3)} */
  public int errno() {
    return errno;
  }

  /** {@return whether it was bind(2), or listen(2), of a socket that others call} */
  public boolean isBind() {
    return bind;
  }
}
