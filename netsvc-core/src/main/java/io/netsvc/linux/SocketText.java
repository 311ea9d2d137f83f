package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** The socket options that are a text: socket(7), tcp(7). */
public enum SocketText {
  DEVICE("SO_BINDTODEVICE", 1, 25),
  CONGESTION_CONTROL("TCP_CONGESTION", 6, 13);

  /** IFNAMSIZ and TCP_CA_NAME_MAX, both with the NUL. */
  private static final int MAX = 16;

  private final String name;
  private final int level;
  private final int number;

  SocketText(String name, int level, int number) {
    this.name = name;
    this.level = level;
    this.number = number;
  }

  /** Sets the option; see setsockopt(2). */
  public void set(Fd fd, String value) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var segment = arena.allocateFrom(value);
      int length = (int) segment.byteSize() - 1;
      int result = Syscalls.setsockopt(fd.number(), level, number, segment, length);
      if (result < 0) {
        throw new LinuxException("setsockopt " + name + '=' + value, -result);
      }
    }
  }

  /** Returns the value, empty if none is set; see getsockopt(2). */
  public String get(Fd fd) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var segment = arena.allocate(MAX + 1);
      var length = arena.allocateFrom(ValueLayout.JAVA_INT, MAX);
      int result = Syscalls.getsockopt(fd.number(), level, number, segment, length);
      if (result < 0) {
        throw new LinuxException("getsockopt " + name, -result);
      }
      return segment.getString(0);
    }
  }
}
