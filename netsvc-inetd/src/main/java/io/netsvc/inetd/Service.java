package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.net.ConnectionHandler;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running entry: its sockets, what it has done, and how it serves.
 *
 * <p>How a request is answered is in {@link Nowait}, {@link Wait} or {@link BuiltinDatagrams}; what
 * runs because of it, until it has ended, in {@link Sessions}; when a socket is not watched, in
 * {@link ServiceSocket}; limits in {@link StartRate}, {@link Sources} and {@link BackOff}; what
 * becomes of an entry when the file changes, in {@link Reload}.
 */
final class Service {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Resolver resolver;
  private final Tally tally;
  private volatile Serving serving;
  private final List<ServiceSocket> sockets;
  private final Duration stopTime;
  private final Sessions sessions;
  private volatile ServiceSpec spec;
  private volatile @Nullable Execution program;
  private volatile boolean stopped;

  /** Makes a service of open sockets, which serve nothing before {@link #begin}; or a stopped one. */
  Service(
      Prepared entry,
      Tally tally,
      List<ServiceSocket> sockets,
      Resolver resolver,
      Sessions sessions,
      Duration stopTime,
      boolean stopped) {
    this.stopped = stopped;
    this.resolver = resolver;
    this.tally = tally;
    this.spec = entry.spec();
    this.program = entry.program();
    this.sockets = new CopyOnWriteArrayList<>(sockets);
    this.stopTime = stopTime;
    this.sessions = sessions;
    this.serving = newServing();
  }

  private Serving newServing() {
    if (program != null && spec.is(Attribute.KEEP)) {
      return new Daemon(this, sessions);
    }
    if (!spec.isDatagram() && (program == null || !spec.waits())) {
      return new Nowait(this, sessions, resolver.admission(spec));
    }
    return program == null
        ? new BuiltinDatagrams(
            this, Builtin.named(spec.argv().getFirst()).orElseThrow(), resolver.admission(spec))
        : new Wait(this, sessions, resolver.admission(spec));
  }

  /** A good entry with what it resolves to: no program means an internal service. */
  record Prepared(
      ServiceSpec spec, List<SocketKey> keys, @Nullable Execution program) {}

  /** Serves all sockets, or none and throws. */
  void begin() throws IOException {
    for (var socket : sockets) {
      socket.takenOver(this);
      serving.serve(socket);
    }
    serving.begun();
  }

  /** Goes on as the same entry, wherever it stands now and whatever its names resolve to now. */
  void renew(Prepared entry) {
    spec = entry.spec();
    program = entry.program();
    announce();
  }

  /** Tells rpcbind again, if this is an RPC program that is served. */
  void announce() {
    for (var socket : stopped ? List.<ServiceSocket>of() : sockets) {
      try {
        socket.announce();
      } catch (IOException e) {
        log.warn("rpcbind is not told service={} cause=\"{}\"", spec.name(), e.getMessage());
      }
    }
  }

  ServiceSpec spec() {
    return spec;
  }

  Serving serving() {
    return serving;
  }

  Tally tally() {
    return tally;
  }

  List<ServiceSocket> sockets() {
    return sockets;
  }

  List<SocketKey> keys() {
    return sockets.stream().map(ServiceSocket::key).toList();
  }

  /** Returns what starts this entry's program; null for an internal service. */
  @Nullable Execution program() {
    return program;
  }

  /** Returns what serves a connection of a service that has no program. */
  Sessions.Step step() {
    return resolver.step(spec);
  }

  void pause(Pause reason) {
    sockets.forEach(socket -> socket.pause(this, reason));
  }

  void pauseFor(Pause reason, long nanos) {
    sockets.forEach(socket -> socket.pauseFor(this, reason, nanos));
  }

  void resume(Pause reason) {
    sockets.forEach(socket -> socket.resume(this, reason));
  }

  /** Returns the program of the same kept entry in the process before this one, or 0. */
  long predecessor() {
    return resolver.inherited().program(spec);
  }

  /** Starts no program that would have a socket itself. */
  void pauseToLeave() {
    if (serving instanceof Wait) {
      pause(Pause.LEAVING);
    }
  }

  /** Takes {@link #pauseToLeave} back. */
  void resumeToStay() {
    resume(Pause.LEAVING);
  }

  /** Leaves all sockets to another process that has them; what runs goes on, but for a kept program. */
  void leave() {
    stopped = true;
    sockets.forEach(ServiceSocket::detach);
    serving.over();
  }

  /** How long its programs may take to end, where the entry does not say. */
  Duration stopTime() {
    return stopTime;
  }

  /** Whether somebody has stopped it. */
  boolean isStopped() {
    return stopped;
  }

  /** Opens again what was closed to make room for a successor that then failed. */
  void reopen() {
    if (stopped) {
      return;
    }
    for (var socket : sockets) {
      if (socket.isClosed()) {
        try {
          var again = resolver.inherited().open(socket.key());
          sockets.set(sockets.indexOf(socket), again);
          again.takenOver(this);
          serving.serve(again);
        } catch (IOException e) {
          logNotAgain(SocketTable.explain(e));
        } catch (RuntimeException e) {
          logNotAgain(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void logNotAgain(String cause) {
    log.warn("cannot listen again service={} cause=\"{}\"", spec.name(), cause);
  }

  ServiceState state() {
    var exit = tally.lastExit();
    return new ServiceState(
        spec.name(),
        now(),
        sockets.stream().filter(s -> !s.isClosed()).map(ServiceSocket::localAddress).toList(),
        tally.running(),
        tally.acceptedSum(),
        tally.startedSum(),
        tally.startedLately(),
        tally.failedSum(),
        tally.refusedSums(),
        exit.map(Tally.Exit::status),
        exit.map(Tally.Exit::at));
  }

  private ServiceState.State now() {
    if (stopped) {
      return ServiceState.State.STOPPED;
    }
    return sockets.stream()
        .flatMap(socket -> socket.pauses().stream())
        .max(Comparator.naturalOrder())
        .map(Pause::state)
        .orElse(ServiceState.State.LISTENING);
  }

  /**
   * Listens again after {@link #stop}, wherever it can.
   *
   * @throws IOException if one of its sockets cannot be opened; it is stopped then as it was
   */
  void start() throws IOException {
    if (!stopped) {
      return;
    }
    var opened = new ArrayList<ServiceSocket>();
    try {
      for (var key : keys()) {
        opened.add(resolver.inherited().open(key));
      }
    } catch (IOException | RuntimeException e) {
      opened.forEach(ServiceSocket::close);
      throw e;
    }
    sockets.clear();
    sockets.addAll(opened);
    stopped = false;
    serving = newServing();
    begin();
  }

  /** Ends what runs, and begins anew; the sockets stay open. */
  void restart() throws IOException {
    if (stopped) {
      start();
      return;
    }
    serving.over();
    sessions.endAll(tally);
    serving = newServing();
    begin();
  }

  /** Ends what runs, and returns how many programs that were. */
  int kill() {
    return sessions.endAll(tally);
  }

  /** Closes all sockets, so that clients are refused; what runs goes on, but for a kept program. */
  void stop() {
    stopped = true;
    sockets.forEach(ServiceSocket::close);
    serving.over();
  }
}
