package io.netsvc.sockets;

import java.net.StandardProtocolFamily;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The one kind of {@link SocketQuery}. */
record SocketSelection(
    Set<SocketProtocol> protocols,
    Set<StandardProtocolFamily> families,
    OptionalInt states,
    boolean waiting,
    OptionalInt localPort,
    Optional<SocketFilter> filter,
    boolean memory)
    implements SocketQuery {

  static final SocketSelection ALL =
      new SocketSelection(
          EnumSet.allOf(SocketProtocol.class),
          EnumSet.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6),
          OptionalInt.empty(),
          false,
          OptionalInt.empty(),
          Optional.empty(),
          false);

  @Override
  public SocketQuery withProtocols(Set<SocketProtocol> only) {
    return new SocketSelection(Set.copyOf(only), families, states, waiting, localPort, filter, memory);
  }

  @Override
  public SocketQuery withFamilies(Set<StandardProtocolFamily> only) {
    return new SocketSelection(protocols, Set.copyOf(only), states, waiting, localPort, filter, memory);
  }

  @Override
  public SocketQuery withStates(Set<SocketState> only) {
    return new SocketSelection(
        protocols, families, OptionalInt.of(SocketState.bits(only)), false, localPort, filter, memory);
  }

  @Override
  public SocketQuery withWaiting() {
    return new SocketSelection(protocols, families, OptionalInt.empty(), true, localPort, filter, memory);
  }

  @Override
  public SocketQuery withLocalPort(int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
    return new SocketSelection(
        protocols, families, states, waiting, OptionalInt.of(port), filter, memory);
  }

  @Override
  public SocketQuery withFilter(SocketFilter only) {
    return new SocketSelection(protocols, families, states, waiting, localPort, Optional.of(only), memory);
  }

  @Override
  public SocketQuery withMemory() {
    return new SocketSelection(protocols, families, states, waiting, localPort, filter, true);
  }

  /** {@return the states that the sockets of a protocol may be in, as the kernel's bits} */
  int bits(SocketProtocol protocol) {
    if (filter.isPresent() && filter.get().stateBits().isPresent()) {
      return filter.get().stateBits().getAsInt();
    }
    if (states.isPresent()) {
      return states.getAsInt();
    }
    if (!waiting) {
      return -1;
    }
    return switch (protocol) {
      case UDP, RAW, UNIX_DATAGRAM -> SocketState.CLOSED.bit();
      default -> SocketState.LISTENING.bit();
    };
  }

  /** {@return the port that the kernel may look for} */
  OptionalInt port() {
    return localPort.isPresent()
        ? localPort
        : filter.map(SocketFilter::localPort).orElse(OptionalInt.empty());
  }

  /** Whether an entry in a state that was asked for is one to list. */
  boolean takes(SocketEntry entry) {
    return protocols.contains(entry.protocol())
        && (bits(entry.protocol()) & entry.state().bit()) != 0
        && (!waiting || isNamed(entry))
        && (localPort.isEmpty() || hasPort(entry, localPort.getAsInt()))
        && (filter.isEmpty() || filter.get().test(entry));
  }

  private static boolean hasPort(SocketEntry entry, int port) {
    return entry instanceof InetEntry inet && inet.local().getPort() == port;
  }

  /** Whether anyone could reach it. */
  private static boolean isNamed(SocketEntry entry) {
    return switch (entry) {
      case InetEntry inet -> inet.local().getPort() != 0;
      case UnixEntry unix -> unix.isNamed();
    };
  }
}
