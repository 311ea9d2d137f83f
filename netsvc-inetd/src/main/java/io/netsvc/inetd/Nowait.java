package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Rate;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.net.Connection;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code nowait}: the server accepts, and each connection gets a program or a Java handler. */
final class Nowait implements Serving {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Service service;
  private final ServiceSpec spec;
  private final Tally tally;
  private final Sessions sessions;
  private final Sources sources;
  private final StartRate rate;

  Nowait(Service service, Sessions sessions) {
    this.service = service;
    this.spec = service.spec();
    this.tally = service.tally();
    this.sessions = sessions;
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
    var source = Sources.of(connection.remoteAddress());
    if (!sources.admit(source)) {
      tally.refused.increment();
      log.debug("refused, over a limit for its address service={} peer={}", spec.name(), source);
      connection.close();
      return;
    }
    tally.enter();
    limit();
    var program = service.program();
    if (program != null) {
      sessions.execute(
          () -> start(program, connection, source),
          () -> {
            connection.close();
            left(source);
          });
    } else {
      tally.started.increment();
      log.debug("serving service={} peer={}", spec.name(), Sources.shown(connection.remoteAddress()));
      sessions.serve(connection, service.handler(), () -> left(source));
    }
  }

  /** Lets clients wait in the backlog while the service is over a limit. */
  private void limit() {
    long pauseNanos = rate.start();
    if (pauseNanos > 0) {
      log.warn(
          "limit reached, clients wait service={} maxPerMinute={} seconds={}",
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

  private void start(ProcessSpawner program, Connection connection, String source) {
    var peer = Sources.shown(connection.remoteAddress());
    try (connection) {
      var process = program.spawn(ChildFd.of(connection));
      tally.started.increment();
      log.info("started service={} peer={} pid={}", spec.name(), peer, process.pid());
      sessions.started(
          process,
          status -> {
            service.logEnd(process.pid(), status);
            left(source);
          });
    } catch (IOException | RuntimeException e) {
      tally.failed.increment();
      log.warn("not started service={} peer={} cause=\"{}\"", spec.name(), peer, e.getMessage());
      left(source);
    }
  }

  private void left(String source) {
    sources.ended(source);
    tally.leave();
  }
}
