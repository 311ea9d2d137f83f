package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.ServiceResolver;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A proxy to connect through, as in {@code socks5://user:password@host:1080}.
 *
 * @param place where it listens
 * @param client what it speaks
 */
record Via(Endpoint place, ProxyClient client) {
  private static final Pattern URI =
      Pattern.compile("(?<kind>[A-Za-z0-9]+)://(?:(?<user>[^:@]*):(?<password>.*)@)?(?<place>[^@]*)");

  static Via parse(String text, EndOptions options, ServiceResolver services) {
    var matcher = URI.matcher(text);
    if (!matcher.matches()) {
      throw options.wrong("via", text, "expected socks5://host:port, with user:password@ or without");
    }
    var kind = kind(matcher.group("kind"), options);
    try {
      var client = ProxyClient.of(kind);
      if (matcher.group("user") != null) {
        client = client.withCredentials(matcher.group("user"), matcher.group("password"));
      }
      return new Via(Endpoint.parse("tcp://" + matcher.group("place"), services), client);
    } catch (IllegalArgumentException e) {
      var message = e.getMessage();
      throw options.wrong("via", matcher.group("place"), message == null ? "not a place" : message);
    }
  }

  private static ProxyClient.Kind kind(String text, EndOptions options) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "socks4" -> ProxyClient.Kind.SOCKS4;
      case "socks4a" -> ProxyClient.Kind.SOCKS4A;
      case "socks5", "socks" -> ProxyClient.Kind.SOCKS5;
      case "http" -> ProxyClient.Kind.HTTP;
      default -> throw options.wrong("via", text, "expected socks4, socks4a, socks5 or http");
    };
  }

  Connection connect(Connector connector, String host, int port)
      throws IOException, InterruptedException {
    return client.connect(connector.connect(ConnectEnd.address(place)), host, port);
  }
}
