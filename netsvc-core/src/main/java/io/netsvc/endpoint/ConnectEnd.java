package io.netsvc.endpoint;

import io.netsvc.net.ConnectOptions;
import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.ProxyHeader;
import io.netsvc.net.ServiceResolver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * A place to connect to, over TCP or a Unix stream socket, straight or through a proxy.
 */
final class ConnectEnd implements End {
  private final String name;
  private final Connector connector;
  private final Endpoint place;
  private final Optional<Via> via;
  private final Optional<ProxyHeader.Version> proxyHeader;
  private final Optional<Tls> tls;

  private ConnectEnd(
      String name,
      Connector connector,
      Endpoint place,
      Optional<Via> via,
      Optional<ProxyHeader.Version> proxyHeader,
      Optional<Tls> tls) {
    this.name = name;
    this.connector = connector;
    this.place = place;
    this.via = via;
    this.proxyHeader = proxyHeader;
    this.tls = tls;
  }

  /** Makes one from the options of its URI. */
  static End of(
      String uri, Endpoint place, boolean secure, EndOptions options, ServiceResolver services) {
    var source = source(options);
    var timeout = options.seconds("timeout");
    var retries = options.number("retry", 0, 1000);
    var interval = options.seconds("interval");
    var device = options.text("device");
    boolean noDelay = options.flag("nodelay", true);
    boolean keepAlive = options.flag("keepalive", false);
    var via = options.text("via").map(text -> Via.parse(text, options, services));
    if (via.isPresent() && (place.scheme().isUnix() || place.host().isEmpty() || place.port() == 0)) {
      throw options.failed("a proxy (via) needs a host and a port to connect to", null);
    }
    var header = options.text("proxy-protocol").map(version -> version(version, options));
    var connector =
        Connector.of(
            o -> {
              ConnectOptions all = o;
              all = timeout.isPresent() ? all.withTimeout(timeout.get()) : all;
              all = source.isPresent() ? all.withSource(source.get()) : all;
              all =
                  retries.isPresent()
                      ? all.withRetries(retries.getAsInt(), interval.orElse(Duration.ofSeconds(1)))
                      : all;
              all = device.isPresent() ? all.withDevice(device.get()) : all;
              all = noDelay ? all : all.withNoDelay(false);
              return keepAlive ? all.withKeepAlive(true) : all;
            });
    var tls = secure ? Optional.of(TlsUri.client(options)) : Optional.<Tls>empty();
    return new ConnectEnd(uri, connector, place, via, header, tls);
  }

  private static ProxyHeader.Version version(String text, EndOptions options) {
    return switch (text) {
      case "v1" -> ProxyHeader.Version.V1;
      case "v2", "yes" -> ProxyHeader.Version.V2;
      default -> throw options.wrong("proxy-protocol", text, "expected v1 or v2");
    };
  }

  /** An address to connect from: a literal, with a port or without. */
  static Optional<SocketAddress> source(EndOptions options) {
    return options
        .text("source")
        .map(
            text -> {
              try {
                boolean bare = text.indexOf(':') < 0 || (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("["));
                if (bare) {
                  return new InetSocketAddress(InetAddress.ofLiteral(text), 0);
                }
                var place = Endpoint.parse(text);
                return new InetSocketAddress(InetAddress.ofLiteral(place.host()), place.port());
              } catch (IllegalArgumentException e) {
                throw options.wrong("source", text, "expected an address, with or without a port");
              }
            });
  }

  static SocketAddress address(Endpoint place) {
    return place.scheme().isUnix()
        ? UnixDomainSocketAddress.of(place.path())
        : InetSocketAddress.createUnresolved(
            place.host().isEmpty() ? "localhost" : place.host(), place.port());
  }

  @Override
  public Connection open() throws IOException, InterruptedException {
    var connection =
        via.isPresent()
            ? via.get().connect(connector, place.host(), place.port())
            : connector.connect(address(place));
    try {
      if (proxyHeader.isPresent()) {
        // Whose connection it is nobody told this end: its own.
        ProxyHeader.local().withVersion(proxyHeader.get()).write(connection);
      }
      return tls.isPresent()
          ? tls.get().connect(connection, place.host().isEmpty() ? "localhost" : place.host(), place.port())
          : connection;
    } catch (IOException | RuntimeException e) {
      connection.abort();
      throw e;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
