package io.netsvc.inetd.config;

import java.util.Locale;
import java.util.Optional;

/** What a service's socket speaks, and over which address families. */
public enum Protocol {
  /** TCP over IPv4 and IPv6, each with its own socket. */
  TCP,
  /** TCP over IPv4 alone. */
  TCP4,
  /** TCP over IPv6 alone. */
  TCP6,
  /** TCP over IPv6, where IPv4 clients appear with mapped addresses. */
  TCP46,
  /** UDP over IPv4 and IPv6, each with its own socket. */
  UDP,
  /** UDP over IPv4 alone. */
  UDP4,
  /** UDP over IPv6 alone. */
  UDP6,
  /** UDP over IPv6, where IPv4 clients appear with mapped addresses. */
  UDP46,
  /** A Unix-domain socket, whose service is a path. */
  UNIX;

  /** {@return the protocol of that word} */
  static Optional<Protocol> of(String keyword) {
    for (var protocol : values()) {
      if (protocol.keyword().equals(keyword)) {
        return Optional.of(protocol);
      }
    }
    return Optional.empty();
  }

  /** {@return the word in the file} */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the protocol's name in the services database: {@code tcp} or {@code udp}; {@code unix},
   * which that database does not have, for {@link #UNIX}}
   */
  public String services() {
    return switch (this) {
      case TCP, TCP4, TCP6, TCP46 -> "tcp";
      case UDP, UDP4, UDP6, UDP46 -> "udp";
      case UNIX -> "unix";
    };
  }

  /** Returns whether sockets of this protocol can be of that type. */
  boolean carries(SocketType type) {
    return switch (services()) {
      case "tcp" -> type == SocketType.STREAM;
      case "udp" -> type == SocketType.DGRAM;
      default -> true;
    };
  }
}
