package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sockets that we open ourselves, so that a child can have them; all are close-on-exec. */
public final class Sockets {
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final byte TCP_CLOSE = 7;
  private static final long SIOCOUTQ = 0x5411;
  private static final int SO_LINGER = 13;
  private static final int IPPROTO_MPTCP = 262;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** shutdown(2): no more reads. */
  public static final int SHUT_RD = 0;

  /** shutdown(2): no more writes. */
  public static final int SHUT_WR = 1;

  private Sockets() {}

  /** What connections are made of. */
  public enum Kind {
    STREAM,
    /** MPTCP where the kernel has it, and TCP otherwise. */
    MULTIPATH,
    /** SOCK_SEQPACKET of unix(7). */
    PACKETS
  }

  /** Prepares a socket. */
  @FunctionalInterface
  public interface Setup {

    /** Runs when the socket is open, and before the bind. */
    void opened(Fd fd) throws IOException;

    /** Runs after the bind, when nobody can connect yet. */
    default void bound(Fd fd) throws IOException {}
  }

  /**
   * Opens a listening socket that does not block.
   *
   * @throws LinuxException a {@link LinuxException#isBind bind} if the address cannot be had
   */
  public static Fd listen(SocketAddress address, int backlog, Kind kind, Setup setup)
      throws IOException {
    var fd = bound(address, connectable(address, kind), setup);
    int result = Syscalls.listen(fd.number(), backlog);
    if (result < 0) {
      fd.close();
      throw LinuxException.bind("listen", address, -result);
    }
    return fd;
  }

  /** Opens a bound datagram socket that does not block; throws as {@link #listen} does. */
  public static Fd datagram(SocketAddress address, Setup setup) throws IOException {
    return bound(address, open(address, SOCK_DGRAM | SOCK_NONBLOCK, 0), setup);
  }

  /**
   * Opens a datagram socket that is connected and does not block. A Unix one is bound as well, to an
   * abstract name that the kernel chooses, for else nobody could answer it.
   */
  public static Fd connectedDatagram(SocketAddress to) throws IOException {
    var fd = open(to, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    try (var arena = Arena.ofConfined()) {
      if (to instanceof UnixDomainSocketAddress) {
        var unnamed = SocketAddresses.encode(UnixDomainSocketAddress.of(""), arena);
        int result = Syscalls.bind(fd.number(), unnamed, (int) unnamed.byteSize());
        if (result < 0) {
          throw new LinuxException("bind for " + to, -result);
        }
      }
      connect(fd, to);
      return fd;
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /**
   * Connects a bound datagram socket: it sends to that peer alone, and the kernel refuses what others
   * send there from now on.
   */
  public static void connect(Fd fd, SocketAddress to) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var encoded = SocketAddresses.encode(to, arena);
      int result = Syscalls.connect(fd.number(), encoded, (int) encoded.byteSize());
      if (result < 0) {
        throw new LinuxException("connect " + to, -result);
      }
    }
  }

  /** Sets options in the map's order. */
  public static void set(Fd fd, Map<SocketOption, Integer> options) throws LinuxException {
    for (var option : options.entrySet()) {
      option.getKey().set(fd, option.getValue());
    }
  }

  /** Opens a socket for connections that does not block, for an address of its family. */
  static Fd connectable(SocketAddress address, Kind kind) throws LinuxException {
    if (kind == Kind.PACKETS) {
      return open(address, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
    }
    if (kind == Kind.MULTIPATH && SocketAddresses.family(address) != SocketAddresses.AF_UNIX) {
      try {
        return open(address, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_MPTCP);
      } catch (LinuxException e) {
        switch (e.errno()) {
          // Not built in, switched off by net.mptcp.enabled, or from before 5.6.
          case Errno.EPROTONOSUPPORT, Errno.ENOPROTOOPT, Errno.EINVAL -> {}
          default -> throw e;
        }
      }
    }
    return open(address, SOCK_STREAM | SOCK_NONBLOCK, 0);
  }

  private static Fd open(SocketAddress address, int type, int protocol) throws LinuxException {
    int family = SocketAddresses.family(address);
    return Fd.opened("socket " + address, Syscalls.socket(family, type | SOCK_CLOEXEC, protocol));
  }

  private static Fd bound(SocketAddress address, Fd fd, Setup setup) throws IOException {
    try (var arena = Arena.ofConfined()) {
      setup.opened(fd);
      var encoded = SocketAddresses.encode(address, arena);
      int result = Syscalls.bind(fd.number(), encoded, (int) encoded.byteSize());
      if (result < 0) {
        throw LinuxException.bind("bind", address, -result);
      }
      setup.bound(fd);
      return fd;
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /** An accepted connection, in blocking mode, and its peer. */
  public record Accepted(Fd fd, SocketAddress peer) {}

  /** Two sockets that are each other's peer. */
  public record Pair(Fd first, Fd second) {}

  /** Opens two Unix stream sockets that are connected, in blocking mode: socketpair(2). */
  public static Pair pair() throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result =
          Syscalls.socketpair(SocketAddresses.AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
      if (result < 0) {
        throw new LinuxException("socketpair", -result);
      }
      return new Pair(
          new Fd(ends.getAtIndex(ValueLayout.JAVA_INT, 0)),
          new Fd(ends.getAtIndex(ValueLayout.JAVA_INT, 1)));
    }
  }

  /**
   * Accepts one connection; null when none waits any more. The peer's address is asked for here
   * because getpeername(2) no longer tells it once the peer has reset the connection.
   *
   * @throws LinuxException with accept(2)'s errno, such as EMFILE
   */
  public static @Nullable Accepted accept(Fd listener) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var address = arena.allocate(SocketAddresses.MAX, 8);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketAddresses.MAX);
      int result = Syscalls.accept4(listener.number(), address, length, SOCK_CLOEXEC);
      if (result < 0 && passing(-result)) {
        return null;
      }
      return new Accepted(
          Fd.opened("accept", result),
          SocketAddresses.decode(address, length.get(ValueLayout.JAVA_INT, 0)));
    }
  }

  /**
   * Whether an accept failed for lack of a client: none waits, it is gone again, or the network
   * failed it. accept(2) says to treat all of these like EAGAIN.
   */
  static boolean passing(int errno) {
    return switch (errno) {
      case Errno.EAGAIN,
          Errno.EINTR,
          Errno.EPERM,
          Errno.ENONET,
          Errno.EPROTO,
          Errno.ENOPROTOOPT,
          Errno.ENETDOWN,
          Errno.ENETUNREACH,
          Errno.ECONNABORTED,
          Errno.EHOSTDOWN,
          Errno.EHOSTUNREACH ->
          true;
      default -> false;
    };
  }

  /**
   * Loads what a failing accept needs. Without an fd left no class can be loaded from a directory,
   * and an accept that cannot even fail would keep a loop busy.
   */
  public static void prepareToFail() {
    var exhausted = new LinuxException("accept", Errno.EMFILE);
    if (exhausted.errno() != Errno.EMFILE) {
      throw new AssertionError(exhausted);
    }
  }

  /** Returns the address that a socket is bound to. */
  public static SocketAddress localAddress(Fd fd) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var address = arena.allocate(SocketAddresses.MAX, 8);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketAddresses.MAX);
      int result = Syscalls.getsockname(fd.number(), address, length);
      if (result < 0) {
        throw new LinuxException("getsockname", -result);
      }
      return SocketAddresses.decode(address, length.get(ValueLayout.JAVA_INT, 0));
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

  /** {@return whether a TCP connection is closed for both sides, by a RST; TCP_INFO of tcp(7)} */
  private static boolean isOver(Fd fd) {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(ValueLayout.JAVA_BYTE);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      int result = Syscalls.getsockopt(fd.number(), IPPROTO_TCP, TCP_INFO, state, length);
      return result == 0 && state.get(ValueLayout.JAVA_BYTE, 0) == TCP_CLOSE;
    }
  }

  /**
   * {@return whether the peer has not acknowledged all that was sent, and still could; SIOCOUTQ of
   * tcp(7), which a RST leaves as it was}
   */
  static boolean unsent(Fd fd) {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(ValueLayout.JAVA_INT);
      int result = Syscalls.ioctl(fd.number(), SIOCOUTQ, count);
      return result == 0 && count.get(ValueLayout.JAVA_INT, 0) > 0 && !isOver(fd);
    }
  }

  /** Makes the close that follows send a RST; see SO_LINGER in socket(7). */
  public static void resetOnClose(Fd fd) {
    try (var arena = Arena.ofConfined()) {
      var linger = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 0);
      Syscalls.setsockopt(fd.number(), SOL_SOCKET, SO_LINGER, linger, 8);
    }
  }
}
