package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Listener;
import io.netsvc.net.ServiceResolver;
import io.netsvc.net.Upstream;
import java.io.IOException;
import java.util.Optional;

/** A listener whose clients say where they want to go: to a proxy, or in their TLS greeting. */
final class RoutingEnd implements End {
  private final ListenEnd listening;
  private final Upstream upstream;

  private RoutingEnd(ListenEnd listening, Upstream upstream) {
    this.listening = listening;
    this.upstream = upstream;
  }

  /** Makes one from the options of its URI. */
  static End of(
      String uri, String scheme, Endpoint place, EndOptions options, ServiceResolver services) {
    var upstream =
        switch (scheme) {
          case "socks-listen" -> proxy(ProxyServer.socks(), options);
          case "connect-listen" -> proxy(ProxyServer.http(), options);
          default -> routes(options, services);
        };
    return new RoutingEnd(ListenEnd.of(uri, place, false, options), upstream);
  }

  private static Upstream proxy(ProxyServer server, EndOptions options) {
    var connector = connector(options);
    var user = options.text("user");
    var password = options.text("password");
    if (user.isPresent() != password.isPresent()) {
      throw options.wrong("user", user.orElse(""), "expected a user and a password, or neither");
    }
    try {
      var asking =
          user.isPresent() ? server.withCredentials(user.get(), password.orElseThrow()) : server;
      return asking.upstream(target -> connector.connect(target.host(), target.port()));
    } catch (IllegalArgumentException e) {
      throw options.wrong("user", user.orElse(""), String.valueOf(e.getMessage()));
    }
  }

  private static Connector connector(EndOptions options) {
    var timeout = options.seconds("timeout");
    var source = ConnectEnd.source(options);
    return Connector.of(
        o -> {
          var all = timeout.isPresent() ? o.withTimeout(timeout.get()) : o;
          return source.isPresent() ? all.withSource(source.get()) : all;
        });
  }

  private static Upstream routes(EndOptions options, ServiceResolver services) {
    var connector = connector(options);
    var routes = SniRoutes.none();
    for (var route : options.all("route")) {
      int comma = route.indexOf(',');
      if (comma < 0) {
        throw options.wrong("route", route, "expected a name, a comma and where to");
      }
      var to = upstream(route.substring(comma + 1), connector, options, services);
      try {
        routes = routes.withRoute(route.substring(0, comma), to);
      } catch (IllegalArgumentException e) {
        throw options.wrong("route", route, String.valueOf(e.getMessage()));
      }
    }
    var otherwise = options.text("default");
    return otherwise.isPresent()
        ? routes.withDefault(upstream(otherwise.get(), connector, options, services))
        : routes;
  }

  private static Upstream upstream(
      String text, Connector connector, EndOptions options, ServiceResolver services) {
    try {
      var address = ConnectEnd.address(Endpoint.parse(text, services));
      return () -> connector.connect(address);
    } catch (IllegalArgumentException e) {
      throw options.wrong("route", text, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<Listener> listener() throws IOException {
    return listening.listener();
  }

  @Override
  public Optional<Upstream> upstream() {
    return Optional.of(upstream);
  }

  @Override
  public Connection open() throws IOException, InterruptedException {
    return listening.open();
  }

  @Override
  public boolean accepts() {
    return true;
  }

  @Override
  public Connection greet(Connection accepted) throws IOException {
    return listening.greet(accepted);
  }

  @Override
  public void close() {
    listening.close();
  }

  @Override
  public String toString() {
    return listening.toString();
  }
}
