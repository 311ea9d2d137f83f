package io.netsvc.sockets;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/** A filter in the language of ss(8). */
public final class SocketFilter {
  private final Optional<Set<SocketState>> states;
  private final Predicate<SocketEntry> predicate;
  private final OptionalInt localPort;

  SocketFilter(
      Optional<Set<SocketState>> states, Predicate<SocketEntry> predicate, OptionalInt localPort) {
    this.states = states;
    this.predicate = predicate;
    this.localPort = localPort;
  }

  /** {@return a filter for IP sockets with a local port} */
  static SocketFilter localPort(int port) {
    return new SocketFilter(
        Optional.empty(),
        entry -> entry instanceof InetEntry inet && inet.local().getPort() == port,
        OptionalInt.of(port));
  }

  /** {@return whether an entry is one that this filter takes, whatever its state} */
  boolean test(SocketEntry entry) {
    return predicate.test(entry);
  }

  /** {@return the states that it takes, if it says so} */
  Optional<Set<SocketState>> states() {
    return states;
  }

  /** {@return the local port without which it takes no socket, for the kernel to look for} */
  OptionalInt localPort() {
    return localPort;
  }
}
