package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.BrokenEntry;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.inetd.config.ServiceSpec;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One change from what runs to what a checked configuration says: mark what stays, open what is
 * new, and only then take over sockets and close what is gone. A start is a change from nothing.
 */
final class Reload {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Resolver resolver;
  private final Sessions sessions;
  private final List<Service> before;

  /** What runs and has no place in the new configuration so far. */
  private final List<Service> gone;

  private final Map<Service, Service.@Nullable Prepared> staying = new LinkedHashMap<>();
  private final List<Service.Prepared> fresh = new ArrayList<>();
  private final Map<ServiceSocket.Key, ServiceSocket> opened = new LinkedHashMap<>();
  private final Set<Tally> counting = new HashSet<>();
  private final List<Diagnostic> found = new ArrayList<>();

  Reload(List<Service> before, Resolver resolver, Sessions sessions) {
    this.before = List.copyOf(before);
    this.gone = new ArrayList<>(before);
    this.resolver = resolver;
    this.sessions = sessions;
  }

  /** What runs then, and what is wrong with the configuration. */
  record Result(List<Service> services, List<Diagnostic> diagnostics) {}

  /**
   * Changes as far as the entries are good.
   *
   * @param strict whether to change nothing unless all are
   */
  Result run(InetdConfig config, boolean strict) {
    found.addAll(config.diagnostics());
    if (strict && config.hasErrors()) {
      return new Result(before, found);
    }
    config.services().forEach(this::mark);
    config.broken().forEach(this::keepPredecessor);
    while (!openAll()) {
      // What failed keeps its predecessor's sockets, which another may have wanted: look again.
    }
    if (strict && found.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.ERROR)) {
      opened.values().forEach(ServiceSocket::close);
      before.forEach(Service::reopen);
      return new Result(before, found);
    }
    return new Result(commit(), found);
  }

  private void mark(ServiceSpec spec) {
    Service.Prepared entry;
    try {
      entry = resolver.prepare(spec);
    } catch (IOException | RuntimeException e) {
      fail(spec, e);
      return;
    }
    for (var service : gone) {
      if (service.spec().sameAs(spec) && service.keys().equals(entry.keys())) {
        stays(service, entry);
        return;
      }
    }
    fresh.add(entry);
  }

  private void stays(Service service, Service.@Nullable Prepared entry) {
    gone.remove(service);
    staying.put(service, entry);
    service.reopen();
  }

  private void fail(ServiceSpec spec, Exception cause) {
    found.add(spec.error(Attribute.LISTENS, String.valueOf(cause.getMessage())));
    keepPredecessor(BrokenEntry.of(spec));
  }

  private void keepPredecessor(BrokenEntry broken) {
    predecessor(broken).ifPresent(service -> stays(service, null));
  }

  private Optional<Service> predecessor(BrokenEntry broken) {
    return gone.stream()
        .filter(service -> broken.to(service.spec()) != BrokenEntry.Likeness.NONE)
        .min(Comparator.comparing(service -> broken.to(service.spec())));
  }

  /** Opens the sockets that no running entry can hand on; false when an entry failed and is off. */
  private boolean openAll() {
    for (var entry : fresh) {
      try {
        for (var key : entry.keys()) {
          if (handedOn(key).isEmpty() && !opened.containsKey(key)) {
            opened.put(key, open(key));
          }
        }
      } catch (IOException | RuntimeException e) {
        fresh.remove(entry);
        entry.keys().forEach(key -> close(opened.remove(key)));
        fail(entry.spec(), e);
        return false;
      }
    }
    return true;
  }

  private static void close(@Nullable ServiceSocket socket) {
    if (socket != null) {
      socket.close();
    }
  }

  /**
   * Opens a socket. Where a service moves between one address and all of them, its old socket is in
   * the way; then there is a moment without either.
   */
  private ServiceSocket open(ServiceSocket.Key key) throws IOException {
    try {
      return ServiceSocket.open(key);
    } catch (BindException e) {
      var inTheWay =
          gone.stream()
              .flatMap(service -> service.sockets().stream())
              .filter(s -> s.key().overlaps(key) && !wanted(s.key()))
              .filter(s -> !s.isClosed() && !s.handedOver())
              .toList();
      if (inTheWay.isEmpty()) {
        throw e;
      }
      inTheWay.forEach(ServiceSocket::close);
      try {
        return ServiceSocket.open(key);
      } catch (IOException again) {
        gone.forEach(Service::reopen);
        throw again;
      }
    }
  }

  private boolean wanted(ServiceSocket.Key key) {
    return fresh.stream().anyMatch(entry -> entry.keys().contains(key));
  }

  private Optional<ServiceSocket> handedOn(ServiceSocket.Key key) {
    return gone.stream()
        .flatMap(service -> service.sockets().stream())
        .filter(socket -> socket.key().equals(key) && !socket.isClosed())
        .findFirst();
  }

  private List<Service> commit() {
    var next = new ArrayList<Service>();
    staying.forEach(
        (service, entry) -> {
          if (entry != null) {
            service.renew(entry);
          }
          next.add(service);
        });
    var taken = new ArrayList<ServiceSocket>();
    for (var entry : fresh) {
      begin(entry, taken).ifPresent(next::add);
    }
    for (var service : gone) {
      for (var socket : service.sockets()) {
        if (!taken.contains(socket)) {
          socket.close();
          log.info("closed service={} address={}", service.spec().name(), socket.localAddress());
        }
      }
    }
    next.sort(Comparator.comparingInt(service -> service.spec().line()));
    return next;
  }

  private Optional<Service> begin(Service.Prepared entry, List<ServiceSocket> taken) {
    var sockets = new ArrayList<ServiceSocket>();
    for (var key : entry.keys()) {
      var socket = opened.get(key);
      if (socket == null) {
        socket = handedOn(key).orElseThrow();
        taken.add(socket);
      }
      sockets.add(socket);
    }
    var service = new Service(entry, tally(entry), sockets, resolver, sessions);
    try {
      service.begin();
    } catch (IOException | RuntimeException e) {
      sockets.forEach(ServiceSocket::close);
      found.add(entry.spec().error(Attribute.LISTENS, String.valueOf(e.getMessage())));
      return Optional.empty();
    }
    for (var socket : sockets) {
      log.info(
          "{} service={} address={}",
          taken.contains(socket) ? "changed" : "listening", entry.spec().name(), socket.localAddress());
    }
    return Optional.of(service);
  }

  /** Counters go on in whatever the entry has become. */
  private Tally tally(Service.Prepared entry) {
    var tally = predecessor(BrokenEntry.of(entry.spec())).map(Service::tally);
    return tally.isPresent() && counting.add(tally.get()) ? tally.get() : new Tally();
  }
}
