package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Rate;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.net.Connection;
import io.netsvc.process.ChildFd;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code nowait}: the server accepts, and each connection gets a program or a Java handler. */
final class Nowait implements Serving {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Service service;
  private final ServiceSpec spec;
  private final Tally tally;
  private final Sessions sessions;
  private final Launcher launcher;
  private final Sources sources;
  private final StartRate rate;

  Nowait(Service service, Sessions sessions) {
    this.service = service;
    this.spec = service.spec();
    this.tally = service.tally();
    this.sessions = sessions;
    this.launcher = new Launcher(service, sessions);
    this.sources = new Sources(spec.get(Attribute.SOURCE_RATE), spec.get(Attribute.PER_SOURCE));
    this.rate = new StartRate(spec.get(Attribute.RATE));
    tally.onFreed(this::admitAgain);
  }

  @Override
  public void serve(ServiceSocket socket) throws IOException {
    if (!(socket instanceof ServiceSocket.Stream stream)) {
      throw new IllegalArgumentException("not a stream: " + socket.key());
    }
    admitNoMore(); // what a predecessor started counts
    // A batch that began before a change goes on after it, for whoever has the socket then.
    stream.listener().onAccept(connection -> current(socket).accepted(connection));
  }

  private Nowait current(ServiceSocket socket) {
    return socket.owner().serving() instanceof Nowait nowait ? nowait : this;
  }

  private void accepted(Connection connection) {
    tally.accepted();
    var source = Sources.of(connection.remoteAddress());
    if (!sources.admit(source)) {
      tally.refused(Refusal.PER_SOURCE);
      log.debug("refused, over a limit for its address service={} peer={}", spec.name(), source);
      connection.close();
      return;
    }
    tally.enter();
    limit();
    if (service.program() != null) {
      sessions.execute(
          () -> start(connection, source),
          () -> {
            connection.close();
            left(source);
          });
    } else {
      tally.started();
      log.debug("serving service={} peer={}", spec.name(), Sources.shown(connection.remoteAddress()));
      sessions.serve(connection, service.handler(), () -> left(source));
    }
  }

  /** Lets clients wait in the backlog while the service is over a limit. */
  private void limit() {
    long pauseNanos = rate.start();
    if (pauseNanos > 0) {
      log.warn(
          "limit reached, clients wait service={} count={} seconds={}",
          spec.name(), spec.get(Attribute.RATE).map(Rate::count).orElse(0), pauseNanos / 1_000_000_000);
      service.pauseFor(ServiceSocket.Pause.RATE, pauseNanos);
    }
    admitNoMore();
  }

  private synchronized void admitNoMore() {
    if (full()) {
      service.pause(ServiceSocket.Pause.FULL);
    }
  }

  private synchronized void admitAgain() {
    if (!full()) {
      service.resume(ServiceSocket.Pause.FULL);
    }
  }

  private boolean full() {
    return spec.get(Attribute.INSTANCES).filter(most -> tally.running() >= most).isPresent();
  }

  private void start(Connection connection, String source) {
    var peer = Sources.shown(connection.remoteAddress());
    try (connection) {
      launcher.start(List.of(ChildFd.of(connection)), "peer=" + peer, _ -> left(source));
    } catch (IOException | RuntimeException e) {
      tally.failed();
      log.warn("not started service={} peer={} cause=\"{}\"", spec.name(), peer, e.getMessage());
      left(source);
    }
  }

  private void left(String source) {
    sources.ended(source);
    tally.leave();
  }
}
