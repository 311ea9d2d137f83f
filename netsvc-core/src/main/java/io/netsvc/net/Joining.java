package io.netsvc.net;

import java.io.IOException;

/** A way to relay two connections, which it takes over. */
@FunctionalInterface
interface Joining {
  Joined join(Connection first, Connection second, Relay.Mode mode) throws IOException;

  /** Joins connections in the best way that there is for both. */
  static Joined best(Connection first, Connection second, Relay.Mode mode) throws IOException {
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
