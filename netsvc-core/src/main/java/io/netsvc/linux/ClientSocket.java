package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;

/** A stream socket on its way to being connected: it never blocks, and is close-on-exec. */
public final class ClientSocket {
  private static final int SOL_IP = 0;
  private static final int IP_BIND_ADDRESS_NO_PORT = 24;

  private final Fd fd;
  private final SocketAddress target;

  private ClientSocket(Fd fd, SocketAddress target) {
    this.fd = fd;
    this.target = target;
  }

  /** What a call of {@link #proceed} came to. */
  public enum Progress {
    CONNECTED,
    /** The socket becomes writable when there is news. */
    PENDING,
    /** A Unix socket's backlog is full, and the kernel does not tell when it no longer is. */
    FULL
  }

  /** Opens a socket of the target's family. */
  public static ClientSocket open(SocketAddress target, Sockets.Kind kind) throws LinuxException {
    return new ClientSocket(Sockets.connectable(target, kind), target);
  }

  /** {@return the socket's fd, which the caller of {@link #open} closes} */
  public Fd fd() {
    return fd;
  }

  /**
   * Binds it to a source address.
   *
   * @param portLater the port is to be chosen by the connect, which knows the target: a port that
   *     talks to another one may then be shared, so that many more than 28,000 connections leave
   *     from one address; see IP_BIND_ADDRESS_NO_PORT in ip(7)
   */
  public void bind(SocketAddress source, boolean portLater) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      if (portLater) {
        var on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        // A kernel older than 4.2 refuses it, and chooses the port at once.
        Syscalls.setsockopt(fd.number(), SOL_IP, IP_BIND_ADDRESS_NO_PORT, on, Integer.BYTES);
      }
      var encoded = SocketAddresses.encode(source, arena);
      int result = Syscalls.bind(fd.number(), encoded, (int) encoded.byteSize());
      if (result < 0) {
        throw new LinuxException("connect " + target + ": bind " + source, -result);
      }
    }
  }

  /**
   * Begins to connect, or asks how it went. The second connect(2) is what tells exactly: SO_ERROR is
   * 0 for a connection that is still pending as well, and a hang-up may be seen before it is.
   *
   * @throws LinuxException with connect(2)'s errno
   */
  public Progress proceed() throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var encoded = SocketAddresses.encode(target, arena);
      int result = Syscalls.connect(fd.number(), encoded, (int) encoded.byteSize());
      return switch (-result) {
        case 0, Errno.EISCONN -> Progress.CONNECTED;
        case Errno.EINPROGRESS, Errno.EALREADY, Errno.EINTR -> Progress.PENDING;
        default -> {
          boolean unix = SocketAddresses.family(target) == SocketAddresses.AF_UNIX;
          if (-result == Errno.EAGAIN && unix) {
            yield Progress.FULL;
          }
          throw new LinuxException("connect " + target, -result);
        }
      };
    }
  }
}
