package io.netsvc.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Where to listen or connect, as people write it. Immutable; two are equal when they print the same.
 *
 * <ul>
 *   <li>{@code tcp://127.0.0.1:8080}, {@code udp://[::1]:53}; without a scheme it is TCP
 *   <li>{@code localhost:8080}, {@code [fe80::1%eth0]:imaps}: a host and a port or service
 *   <li>{@code *:8080}, {@code :8080}, {@code 8080}: all addresses, IPv4 and IPv6
 *   <li>{@code unix:/run/x.sock}, {@code unix:@abstract}; {@code unix-dgram:} for Unix datagrams
 * </ul>
 *
 * <p>A question mark is kept for options to come: it cannot be part of a path.
 */
public final class Endpoint {

  /** What kind of socket an endpoint is. */
  public enum Scheme {
    TCP("tcp"),
    UDP("udp"),
    UNIX("unix"),
    UNIX_DATAGRAM("unix-dgram");

    private final String text;

    Scheme(String text) {
      this.text = text;
    }

    /** {@return whether it has a path instead of a host and a port} */
    public boolean isUnix() {
      return this == UNIX || this == UNIX_DATAGRAM;
    }

    /** {@return whether it is of datagrams, not of connections} */
    public boolean isDatagram() {
      return this == UDP || this == UNIX_DATAGRAM;
    }

    /** {@return the scheme as it is written, such as {@code tcp}} */
    @Override
    public String toString() {
      return text;
    }
  }

  private final Scheme scheme;
  private final String place;
  private final int port;

  private Endpoint(Scheme scheme, String place, int port) {
    this.scheme = scheme;
    this.place = place;
    this.port = port;
  }

  static Endpoint inet(Scheme scheme, String host, int port) {
    return new Endpoint(scheme, host, port);
  }

  static Endpoint unix(Scheme scheme, String path) {
    return new Endpoint(scheme, path, 0);
  }

  /**
   * Reads an endpoint whose port, if it has one, is a number. No name is looked up.
   *
   * @throws IllegalArgumentException naming the part that is wrong, what was read and what is
   *     allowed, in one line
   */
  public static Endpoint parse(String text) {
    return EndpointParser.parse(
        text,
        (_, _) -> {
          throw new IllegalArgumentException("expected a number from 0 to 65535");
        });
  }

  /** As {@link #parse(String)}, with ports that may be names of services. */
  public static Endpoint parse(String text, ServiceResolver services) {
    return EndpointParser.parse(text, Objects.requireNonNull(services, "services"));
  }

  /** {@return what kind of socket it is} */
  public Scheme scheme() {
    return scheme;
  }

  /** {@return the host as written, without brackets; empty for all addresses and for Unix} */
  public String host() {
    return scheme.isUnix() ? "" : place;
  }

  /** {@return the port, 0 to 65535; 0 for Unix} */
  public int port() {
    return port;
  }

  /** {@return the path, or {@code @} and an abstract name; empty unless Unix} */
  public String path() {
    return scheme.isUnix() ? place : "";
  }

  /**
   * Looks the host up, which blocks if it is a name; not on an event loop.
   *
   * @return its addresses in the system's order, at least one; for all addresses {@code 0.0.0.0}
   *     and {@code ::}
   * @throws UnknownHostException if there is no such host, or nobody can tell now
   */
  public List<SocketAddress> resolve() throws UnknownHostException {
    if (scheme.isUnix()) {
      return List.of(UnixDomainSocketAddress.of(place));
    }
    if (place.isEmpty()) {
      return List.of(
          new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port),
          new InetSocketAddress(InetAddress.ofLiteral("::"), port));
    }
    var found = new ArrayList<SocketAddress>();
    for (var address : addresses()) {
      found.add(new InetSocketAddress(address, port));
    }
    return List.copyOf(found);
  }

  private InetAddress[] addresses() throws UnknownHostException {
    try {
      return InetAddress.getAllByName(place);
    } catch (UnknownHostException e) {
      var placed = new UnknownHostException("resolve " + this + ": " + e.getMessage());
      placed.initCause(e);
      throw placed;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Endpoint that
        && scheme == that.scheme
        && port == that.port
        && place.equals(that.place);
  }

  @Override
  public int hashCode() {
    return Objects.hash(scheme, place, port);
  }

  /** {@return the endpoint with its scheme, for {@link #parse(String)} to read} */
  @Override
  public String toString() {
    if (scheme.isUnix()) {
      return scheme + ":" + place;
    }
    var host = place.isEmpty() ? "*" : place.indexOf(':') >= 0 ? '[' + place + ']' : place;
    return scheme + "://" + host + ':' + port;
  }
}
