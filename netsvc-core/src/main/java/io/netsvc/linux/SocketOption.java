package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** The socket options that are an int: socket(7), ipv6(7). */
public enum SocketOption {
  REUSE_ADDRESS("SO_REUSEADDR", Level.SOCKET, 2),
  SEND_BUFFER("SO_SNDBUF", Level.SOCKET, 7),
  RECEIVE_BUFFER("SO_RCVBUF", Level.SOCKET, 8),
  REUSE_PORT("SO_REUSEPORT", Level.SOCKET, 15),
  IPV6_ONLY("IPV6_V6ONLY", Level.IPV6, 26);

  private static final class Level {
    static final int SOCKET = 1;
    static final int IPV6 = 41;
  }

  private final String name;
  private final int level;
  private final int number;

  SocketOption(String name, int level, int number) {
    this.name = name;
    this.level = level;
    this.number = number;
  }

  /** Sets the option; see setsockopt(2). */
  public void set(Fd fd, int value) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var segment = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      int result = Syscalls.setsockopt(fd.number(), level, number, segment, Integer.BYTES);
      if (result < 0) {
        throw new LinuxException("setsockopt " + name + '=' + value, -result);
      }
    }
  }

  /** Returns what the kernel made of it; see getsockopt(2). It doubles the buffer sizes. */
  public int get(Fd fd) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var segment = arena.allocate(ValueLayout.JAVA_INT);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      int result = Syscalls.getsockopt(fd.number(), level, number, segment, length);
      if (result < 0) {
        throw new LinuxException("getsockopt " + name, -result);
      }
      return segment.get(ValueLayout.JAVA_INT, 0);
    }
  }
}
