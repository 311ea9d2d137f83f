package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Sockets that we open ourselves, so that a child can have them; all are close-on-exec. */
public final class Sockets {
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_LINGER = 13;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** shutdown(2): no more reads. */
  public static final int SHUT_RD = 0;

  /** shutdown(2): no more writes. */
  public static final int SHUT_WR = 1;

  private Sockets() {}

  /** A received datagram: how long it was, and who sent it. */
  public record Received(int length, SocketAddress from) {}

  /** Opens a listening socket; an IPv6 one takes IPv4 too only if {@code dualStack}. */
  public static Fd listen(SocketAddress address, int backlog, boolean dualStack)
      throws IOException {
    var fd = bound(address, SOCK_STREAM, dualStack);
    int result = Syscalls.listen(fd.number(), backlog);
    if (result < 0) {
      fd.close();
      throw LinuxException.bind(address.toString(), -result);
    }
    return fd;
  }

  /** Opens a bound datagram socket. */
  public static Fd datagram(SocketAddress address, boolean dualStack) throws IOException {
    return bound(address, SOCK_DGRAM, dualStack);
  }

  private static Fd bound(SocketAddress address, int type, boolean dualStack) throws IOException {
    int family = SocketAddresses.family(address);
    var fd =
        Fd.opened(
            "socket " + address,
            Syscalls.socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    try (var arena = Arena.ofConfined()) {
      if (type == SOCK_STREAM && family != SocketAddresses.AF_UNIX) {
        option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      }
      if (family == SocketAddresses.AF_INET6) {
        option(fd, IPPROTO_IPV6, IPV6_V6ONLY, dualStack ? 0 : 1);
      }
      var native_ = SocketAddresses.encode(address, arena);
      int result = Syscalls.bind(fd.number(), native_, (int) native_.byteSize());
      if (result < 0) {
        throw LinuxException.bind(address.toString(), -result);
      }
      return fd;
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /** Connects a stream socket, blocking the calling thread until it is done. */
  public static Fd connect(SocketAddress address) throws IOException {
    int family = SocketAddresses.family(address);
    var fd = Fd.opened("socket " + address, Syscalls.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    try (var arena = Arena.ofConfined()) {
      var native_ = SocketAddresses.encode(address, arena);
      int result = Syscalls.connect(fd.number(), native_, (int) native_.byteSize());
      if (result < 0) {
        fd.close();
        throw new LinuxException("connect " + address, -result);
      }
      return fd;
    }
  }

  /**
   * Accepts one connection, in blocking mode; null when none waits any more.
   *
   * @throws LinuxException with accept(2)'s errno, such as EMFILE
   */
  public static @Nullable Fd accept(Fd listener) throws LinuxException {
    int result =
        Syscalls.accept4(listener.number(), MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC);
    return switch (-result) {
      // The client is gone already, or the network failed it: accept(2) says to treat it like EAGAIN.
      case Errno.EAGAIN, Errno.ECONNABORTED, Errno.EINTR, Errno.EPROTO -> null;
      default -> Fd.opened("accept", result);
    };
  }

  /** Returns the address that a socket is bound to. */
  public static SocketAddress localAddress(Fd fd) throws LinuxException {
    return address(fd, true);
  }

  /** Returns the address of a connected socket's peer. */
  public static SocketAddress remoteAddress(Fd fd) throws LinuxException {
    return address(fd, false);
  }

  private static SocketAddress address(Fd fd, boolean local) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var address = arena.allocate(SocketAddresses.MAX, 8);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketAddresses.MAX);
      int result =
          local
              ? Syscalls.getsockname(fd.number(), address, length)
              : Syscalls.getpeername(fd.number(), address, length);
      if (result < 0) {
        throw new LinuxException(local ? "getsockname" : "getpeername", -result);
      }
      return SocketAddresses.decode(address, length.get(ValueLayout.JAVA_INT, 0));
    }
  }

  /** Receives a datagram into a buffer; null when none waits. */
  public static @Nullable Received receive(Fd fd, byte[] into) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(into.length);
      var address = arena.allocate(SocketAddresses.MAX, 8);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketAddresses.MAX);
      long n = Syscalls.recvfrom(fd.number(), buffer, into.length, 0, address, length);
      if (n == -Errno.EAGAIN) {
        return null;
      }
      if (n < 0) {
        throw new LinuxException("recvfrom", (int) -n);
      }
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, into, 0, (int) n);
      return new Received(
          (int) n, SocketAddresses.decode(address, length.get(ValueLayout.JAVA_INT, 0)));
    }
  }

  /** Sends a datagram; dropped silently when the send buffer is full, as a network may. */
  public static void send(Fd fd, byte[] data, int length, SocketAddress to)
      throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(Math.max(1, length));
      MemorySegment.copy(data, 0, buffer, ValueLayout.JAVA_BYTE, 0, length);
      var address = SocketAddresses.encode(to, arena);
      long n =
          Syscalls.sendto(
              fd.number(), buffer, length, MSG_NOSIGNAL, address, (int) address.byteSize());
      if (n < 0 && n != -Errno.EAGAIN && n != -Errno.ENOBUFS) {
        throw new LinuxException("sendto " + to, (int) -n);
      }
    }
  }


  /** Writes without SIGPIPE: the count, or a negative errno. */
  public static long write(Fd fd, MemorySegment from) {
    return Syscalls.send(fd.number(), from, from.byteSize(), MSG_NOSIGNAL);
  }

  /** Shuts one direction down; a peer that is gone already is no error. */
  public static void shutdown(Fd fd, int how) throws LinuxException {
    int result = Syscalls.shutdown(fd.number(), how);
    if (result < 0 && result != -Errno.ENOTCONN) {
      throw new LinuxException("shutdown", -result);
    }
  }

  /** Makes the close that follows send a RST; see SO_LINGER in socket(7). */
  public static void resetOnClose(Fd fd) {
    try (var arena = Arena.ofConfined()) {
      var linger = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 0);
      Syscalls.setsockopt(fd.number(), SOL_SOCKET, SO_LINGER, linger, 8);
    }
  }

  /** Sets SO_SNDBUF and SO_RCVBUF, in bytes; 0 leaves one as it is. The kernel doubles both. */
  public static void buffers(Fd fd, int send, int receive) throws LinuxException {
    if (send > 0) {
      option(fd, SOL_SOCKET, SO_SNDBUF, send);
    }
    if (receive > 0) {
      option(fd, SOL_SOCKET, SO_RCVBUF, receive);
    }
  }

  private static void option(Fd fd, int level, int name, int value) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var segment = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      int result = Syscalls.setsockopt(fd.number(), level, name, segment, 4);
      if (result < 0) {
        throw new LinuxException("setsockopt " + level + '/' + name, -result);
      }
    }
  }
}
