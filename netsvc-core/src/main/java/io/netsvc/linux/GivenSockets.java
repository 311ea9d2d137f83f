package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.util.Optional;

/** Sockets that somebody else opened and gave to this process, at numbers of theirs. */
public final class GivenSockets {
  private static final int F_GETFD = 1;
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;
  private static final int LAST_STANDARD = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_UDP = 17;
  private static final int IPPROTO_MPTCP = 262;

  private GivenSockets() {}

  /**
   * Has programs that this process starts not inherit an fd.
   *
   * @throws LinuxException if none is open at the number
   */
  public static void closeOnExec(int number) throws LinuxException {
    int flags = Syscalls.fcntl(number, F_GETFD, 0);
    int result = flags < 0 ? flags : Syscalls.fcntl(number, F_SETFD, flags | FD_CLOEXEC);
    if (result < 0) {
      throw new LinuxException("fd " + number, -result);
    }
  }

  /** {@return what an fd is instead of a stream socket that listens; empty if it is one} */
  public static Optional<String> notListening(int number) throws LinuxException {
    var fd = new Fd(number);
    int type;
    try {
      type = SocketOption.TYPE.get(fd);
    } catch (LinuxException e) {
      return switch (e.errno()) {
        case Errno.ENOTSOCK -> Optional.of("not a socket");
        case Errno.EBADF -> Optional.of("not open");
        default -> throw e;
      };
    }
    if (type != SOCK_STREAM) {
      return Optional.of(type == SOCK_DGRAM ? "a datagram socket" : "a socket of type " + type);
    }
    int family = SocketOption.DOMAIN.get(fd);
    int protocol = SocketOption.PROTOCOL.get(fd);
    boolean known =
        switch (family) {
          case SocketAddresses.AF_UNIX -> true;
          case SocketAddresses.AF_INET, SocketAddresses.AF_INET6 ->
              protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
          default -> false;
        };
    if (!known) {
      return Optional.of("a socket of address family " + family + ", protocol " + protocol);
    }
    return SocketOption.ACCEPTING.get(fd) == 1
        ? Optional.empty()
        : Optional.of("a socket that does not listen");
  }

  /** {@return whether an fd is a bound datagram socket, UDP or Unix} */
  public static boolean isDatagram(int number) {
    var fd = new Fd(number);
    try {
      return SocketOption.TYPE.get(fd) == SOCK_DGRAM
          && switch (SocketOption.DOMAIN.get(fd)) {
            case SocketAddresses.AF_UNIX -> true;
            case SocketAddresses.AF_INET, SocketAddresses.AF_INET6 ->
                SocketOption.PROTOCOL.get(fd) == IPPROTO_UDP;
            default -> false;
          };
    } catch (LinuxException e) {
      return false;
    }
  }

  /**
   * {@return who a stream socket is connected to; empty if the fd is none that is connected}
   *
   * @throws LinuxException if no fd is open at the number
   */
  public static Optional<SocketAddress> peer(int number) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var address = arena.allocate(SocketAddresses.MAX, 8);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketAddresses.MAX);
      int result = Syscalls.getpeername(number, address, length);
      if (result == -Errno.EBADF) {
        throw new LinuxException("fd " + number, -result);
      }
      return result < 0 || SocketOption.TYPE.get(new Fd(number)) != SOCK_STREAM
          ? Optional.empty()
          : Optional.of(SocketAddresses.decode(address, length.get(ValueLayout.JAVA_INT, 0)));
    }
  }

  /** {@return whether an IPv6 socket takes IPv4 too} */
  public static boolean isDualStack(Fd fd) throws LinuxException {
    return SocketOption.DOMAIN.get(fd) == SocketAddresses.AF_INET6
        && SocketOption.IPV6_ONLY.get(fd) == 0;
  }

  /**
   * Takes an fd over, close-on-exec, which the caller closes. Of fds 0 to 2, which the JVM and
   * others go on to use, it takes a duplicate.
   */
  public static Fd take(int number) throws LinuxException {
    if (number <= LAST_STANDARD) {
      return Fd.duplicate(number, LAST_STANDARD + 1);
    }
    closeOnExec(number);
    return new Fd(number);
  }
}
