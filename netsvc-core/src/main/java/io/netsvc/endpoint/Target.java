package io.netsvc.endpoint;

import io.netsvc.net.AddressText;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a proxy is to connect to. Targets are immutable.
 *
 * @param host a name of up to 255 ASCII letters, digits, hyphens, underscores and dots, as it was
 *     given; or an address, of which there is one spelling, whichever it was given in, and no brackets
 * @param port 1 to 65535
 */
public record Target(String host, int port) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if either is not as said; IPv6 addresses may be in brackets, but
   *     have no zone, which means nothing to another machine
   */
  public Target {
    var address = literal(unbracketed(host));
    if (address == null && !NAME.matcher(host).matches()) {
      throw new IllegalArgumentException("host is no name and no address");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
    host = address == null ? host : AddressText.of(address);
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") && host.indexOf(':') >= 0
        ? host.substring(1, host.length() - 1)
        : host;
  }

  private static @Nullable InetAddress literal(String host) {
    if (host.indexOf('%') >= 0) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null; // a name
    }
  }

  /** {@return the address, if the host is one; nothing is looked up} */
  public Optional<InetAddress> address() {
    return Optional.ofNullable(literal(host));
  }

  /** {@return host and port, with brackets for IPv6: RFC 3986 section 3.2.2} */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
  }
}
