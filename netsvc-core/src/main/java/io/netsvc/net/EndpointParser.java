package io.netsvc.net;

import io.netsvc.net.Endpoint.Scheme;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads an {@link Endpoint}. */
final class EndpointParser {
  /** What sun_path of unix(7) holds beside its NUL. */
  private static final int MAX_PATH = 107;

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)", Pattern.DOTALL);
  private static final Pattern UNIX = Pattern.compile("(?i)(unix(?:-dgram)?):(.*)", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final Pattern DOTTED = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})(?:\\.(?!$)|$)){4}");
  private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private final String text;
  private final ServiceResolver services;

  private EndpointParser(String text, ServiceResolver services) {
    this.text = text;
    this.services = services;
  }

  static Endpoint parse(String text, ServiceResolver services) {
    return new EndpointParser(text, services).endpoint();
  }

  private Endpoint endpoint() {
    var unix = UNIX.matcher(text);
    if (unix.matches()) {
      return unix(scheme(unix.group(1)), unix.group(2));
    }
    var url = SCHEME.matcher(text);
    return url.matches() ? inet(scheme(url.group(1)), url.group(2)) : inet(Scheme.TCP, text);
  }

  private Scheme scheme(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "tcp" -> Scheme.TCP;
      case "udp" -> Scheme.UDP;
      case "unix" -> Scheme.UNIX;
      case "unix-dgram" -> Scheme.UNIX_DATAGRAM;
      default -> throw wrong("scheme", name, "expected tcp, udp, unix or unix-dgram");
    };
  }

  private Endpoint unix(Scheme scheme, String rest) {
    // unix:///run/x is the URI for /run/x, with an empty host.
    if (rest.startsWith("//") && !rest.startsWith("///")) {
      throw wrong("path", rest, "expected a path after " + scheme + ": or " + scheme + "://");
    }
    var path = rest.startsWith("///") ? rest.substring(2) : rest;
    if (path.isEmpty() || path.equals("@")) {
      throw wrong("path", path, "expected a path or @name");
    }
    if (path.indexOf('?') >= 0) {
      throw wrong("path", path, "there are no options yet, for which ? is kept");
    }
    int length = path.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH) {
      throw wrong("path", path, length + " bytes, but " + MAX_PATH + " at most");
    }
    try {
      var same = Path.of(path).toString();
      if (path.startsWith("@") && !same.equals(path)) {
        throw wrong("path", path, "an abstract name cannot have // or end in /");
      }
      return Endpoint.unix(scheme, same);
    } catch (InvalidPathException e) {
      throw wrong("path", path, e.getReason());
    }
  }

  private Endpoint inet(Scheme scheme, String rest) {
    if (scheme.isUnix()) {
      throw new AssertionError(text);
    }
    if (rest.indexOf('?') >= 0) {
      throw wrong("options", rest.substring(rest.indexOf('?')), "there are none yet");
    }
    if (DIGITS.matcher(rest).matches()) {
      return Endpoint.inet(scheme, "", port(scheme, rest));
    }
    int colon = rest.lastIndexOf(':');
    if (rest.startsWith("[")) {
      int end = rest.indexOf(']');
      if (end < 0) {
        throw wrong("host", rest, "expected ] after the IPv6 address");
      }
      if (end + 1 != colon) {
        throw wrong("port", rest.substring(end + 1), "expected a colon and a port after ]");
      }
      return Endpoint.inet(scheme, ipv6(rest.substring(1, end)), port(scheme, rest.substring(colon + 1)));
    }
    if (colon < 0) {
      throw wrong("port", rest, "expected a port after the host, as in localhost:8080");
    }
    if (rest.indexOf(':') != colon) {
      throw wrong("host", rest, "expected brackets around an IPv6 address, as in [::1]:8080");
    }
    return Endpoint.inet(scheme, host(rest.substring(0, colon)), port(scheme, rest.substring(colon + 1)));
  }

  private String ipv6(String host) {
    int percent = host.indexOf('%');
    var address = percent < 0 ? host : host.substring(0, percent);
    if (percent >= 0 && !ZONE.matcher(host.substring(percent + 1)).matches()) {
      throw wrong("host", host, "expected an interface after %");
    }
    try {
      if (address.indexOf(':') >= 0) {
        InetAddress.ofLiteral(address); // without the zone, which need not exist yet
        return host;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw wrong("host", host, "expected an IPv6 address in the brackets");
  }

  private String host(String host) {
    if (host.isEmpty() || host.equals("*")) {
      return "";
    }
    if (DOTTED.matcher(host).matches()) {
      try {
        if (IPV4.matcher(host).matches()) {
          InetAddress.ofLiteral(host);
          return host;
        }
      } catch (IllegalArgumentException e) {
        // Said below.
      }
      throw wrong("host", host, "expected four numbers from 0 to 255");
    }
    if (!NAME.matcher(host).matches()) {
      throw wrong("host", host, "expected a name of letters, digits, dots and hyphens, or *");
    }
    return host;
  }

  private int port(Scheme scheme, String port) {
    if (port.isEmpty()) {
      throw wrong("port", port, "expected a number from 0 to 65535 or a service");
    }
    if (DIGITS.matcher(port).matches()) {
      if (port.length() > 5 || Integer.parseInt(port) > 65_535) {
        throw wrong("port", port, "expected 0 to 65535");
      }
      return Integer.parseInt(port);
    }
    int resolved;
    try {
      resolved = services.resolve(port, scheme.toString());
    } catch (IllegalArgumentException e) {
      var message = e.getMessage();
      throw wrong("port", port, message == null ? "no such service" : message);
    }
    if (resolved < 0 || resolved > 65_535) {
      throw wrong("port", port, "the resolver gave " + resolved);
    }
    return resolved;
  }

  private IllegalArgumentException wrong(String part, String read, String why) {
    return new IllegalArgumentException(
        "endpoint \"%s\": %s: read \"%s\", %s"
            .formatted(printable(text), part, printable(read), printable(why)));
  }

  private static String printable(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }
}
