package io.netsvc.net;

import java.io.IOException;

/** Finds the way to relay two connections. */
final class Joining {
  private Joining() {}

  static Joined join(Connection first, Connection second, Relay.Mode mode) throws IOException {
    return joinBare(bare(first), bare(second), mode);
  }

  private static Joined joinBare(Connection first, Connection second, Relay.Mode mode)
      throws IOException {
    if (first instanceof LinuxConnection a && second instanceof LinuxConnection b) {
      return LinuxRelay.join(a, b, mode);
    }
    if (first instanceof NioConnection a && second instanceof NioConnection b) {
      return NioRelay.join(a, b);
    }
    return BlockingRelay.join(first, second);
  }

  /** The connection itself, where it was only given other addresses. */
  private static Connection bare(Connection connection) {
    return connection instanceof ProxiedConnection proxied ? proxied.bare() : connection;
  }
}
