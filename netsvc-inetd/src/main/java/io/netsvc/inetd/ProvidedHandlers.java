package io.netsvc.inetd;

import io.netsvc.net.ConnectionHandler;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The handlers of all {@link HandlerProvider}s. One that fails is left out, and keeps none off. */
final class ProvidedHandlers {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  /** A class loader that fails at all would do so for ever. */
  private static final int MOST_FAILURES = 100;

  private final Map<String, ConnectionHandler> handlers = new HashMap<>();
  private int failures;

  static ProvidedHandlers load() {
    var all = new ProvidedHandlers();
    var providers = ServiceLoader.load(HandlerProvider.class).iterator();
    while (all.addNext(providers)) {
      // until there is none
    }
    return all;
  }

  Optional<ConnectionHandler> named(String name) {
    return Optional.ofNullable(handlers.get(name));
  }

  /** The iterator goes on behind a provider that cannot be loaded. */
  private boolean addNext(Iterator<HandlerProvider> providers) {
    try {
      if (!providers.hasNext()) {
        return false;
      }
      var provider = providers.next();
      if (handlers.putIfAbsent(provider.name(), provider.handler()) != null) {
        log.warn("left out, another has its name handler={} provider={}", provider.name(), provider.getClass().getName());
      }
    } catch (ServiceConfigurationError | RuntimeException e) {
      failures++;
      log.warn("handler provider left out cause=\"{}\"", e.toString());
    }
    return failures < MOST_FAILURES;
  }
}
