package io.netsvc.inetd.config;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Where a service is to be had. Nothing is resolved.
 *
 * @param type the socket type
 * @param protocol the protocol
 * @param hosts names and addresses, without brackets; empty means all
 * @param service a port from 1 to 65535 or a service's name; with {@link Protocol#UNIX} a path, or
 *     {@code @} and an abstract name
 */
public record Listen(SocketType type, Protocol protocol, List<String> hosts, String service) {

  /** Copies the hosts. */
  public Listen {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(protocol, "protocol");
    Objects.requireNonNull(service, "service");
    hosts = List.copyOf(hosts);
  }

  /** {@return TCP at all addresses} */
  public static Listen tcp(String service, String... hosts) {
    return new Listen(SocketType.STREAM, Protocol.TCP, List.of(hosts), service);
  }

  /** {@return UDP at all addresses} */
  public static Listen udp(String service, String... hosts) {
    return new Listen(SocketType.DGRAM, Protocol.UDP, List.of(hosts), service);
  }

  /** {@return a Unix stream socket} */
  public static Listen unix(String path) {
    return new Listen(SocketType.STREAM, Protocol.UNIX, List.of(), path);
  }

  /** {@return the service and protocol for logs, such as {@code 8081/tcp}; the path of a Unix socket} */
  public String name() {
    return protocol == Protocol.UNIX ? service : service + '/' + protocol.keyword();
  }

  /** {@return the port, if the service is a number} */
  public OptionalInt port() {
    return protocol == Protocol.UNIX ? OptionalInt.empty() : Numbers.parse(service);
  }
}
