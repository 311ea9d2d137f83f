package io.netsvc.net;

import io.netsvc.linux.Sysctl;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * An address that could not be bound or listened at, as <em>bind, address: cause</em>, such as
 * {@code bind 127.0.0.1:80: Address already in use (EADDRINUSE)}. Both transports throw it, with what
 * failed as its cause. Immutable.
 */
public final class BindFailedException extends BindException {
  private static final long serialVersionUID = 1;

  private final SocketAddress address;
  private final boolean datagram;
  private final Reason reason;

  /** Why an address could not be bound; bind(2) has the errnos. */
  public enum Reason {
    /** Another socket has it, or the path is that of another file: EADDRINUSE. */
    ADDRESS_IN_USE,
    /** This machine has no such address, or not now: EADDRNOTAVAIL. */
    ADDRESS_NOT_LOCAL,
    /**
     * This process may not: EACCES, EPERM. The port is for privileged processes alone, or the
     * directory of a Unix socket lets no file be made or replaced in it; the message says which.
     */
    NOT_PERMITTED,
    /** Anything else, such as a directory that does not exist. */
    OTHER
  }

  /**
   * A bind that failed.
   *
   * @param text the cause in words
   */
  BindFailedException(
      SocketAddress address, boolean datagram, Reason reason, String text, IOException cause) {
    super("bind " + AddressText.of(address) + ": " + text + hint(address, reason));
    initCause(cause);
    this.address = address;
    this.datagram = datagram;
    this.reason = reason;
  }

  private static String hint(SocketAddress address, Reason reason) {
    if (reason == Reason.NOT_PERMITTED && address instanceof InetSocketAddress inet) {
      int unprivileged = Sysctl.firstUnprivilegedPort();
      if (inet.getPort() != 0 && inet.getPort() < unprivileged) {
        return "; ports below " + unprivileged + " need root or CAP_NET_BIND_SERVICE";
      }
    }
    return "";
  }

  /** {@return what was to be bound; of several addresses the one that could not be} */
  public SocketAddress address() {
    return address;
  }

  /** {@return whether it was for datagrams, UDP or Unix; else it was to listen, TCP or Unix} */
  public boolean isDatagram() {
    return datagram;
  }

  /** {@return why it could not be bound} */
  public Reason reason() {
    return reason;
  }
}
