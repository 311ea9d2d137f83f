package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.net.Connection;
import io.netsvc.net.ConnectionHandler;
import io.netsvc.net.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What serves the entries that have no program: built-in services, handlers and redirects. */
final class Internals {
  private static final Duration MUX_TIME = Duration.ofSeconds(10);

  private final InetdSettings settings;
  private final TcpmuxHandler tcpmux;
  private final ProvidedHandlers provided = ProvidedHandlers.load();

  /** @param services what runs, of which the port multiplexer serves some */
  Internals(InetdSettings settings, Supplier<List<Service>> services) {
    this.settings = settings;
    this.tcpmux = new TcpmuxHandler(services, MUX_TIME);
  }

  /** Returns whether an entry has no program. */
  static boolean serves(ServiceSpec spec) {
    return spec.internal()
        || spec.get(Attribute.REDIRECT).isPresent()
        || spec.get(Attribute.DENY_TIME).isPresent();
  }

  /** Returns what is wrong with an entry that has none. */
  Optional<String> fault(ServiceSpec spec) {
    if (spec.get(Attribute.DENY_TIME).isPresent()) {
      return Optional.empty();
    }
    try {
      if (spec.isDatagram()) {
        return Builtin.named(name(spec)).isPresent() ? Optional.empty() : Optional.of(unknown(spec));
      }
      var _ = step(spec);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static String unknown(ServiceSpec spec) {
    return "no internal service \"" + name(spec) + "\": expected echo, discard, chargen, daytime, time"
        + (spec.isDatagram() ? "" : ", tcpmux, auth or the name of a handler, registered or provided");
  }

  private static String name(ServiceSpec spec) {
    return spec.argv().getFirst();
  }

  /**
   * Returns what serves a connection.
   *
   * @throws IllegalArgumentException if nothing does
   */
  Sessions.Step step(ServiceSpec spec) {
    var redirect = spec.get(Attribute.REDIRECT);
    if (redirect.isPresent()) {
      return closing(Redirect.to(Endpoint.parse(redirect.get(), settings.services()::resolve)));
    }
    var name = name(spec);
    var registered = settings.handlers().get(name);
    if (registered != null) {
      return closing(registered);
    }
    return switch (name) {
      case "tcpmux" -> tcpmux;
      case "auth", "ident" -> closing(new IdentHandler(IdentOptions.parse(spec.argv())));
      default ->
          closing(
              Builtin.named(name)
                  .<ConnectionHandler>map(builtin -> builtin::serve)
                  .or(() -> provided.named(name))
                  .orElseThrow(() -> new IllegalArgumentException(unknown(spec))));
    };
  }

  private static Sessions.Step closing(ConnectionHandler handler) {
    return (Connection connection) -> {
      handler.serve(connection);
      return false;
    };
  }
}
