package io.netsvc.endpoint;

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

/** A place to listen at, for TCP or a Unix stream socket; it listens from the first use on. */
final class ListenEnd implements End {
  private static final Logger log = LoggerFactory.getLogger(End.class);

  private final String name;
  private final Endpoint place;
  private final UnaryOperator<ListenOptions> options;
  private final Optional<Duration> headerTimeout;
  private @Nullable Listener listener;

  ListenEnd(
      String name,
      Endpoint place,
      UnaryOperator<ListenOptions> options,
      Optional<Duration> headerTimeout) {
    this.name = name;
    this.place = place;
    this.options = options;
    this.headerTimeout = headerTimeout;
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
  public Connection greet(Connection accepted) throws IOException {
    if (headerTimeout.isEmpty()) {
      return accepted;
    }
    try {
      return ProxyHeader.read(accepted, headerTimeout.get()).applied(accepted);
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
