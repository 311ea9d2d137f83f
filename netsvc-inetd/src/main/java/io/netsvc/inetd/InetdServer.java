package io.netsvc.inetd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the services of an {@link InetdConfig} on demand: programs, the built-in services and Java
 * handlers. A broken entry is reported and stays off, or keeps its running predecessor at a reload;
 * the others never notice. Needs Linux on x86-64 with native access.
 *
 * <p>Servers are safe for use by multiple concurrent threads.
 */
public final class InetdServer implements AutoCloseable {
  /** vfork(2) semantics hold a thread for each start in flight; more do not help on few cores. */
  private static final int SPAWNERS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Resolver resolver;
  private final ExecutorService spawning =
      Executors.newFixedThreadPool(
          SPAWNERS, task -> Thread.ofPlatform().daemon().name("netsvc-spawner").unstarted(task));
  private List<Service> services = new ArrayList<>();
  private List<Diagnostic> diagnostics = List.of();

  private InetdServer(InetdSettings settings) {
    this.resolver = new Resolver(settings);
  }

  /** Starts a server with the default options. */
  public static InetdServer start(InetdConfig config) {
    return start(config, o -> o);
  }

  /** Starts a server; what is wrong with single entries is in {@link #diagnostics}. */
  public static InetdServer start(InetdConfig config, UnaryOperator<InetdOptions> options) {
    var server = new InetdServer((InetdSettings) options.apply(InetdSettings.defaults()));
    server.reload(config);
    return server;
  }

  /** Returns a configuration with what a server would find wrong with it, opening nothing. */
  public static InetdConfig check(InetdConfig config) {
    return config.checked(new Resolver(InetdSettings.defaults())::check);
  }

  /**
   * Changes to another configuration: an unchanged entry keeps its sockets, children and counters,
   * a changed one is opened anew, one that is gone is closed. An entry that cannot be opened keeps
   * what runs under its name.
   *
   * @return what is wrong with the configuration, also in {@link #diagnostics}
   */
  public synchronized List<Diagnostic> reload(InetdConfig config) {
    var checked = config.checked(resolver::check);
    var found = new ArrayList<>(checked.diagnostics());
    var old = new ArrayList<>(services);
    var next = new ArrayList<Service>();
    var fresh = new ArrayList<ServiceSpec>();
    for (var spec : checked.services()) {
      var same = old.stream().filter(s -> s.spec().sameAs(spec)).findFirst();
      if (same.isPresent()) {
        old.remove(same.get());
        next.add(same.get());
      } else {
        fresh.add(spec);
      }
    }
    // A broken entry keeps its predecessor: the one that began on a line the file calls broken.
    keepBroken(config, checked, old, next);
    for (var gone : old) {
      log.info("closed service={}", gone.spec().name());
      gone.close();
    }
    for (var spec : fresh) {
      try {
        next.add(Service.open(spec, resolver, spawning));
        log.info("listening service={}", spec.name());
      } catch (IOException | RuntimeException e) {
        found.add(spec.error(Field.SERVICE, String.valueOf(e.getMessage())));
      }
    }
    services = next;
    diagnostics = List.copyOf(found);
    return diagnostics;
  }

  private static void keepBroken(
      InetdConfig config, InetdConfig checked, List<Service> old, List<Service> next) {
    for (var spec : config.services()) {
      if (!checked.services().contains(spec)) {
        var kept =
            old.stream()
                .filter(
                    s ->
                        s.spec().name().equals(spec.name())
                            && s.spec().hosts().equals(spec.hosts()))
                .findFirst();
        kept.ifPresent(
            service -> {
              old.remove(service);
              next.add(service);
            });
      }
    }
  }

  /** {@return what is wrong with the configuration that runs} */
  public synchronized List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** {@return what each service does now} */
  public synchronized List<ServiceState> services() {
    return services.stream().map(Service::state).toList();
  }

  /** Closes every socket and ends every handler; programs that run go on. */
  @Override
  public synchronized void close() {
    services.forEach(Service::close);
    services = List.of();
    spawning.shutdown();
  }
}
