package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Rate;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.inetd.config.Variables;
import io.netsvc.net.Connection;
import io.netsvc.process.ChildFd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
  private final Admission admission;
  private final Banners banners;
  private final Variables variables;
  private final StartRate rate;

  Nowait(Service service, Sessions sessions, Admission admission) {
    this.service = service;
    this.spec = service.spec();
    this.tally = service.tally();
    this.sessions = sessions;
    this.launcher = new Launcher(service, sessions);
    this.admission = admission;
    this.banners = Banners.of(spec);
    this.variables = spec.get(Attribute.VARIABLES).orElse(Variables.NONE);
    this.rate = new StartRate(spec.get(Attribute.RATE), System::nanoTime);
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

  /** Takes a client, from whatever thread; it is closed or somebody else's then. */
  void accepted(Connection connection) {
    tally.accepted();
    var _ = tally.enter();
    admitNoMore();
    var trap = spec.get(Attribute.DENY_TIME);
    if (trap.isPresent()) {
      trapped(connection, trap.get());
      connection.close();
      return;
    }
    if (admission.blocks() || banners.any()) {
      sessions.run(connection, this::ask, () -> {});
      return;
    }
    var refusal = admission.ask(connection.localAddress(), connection.remoteAddress());
    if (refusal.isEmpty()) {
      admitted(connection);
    } else {
      refused(connection, refusal.get());
      connection.close();
    }
  }

  /** A service that is a trap has nothing to give. */
  private void trapped(Connection connection, Duration denied) {
    admission.outlaw(connection.remoteAddress(), denied);
    log.warn(
        "trap service={} peer={} deniedSeconds={}",
        spec.name(), Sources.shown(connection.remoteAddress()), denied.toSeconds());
    refused(connection, Refusal.ACCESS);
  }

  /**
   * Takes a client of the port multiplexer, on a virtual thread, or refuses it and returns false.
   * It cannot be left in a backlog: where others wait, it is refused.
   *
   * @param greeting what it is told first if it is admitted; empty if the program is to say that
   */
  boolean muxed(Connection connection, String greeting) throws IOException {
    tally.accepted();
    int running = tally.enter();
    var trap = spec.get(Attribute.DENY_TIME);
    if (trap.isPresent()) {
      trapped(connection, trap.get());
      return false;
    }
    var refusal = muxRefusal(connection, running);
    if (refusal.isPresent()) {
      refused(connection, refusal.get());
      return false;
    }
    boolean greeted = false;
    try {
      if (!greeting.isEmpty()) { // else a banner would come before the program's own reply
        connection.write(ByteBuffer.wrap(greeting.getBytes(StandardCharsets.US_ASCII)));
        banners.greet(connection);
        banners.welcome(connection);
      }
      greeted = true;
    } finally {
      if (!greeted) {
        left(connection);
      }
    }
    begin(connection);
    return true;
  }

  private Optional<Refusal> muxRefusal(Connection connection, int running) {
    var refusal = admission.ask(connection.localAddress(), connection.remoteAddress());
    if (refusal.isPresent()) {
      return refusal;
    }
    boolean full = spec.get(Attribute.INSTANCES).filter(most -> running > most).isPresent();
    if (!full && rate.startsNow()) {
      return Optional.empty();
    }
    admission.left(connection.remoteAddress());
    return Optional.of(full ? Refusal.INSTANCES : Refusal.RATE);
  }

  /** Asks on a virtual thread, where it may take its time. */
  private boolean ask(Connection connection) throws IOException {
    banners.greet(connection);
    var refusal = admission.ask(connection.localAddress(), connection.remoteAddress());
    if (refusal.isPresent()) {
      refused(connection, refusal.get());
      banners.refuse(connection);
      return false;
    }
    boolean greeted = false;
    try {
      banners.welcome(connection);
      greeted = true;
    } finally {
      if (!greeted) {
        left(connection);
      }
    }
    admitted(connection);
    return true;
  }

  private void refused(Connection connection, Refusal reason) {
    tally.leave();
    tally.refused(reason);
    admission.log().refused(spec.name(), reason, connection.remoteAddress());
  }

  private void admitted(Connection connection) {
    pauseAtTheRate();
    begin(connection);
  }

  private void begin(Connection connection) {
    if (service.program() != null) {
      sessions.execute(
          () -> start(connection),
          () -> {
            connection.close();
            left(connection);
          });
    } else {
      tally.started();
      log.debug("serving service={} peer={}", spec.name(), Sources.shown(connection.remoteAddress()));
      sessions.run(connection, this::serve, () -> left(connection));
    }
  }

  private boolean serve(Connection connection) throws IOException, InterruptedException {
    try {
      return service.step().take(connection);
    } catch (Redirect.Unreachable e) {
      tally.refused(Refusal.UPSTREAM);
      long silent = admission.log().mayLog(Refusal.UPSTREAM);
      if (silent >= 0) {
        log.warn(
            "refused service={} reason={} peer={} andBefore={} cause=\"{}\"",
            spec.name(), Refusal.UPSTREAM, Sources.shown(connection.remoteAddress()), silent,
            e.getMessage());
      }
      return false;
    }
  }

  /** Lets clients wait in the backlog while the service is over its rate. */
  private void pauseAtTheRate() {
    long pauseNanos = rate.start();
    if (pauseNanos > 0 && !rate.never()) {
      long silent = admission.log().mayLog(Refusal.RATE);
      if (silent >= 0) {
        log.warn(
            "rate reached, clients wait service={} count={} millis={} andBefore={}",
            spec.name(), spec.get(Attribute.RATE).map(Rate::count).orElse(0),
            pauseNanos / 1_000_000, silent);
      }
      service.pauseFor(Pause.RATE, pauseNanos);
    }
  }

  private synchronized void admitNoMore() {
    if (full()) {
      service.pause(Pause.FULL);
    }
  }

  private synchronized void admitAgain() {
    if (!full()) {
      service.resume(Pause.FULL);
    }
  }

  /** With none allowed at all, waiting does not help, and clients are refused instead. */
  private boolean full() {
    return spec.get(Attribute.INSTANCES)
        .filter(most -> most > 0 && tally.running() >= most)
        .isPresent();
  }

  private void start(Connection connection) {
    var peer = Sources.shown(connection.remoteAddress());
    try (connection) {
      var child = List.of(ChildFd.of(connection));
      var environment = ChildVariables.of(variables, connection);
      sessions
          .spareFds()
          .start(
              () -> launcher.start(child, environment, "peer=" + peer, _ -> left(connection)),
              "service=" + spec.name() + " peer=" + peer,
              sessions::over);
    } catch (IOException | RuntimeException e) {
      tally.failed();
      log.warn("not started service={} peer={} cause=\"{}\"", spec.name(), peer, e.getMessage());
      left(connection);
    }
  }

  private void left(Connection connection) {
    admission.left(connection.remoteAddress());
    tally.leave();
  }
}
