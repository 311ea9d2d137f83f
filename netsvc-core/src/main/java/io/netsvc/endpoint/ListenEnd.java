package io.netsvc.endpoint;

import io.netsvc.net.AccessRules;
import io.netsvc.net.Connection;
import io.netsvc.net.Endpoint;
import io.netsvc.net.ListenOptions;
import io.netsvc.net.Listener;
import io.netsvc.net.ProxyHeader;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A place to listen at, for TCP or a Unix socket; it listens from the first use on. */
final class ListenEnd implements End {
  private static final Duration HEADER_TIMEOUT = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(End.class);

  private final String name;
  private final Endpoint place;
  private final UnaryOperator<ListenOptions> options;
  private final Optional<Duration> headerTimeout;
  private final Optional<Tls> tls;
  private @Nullable Listener listener;

  private ListenEnd(
      String name,
      Endpoint place,
      UnaryOperator<ListenOptions> options,
      Optional<Duration> headerTimeout,
      Optional<Tls> tls) {
    this.name = name;
    this.place = place;
    this.options = options;
    this.headerTimeout = headerTimeout;
    this.tls = tls;
  }

  /** Makes one from the options of its URI. */
  static ListenEnd of(String uri, Endpoint place, boolean secure, EndOptions options) {
    return of(uri, place, secure, false, options);
  }

  /** Makes one of Unix sequenced packets from the options of its URI. */
  static ListenEnd ofPackets(String uri, Endpoint place, EndOptions options) {
    return of(uri, place, false, true, options);
  }

  private static ListenEnd of(
      String uri, Endpoint place, boolean secure, boolean packets, EndOptions options) {
    var backlog = options.number("backlog", 1, Integer.MAX_VALUE);
    var most = options.number("max", 1, Integer.MAX_VALUE);
    boolean reusePort = options.flag("reuseport", false);
    var device = options.text("device");
    var mode = options.text("mode").map(text -> octal(text, options));
    var access = AccessRules.of(options.all("allow"), options.all("deny"));
    boolean proxied = options.flag("proxy-protocol", false);
    return new ListenEnd(
        uri,
        place,
        o -> {
          ListenOptions all = o.withAccess(access).withReusePort(reusePort).withPackets(packets);
          all = backlog.isPresent() ? all.withBacklog(backlog.getAsInt()) : all;
          all = most.isPresent() ? all.withMaxConnections(most.getAsInt()) : all;
          all = device.isPresent() ? all.withDevice(device.get()) : all;
          return mode.isPresent() ? all.withUnixMode(mode.get()) : all;
        },
        proxied ? Optional.of(HEADER_TIMEOUT) : Optional.empty(),
        secure ? Optional.of(TlsUri.server(options)) : Optional.empty());
  }

  /** {@return a mode of a socket's file that a URI has} */
  static int octal(String text, EndOptions options) {
    try {
      int mode = Integer.parseInt(text, 8);
      if (mode >= 0 && mode <= 0777) {
        return mode;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw options.wrong("mode", text, "expected 0 to 777, octal");
  }

  @Override
  public synchronized Optional<Listener> listener() throws IOException {
    if (listener == null) {
      listener = Listener.open(place, options);
    }
    return Optional.of(listener);
  }

  /** The next client that can be greeted: one that cannot is logged, and the next one waited for. */
  @Override
  public Connection open() throws IOException, InterruptedException {
    var from = listener().orElseThrow();
    while (true) {
      var accepted = from.accept();
      try {
        return greet(accepted);
      } catch (IOException e) {
        log.info("refused client={} cause=\"{}\"", accepted.remoteAddress(), e.getMessage());
      }
    }
  }

  @Override
  public boolean accepts() {
    return true;
  }

  @Override
  public Connection greet(Connection accepted) throws IOException {
    try {
      var known =
          headerTimeout.isPresent()
              ? ProxyHeader.read(accepted, headerTimeout.get()).applied(accepted)
              : accepted;
      return tls.isPresent() ? tls.get().accept(known) : known;
    } catch (IOException | RuntimeException e) {
      accepted.abort();
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    if (listener != null) {
      listener.close();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
