package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Fds;
import io.netsvc.inetd.config.Rate;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.process.ExitStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
  private final Launcher launcher;
  private final DatagramGate gate;
  private final StartRate rate;
  private final BackOff backOff = new BackOff();
  private final Unaccepted unaccepted = new Unaccepted();
  private final AtomicBoolean hinted = new AtomicBoolean();

  Wait(Service service, Sessions sessions, Admission admission) {
    this.service = service;
    this.spec = service.spec();
    this.sessions = sessions;
    this.launcher = new Launcher(service, sessions);
    this.gate = new DatagramGate(service, admission);
    this.rate = new StartRate(spec.get(Attribute.RATE), System::nanoTime);
    service.tally().onFreed(() -> {});
  }

  @Override
  public void serve(ServiceSocket socket) throws IOException {
    if (rate.never() && !spec.isDatagram()) { // of datagrams each one is dropped
      socket.pause(service, Pause.RATE);
    }
    socket.onReadable(
        () -> {
          if (socket instanceof ServiceSocket.Datagram datagram) {
            gate.next(datagram, peer -> handOver(socket, () -> gate.left(peer)));
          } else {
            handOver(socket, () -> {}); // whoever connects is for the program to accept
          }
        });
  }

  /** @param after the program has ended, or there was none */
  private void handOver(ServiceSocket socket, Runnable after) {
    if (!socket.pause(service, Pause.HANDED_OVER)) {
      after.run();
      return;
    }
    var given = givenWith(socket);
    long pauseNanos = rate.start();
    if (pauseNanos > 0) {
      log.warn(
          "limit reached, clients wait service={} count={} seconds={}",
          spec.name(), spec.get(Attribute.RATE).map(Rate::count).orElse(0), pauseNanos / 1_000_000_000);
      service.pauseFor(Pause.RATE, pauseNanos);
    }
    var _ = service.tally().enter();
    Runnable ended =
        () -> {
          service.tally().leave();
          after.run();
        };
    sessions.execute(() -> start(given, ended), ended);
  }

  /** Returns what the program gets: the socket, or as systemd has it all of the entry. */
  private List<ServiceSocket> givenWith(ServiceSocket socket) {
    if (spec.get(Attribute.FDS).filter(Fds.SYSTEMD::equals).isEmpty()) {
      return List.of(socket);
    }
    var all = service.sockets();
    all.forEach(other -> other.pause(service, Pause.HANDED_OVER));
    return all;
  }

  private void start(List<ServiceSocket> given, Runnable ended) {
    long begin = System.nanoTime();
    try {
      var process = launcher.start(
          given.stream().map(ServiceSocket::childFd).toList(),
          Map.of(),
          "wait",
          status -> {
            ended.run();
            takeBack(given, status, System.nanoTime() - begin);
          });
      given.forEach(socket -> socket.heldBy(process.pid()));
    } catch (IOException | RuntimeException e) {
      service.tally().failed();
      log.warn("not started service={} cause=\"{}\"", spec.name(), e.getMessage());
      ended.run();
      takeBack(given, null, 0);
    }
  }

  private void takeBack(List<ServiceSocket> given, @Nullable ExitStatus status, long ranNanos) {
    boolean quick = status != null && ranNanos < BackOff.QUICK_NANOS;
    var address = given.getFirst().localAddress();
    if (quick && unaccepted.canTell(address)) {
      // The look reads files, which is not for the event loop.
      sessions.execute(
          () -> {
            if (unaccepted.leftAt(address)) {
              hint();
            }
            watchAgain(given, status, ranNanos);
          },
          () -> watchAgain(given, status, ranNanos));
    } else {
      watchAgain(given, status, ranNanos);
    }
  }

  private void watchAgain(List<ServiceSocket> given, @Nullable ExitStatus status, long ranNanos) {
    int seconds = backOff.ended(status, ranNanos);
    if (seconds > 0) {
      hint();
      log.warn("the program ends at once, pausing service={} seconds={}", spec.name(), seconds);
    }
    for (var socket : given) {
      socket.heldBy(0);
      if (seconds > 0) {
        socket.pauseFor(service, Pause.BACK_OFF, TimeUnit.SECONDS.toNanos(seconds));
      }
      socket.resume(service, Pause.HANDED_OVER);
    }
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
