package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Rate;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.process.ExitStatus;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code wait}: when something arrives, a program gets the listening or bound socket itself, and
 * the server looks at the socket again after the program has ended. Datagram programs are always
 * run so: a second one would only take the first one's datagrams.
 */
final class Wait implements Serving {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Service service;
  private final ServiceSpec spec;
  private final Sessions sessions;
  private final StartRate rate;
  private final BackOff backOff = new BackOff();
  private final Unaccepted unaccepted = new Unaccepted();
  private final AtomicBoolean hinted = new AtomicBoolean();

  Wait(Service service, Sessions sessions) {
    this.service = service;
    this.spec = service.spec();
    this.sessions = sessions;
    this.rate = new StartRate(spec.get(Attribute.RATE));
    service.tally().onFreed(() -> {});
  }

  @Override
  public void serve(ServiceSocket socket) throws IOException {
    socket.onReadable(() -> handOver(socket));
  }

  private void handOver(ServiceSocket socket) {
    if (!socket.pause(service, ServiceSocket.Pause.HANDED_OVER)) {
      return;
    }
    long pauseNanos = rate.start();
    if (pauseNanos > 0) {
      log.warn(
          "limit reached, clients wait service={} maxPerMinute={} seconds={}",
          spec.name(), spec.get(Attribute.RATE).map(Rate::count).orElse(0), pauseNanos / 1_000_000_000);
      service.pauseFor(ServiceSocket.Pause.RATE, pauseNanos);
    }
    service.tally().enter();
    sessions.execute(() -> start(socket), service.tally()::leave);
  }

  private void start(ServiceSocket socket) {
    long begin = System.nanoTime();
    try {
      var program = Objects.requireNonNull(service.program(), "program");
      var process = program.spawn(socket.childFd());
      service.tally().started.increment();
      log.info("started service={} pid={} wait", spec.name(), process.pid());
      sessions.started(
          process,
          status -> {
            service.logEnd(process.pid(), status);
            takeBack(socket, status, System.nanoTime() - begin);
          });
    } catch (IOException | RuntimeException e) {
      service.tally().failed.increment();
      log.warn("not started service={} cause=\"{}\"", spec.name(), e.getMessage());
      takeBack(socket, null, 0);
    }
  }

  private void takeBack(ServiceSocket socket, @Nullable ExitStatus status, long ranNanos) {
    service.tally().leave();
    boolean quick = status != null && ranNanos < BackOff.QUICK_NANOS;
    if (quick && unaccepted.canTell(socket.localAddress())) {
      // The look reads files, which is not for the event loop.
      sessions.execute(
          () -> {
            if (unaccepted.leftAt(socket.localAddress())) {
              hint();
            }
            watchAgain(socket, status, ranNanos);
          },
          () -> watchAgain(socket, status, ranNanos));
    } else {
      watchAgain(socket, status, ranNanos);
    }
  }

  private void watchAgain(ServiceSocket socket, @Nullable ExitStatus status, long ranNanos) {
    int seconds = backOff.ended(status, ranNanos);
    if (seconds > 0) {
      hint();
      log.warn("the program ends at once, pausing service={} seconds={}", spec.name(), seconds);
      socket.pauseFor(service, ServiceSocket.Pause.BACK_OFF, TimeUnit.SECONDS.toNanos(seconds));
    }
    socket.resume(service, ServiceSocket.Pause.HANDED_OVER);
  }

  /** Says once what the oldest form of an entry gets wrong. */
  private void hint() {
    if (hinted.compareAndSet(false, true)) {
      log.warn(
          !spec.isDatagram()
              ? "the program ends and its connection still waits service={}: with wait, fd 0 is the"
                  + " listening socket, from which the program itself must accept; a program that"
                  + " talks to one client on fd 0 needs nowait"
              : "the program ends at once service={}: it must read the datagram from fd 0",
          spec.name());
    }
  }
}
