package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** The socket options that are an int: socket(7), ip(7), ipv6(7), tcp(7), udp(7). */
public enum SocketOption {
  DEBUG("SO_DEBUG", Level.SOCKET, 1),
  REUSE_ADDRESS("SO_REUSEADDR", Level.SOCKET, 2),
  BROADCAST("SO_BROADCAST", Level.SOCKET, 6),
  SEND_BUFFER("SO_SNDBUF", Level.SOCKET, 7),
  RECEIVE_BUFFER("SO_RCVBUF", Level.SOCKET, 8),
  KEEP_ALIVE("SO_KEEPALIVE", Level.SOCKET, 9),
  REUSE_PORT("SO_REUSEPORT", Level.SOCKET, 15),
  MARK("SO_MARK", Level.SOCKET, 36),
  TYPE_OF_SERVICE("IP_TOS", Level.IP, 1),
  TIME_TO_LIVE("IP_TTL", Level.IP, 2),
  MIN_TIME_TO_LIVE("IP_MINTTL", Level.IP, 21),
  FREE_BIND("IP_FREEBIND", Level.IP, 15),
  PACKET_INFO("IP_PKTINFO", Level.IP, 8),
  TRANSPARENT("IP_TRANSPARENT", Level.IP, 19),
  BIND_ADDRESS_NO_PORT("IP_BIND_ADDRESS_NO_PORT", Level.IP, 24),
  IPV6_TIME_TO_LIVE("IPV6_UNICAST_HOPS", Level.IPV6, 16),
  IPV6_ONLY("IPV6_V6ONLY", Level.IPV6, 26),
  IPV6_PACKET_INFO("IPV6_RECVPKTINFO", Level.IPV6, 49),
  IPV6_TYPE_OF_SERVICE("IPV6_TCLASS", Level.IPV6, 67),
  IPV6_MIN_TIME_TO_LIVE("IPV6_MINHOPCOUNT", Level.IPV6, 73),
  IPV6_TRANSPARENT("IPV6_TRANSPARENT", Level.IPV6, 75),
  IPV6_FREE_BIND("IPV6_FREEBIND", Level.IPV6, 78),
  NO_DELAY("TCP_NODELAY", Level.TCP, 1),
  KEEP_IDLE("TCP_KEEPIDLE", Level.TCP, 4),
  KEEP_INTERVAL("TCP_KEEPINTVL", Level.TCP, 5),
  KEEP_COUNT("TCP_KEEPCNT", Level.TCP, 6),
  DEFER_ACCEPT("TCP_DEFER_ACCEPT", Level.TCP, 9),
  USER_TIMEOUT("TCP_USER_TIMEOUT", Level.TCP, 18),
  FAST_OPEN("TCP_FASTOPEN", Level.TCP, 23),
  FAST_OPEN_CONNECT("TCP_FASTOPEN_CONNECT", Level.TCP, 30),
  /** Several datagrams of one sender arrive as one, with the length of each; of UDP sockets only. */
  JOINED_RECEIVE("UDP_GRO", Level.UDP, 104),
  /** SOCK_STREAM and so on; cannot be set. */
  TYPE("SO_TYPE", Level.SOCKET, 3),
  /** Whether it listens; cannot be set. */
  ACCEPTING("SO_ACCEPTCONN", Level.SOCKET, 30),
  /** IPPROTO_TCP and so on; cannot be set. */
  PROTOCOL("SO_PROTOCOL", Level.SOCKET, 38),
  /** AF_INET and so on; cannot be set. */
  DOMAIN("SO_DOMAIN", Level.SOCKET, 39);

  private static final class Level {
    static final int IP = 0;
    static final int SOCKET = 1;
    static final int TCP = 6;
    static final int UDP = 17;
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
