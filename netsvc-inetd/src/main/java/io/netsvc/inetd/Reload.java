package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.BrokenEntry;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.net.BindFailedException;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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

  /** Who has a port is looked for in all processes, which takes its time. */
  private static final int MOST_EXPLAINED = 8;

  private final Resolver resolver;
  private final Sessions sessions;
  private final Duration stopTime;
  private final List<Service> before;

  /** What runs and has no place in the new configuration so far. */
  private final Set<Service> gone;

  /** The same, by what was said of each. */
  private final Map<ServiceSpec, Service> bySpec = new HashMap<>();

  private final Map<String, Service> byName = new HashMap<>();
  private final Map<SocketKey, Service> byKey = new HashMap<>();

  private final Map<Service, Service.@Nullable Prepared> staying = new LinkedHashMap<>();
  private final List<Service.Prepared> fresh = new ArrayList<>();
  private final Map<SocketKey, ServiceSocket> opened = new LinkedHashMap<>();
  private final Set<Tally> counting = new HashSet<>();
  private final List<Diagnostic> found = new ArrayList<>();
  private final List<String> unchanged = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private final List<String> openedNames = new ArrayList<>();
  private final List<String> changed = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private int explained;

  Reload(List<Service> before, Resolver resolver, Sessions sessions, Duration stopTime) {
    this.stopTime = stopTime;
    this.before = List.copyOf(before);
    this.gone = new LinkedHashSet<>(before);
    for (var service : before) {
      bySpec.put(service.spec().explicit(), service);
      byName.put(service.spec().name(), service);
      service.keys().forEach(key -> byKey.put(key, service));
    }
    this.resolver = resolver;
    this.sessions = sessions;
  }

  /** What runs then, and what came of it. */
  record Result(List<Service> services, Reloaded report) {}

  /**
   * Changes as far as the entries are good.
   *
   * @param strict whether to change nothing unless all are
   */
  Result run(InetdConfig config, boolean strict) {
    found.addAll(config.diagnostics());
    if (strict && config.hasErrors()) {
      return refused();
    }
    config.services().forEach(this::mark);
    config.broken().forEach(this::keepPredecessor);
    if (config.isPartial()) {
      keepTheRest();
    }
    while (!openAll()) {
      // What failed keeps its predecessor's sockets, which another may have wanted: look again.
    }
    if (strict && found.stream().anyMatch(Diagnostic::isError)) {
      opened.values().forEach(ServiceSocket::close);
      before.forEach(Service::reopen);
      return refused();
    }
    return result(commit());
  }

  /** What runs may stand in what could not be read. */
  private void keepTheRest() {
    var replaced = new HashSet<Service>();
    for (var entry : fresh) {
      predecessor(entry.spec()).ifPresent(replaced::add);
      entry.keys().forEach(key -> replaced.add(byKey.get(key)));
    }
    for (var service : List.copyOf(gone)) {
      if (!replaced.contains(service)) {
        keep(Optional.of(service));
      }
    }
  }

  /** All goes on as it was. */
  private Result refused() {
    unchanged.clear();
    kept.clear();
    before.forEach(service -> unchanged.add(service.spec().name()));
    return result(before);
  }

  private Result result(List<Service> services) {
    found.sort(InetdConfig.BY_PLACE);
    return new Result(
        services, new Reloaded(openedNames, changed, unchanged, kept, closed, found));
  }

  private void mark(ServiceSpec spec) {
    Service.Prepared entry;
    try {
      entry = resolver.prepare(spec);
    } catch (IOException | RuntimeException e) {
      fail(spec, e);
      return;
    }
    var same = bySpec.get(spec.explicit());
    if (same != null && gone.contains(same) && same.keys().equals(entry.keys())) {
      stays(same, entry);
      unchanged.add(spec.name());
    } else {
      fresh.add(entry);
    }
  }

  private void stays(Service service, Service.@Nullable Prepared entry) {
    gone.remove(service);
    staying.put(service, entry);
    service.reopen();
  }

  private void fail(ServiceSpec spec, Exception cause) {
    var why =
        cause instanceof BindFailedException failure && explained++ < MOST_EXPLAINED
            ? SocketTable.explain(failure)
            : String.valueOf(cause.getMessage());
    found.add(spec.error(Attribute.LISTENS, why));
    keep(predecessor(spec));
  }

  private void keepPredecessor(BrokenEntry broken) {
    keep(predecessor(broken));
  }

  private void keep(Optional<Service> predecessor) {
    predecessor.ifPresent(
        service -> {
          stays(service, null);
          kept.add(service.spec().name());
        });
  }

  /** As {@link #predecessor(BrokenEntry)}; of the same name and place there is but one. */
  private Optional<Service> predecessor(ServiceSpec spec) {
    var entry = BrokenEntry.of(spec);
    var named = byName.get(spec.name());
    return named != null && gone.contains(named) && entry.to(named.spec()) == BrokenEntry.Likeness.SAME
        ? Optional.of(named)
        : predecessor(entry);
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
        for (var key : isStopped(entry.spec()) ? List.<SocketKey>of() : entry.keys()) {
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

  /** What somebody has stopped stays so when it changes. */
  private boolean isStopped(ServiceSpec spec) {
    return resolver.inherited().wasStopped(spec)
        || predecessor(spec).filter(Service::isStopped).isPresent();
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
  private ServiceSocket open(SocketKey key) throws IOException {
    try {
      return resolver.inherited().open(key);
    } catch (BindFailedException e) {
      var inTheWay =
          gone.stream()
              .flatMap(service -> service.sockets().stream())
              .filter(s -> s.key().overlaps(key) && !wanted(s.key()))
              .filter(s -> !s.isClosed() && !s.handedOver())
              .toList();
      if (e.reason() != BindFailedException.Reason.ADDRESS_IN_USE || inTheWay.isEmpty()) {
        throw e;
      }
      inTheWay.forEach(ServiceSocket::close);
      try {
        return resolver.inherited().open(key);
      } catch (IOException again) {
        gone.forEach(Service::reopen);
        throw again;
      }
    }
  }

  private boolean wanted(SocketKey key) {
    return fresh.stream().anyMatch(entry -> entry.keys().contains(key));
  }

  private Optional<ServiceSocket> handedOn(SocketKey key) {
    var service = byKey.get(key);
    return service == null || !gone.contains(service)
        ? Optional.empty()
        : service.sockets().stream()
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
      service.serving().over();
      if (!counting.contains(service.tally())) {
        closed.add(service.spec().name());
      }
      for (var socket : service.sockets()) {
        if (!taken.contains(socket)) {
          socket.close();
          log.info("closed service={} address={}", service.spec().name(), socket.localAddress());
        }
      }
    }
    for (var entry : fresh) { // what was closed may have taken the same program back from rpcbind
      if (entry.spec().get(Attribute.RPC).isPresent()) {
        next.stream().filter(s -> s.spec().equals(entry.spec())).forEach(Service::announce);
      }
    }
    next.sort(Comparator.comparingInt(service -> service.spec().line()));
    return next;
  }

  private Optional<Service> begin(Service.Prepared entry, List<ServiceSocket> taken) {
    boolean stopped = isStopped(entry.spec());
    var sockets = new ArrayList<ServiceSocket>();
    for (var key : entry.keys()) {
      var socket = stopped ? new ServiceSocket.Unopened(key) : opened.get(key);
      if (socket == null) {
        socket = handedOn(key).orElseThrow();
        taken.add(socket);
      }
      sockets.add(socket);
    }
    var predecessor = predecessor(entry.spec()).filter(p -> counting.add(p.tally()));
    var tally = predecessor.map(Service::tally).orElseGet(Tally::new);
    var service = new Service(entry, tally, sockets, resolver, sessions, stopTime, stopped);
    try {
      if (!stopped) {
        service.begin();
      }
    } catch (IOException | RuntimeException e) {
      sockets.forEach(ServiceSocket::close);
      found.add(entry.spec().error(Attribute.LISTENS, String.valueOf(e.getMessage())));
      return Optional.empty();
    }
    var name = entry.spec().name();
    if (predecessor.isPresent()) {
      changed.add(name + ' ' + entry.spec().differences(predecessor.get().spec()));
    } else {
      openedNames.add(name);
    }
    for (var socket : stopped ? List.<ServiceSocket>of() : sockets) {
      log.info(
          "{} service={} address={}",
          taken.contains(socket) ? "changed" : "listening", entry.spec().name(), socket.localAddress());
    }
    return Optional.of(service);
  }
}
