package io.netsvc.cli;

import io.netsvc.net.AddressText;
import io.netsvc.net.Endpoint;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Addresses as people type them. */
final class Endpoints {
  private Endpoints() {}

  /** Returns the host and the port of an endpoint, without its scheme. */
  static String text(Endpoint place) {
    var text = place.toString();
    return text.substring(text.indexOf("//") + 2);
  }

  /** Returns what {@link io.netsvc.net.Endpoint} reads, such as {@code 127.0.0.1:80} or {@code unix:/x}. */
  static String text(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet when inet.getAddress() instanceof Inet6Address six ->
          '[' + AddressText.of(six) + "]:" + inet.getPort();
      case InetSocketAddress inet -> inet.getHostString() + ':' + inet.getPort();
      case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
      default -> address.toString();
    };
  }
}
