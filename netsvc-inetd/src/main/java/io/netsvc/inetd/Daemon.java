package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Fds;
import io.netsvc.linux.Loops;
import io.netsvc.linux.Pidfd;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ExitStatus;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that runs all the time: it is given the sockets, if the entry has any, and is started
 * again when it ends: after a second, and twice as long each time that it ends soon, up to five
 * minutes.
 */
final class Daemon implements Serving {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Service service;
  private final Sessions sessions;
  private final Launcher launcher;
  private final RestartDelay delay = new RestartDelay();
  private @Nullable SpawnedProcess process;
  private long awaited; // a predecessor's program
  private Runnable cancel = () -> {};
  private boolean over;

  Daemon(Service service, Sessions sessions) {
    this.service = service;
    this.sessions = sessions;
    this.launcher = new Launcher(service, sessions);
    service.tally().onFreed(() -> {});
  }

  @Override
  public void serve(ServiceSocket socket) throws IOException {
    // What arrives is the program's to see, not ours; nor is it, for a moment, made non-blocking.
    socket.pause(service, Pause.HANDED_OVER);
    socket.onReadable(() -> {});
  }

  @Override
  public void begun() {
    long before = service.predecessor();
    if (before == 0) {
      start();
      return;
    }
    synchronized (this) {
      awaited = before;
    }
    try {
      Pidfd.whenEnded(Math.toIntExact(before), Loops.shared(), this::start);
    } catch (IOException e) {
      log.warn("not waited for service={} pid={} cause=\"{}\"", service.spec().name(), before, e.getMessage());
      start();
    }
  }

  /** Returns the running program, if only a predecessor's, or 0. */
  synchronized long pid() {
    return process == null ? awaited : process.pid();
  }

  private void start() {
    synchronized (this) {
      awaited = 0;
      if (over) {
        return;
      }
    }
    var _ = service.tally().enter();
    sessions.execute(this::spawn, service.tally()::leave);
  }

  private void spawn() {
    long begin = System.nanoTime();
    try {
      var started =
          launcher.start(sockets(), Map.of(), "keep", status -> ended(status, System.nanoTime() - begin));
      synchronized (this) {
        process = started;
        if (over) {
          sessions.end(started);
        }
      }
    } catch (IOException | RuntimeException e) {
      service.tally().failed();
      log.warn("not started service={} cause=\"{}\"", service.spec().name(), e.getMessage());
      ended(null, 0);
    }
  }

  private List<ChildFd> sockets() {
    var all = service.sockets().stream().map(ServiceSocket::childFd).toList();
    boolean first = service.spec().get(Attribute.FDS).orElse(Fds.INETD) != Fds.SYSTEMD;
    return first && !all.isEmpty() ? all.subList(0, 1) : all;
  }

  private void ended(@Nullable ExitStatus status, long ranNanos) {
    service.tally().leave();
    long seconds = delay.afterSeconds(ranNanos);
    synchronized (this) {
      process = null;
      if (over) {
        return;
      }
      service.pauseFor(Pause.BACK_OFF, TimeUnit.SECONDS.toNanos(seconds)); // is shown
      cancel = Later.run(this::start, TimeUnit.SECONDS.toNanos(seconds));
    }
    log.warn(
        "starting again service={} after={} seconds={}",
        service.spec().name(), status == null ? "failure" : status, seconds);
  }

  @Override
  public void over() {
    SpawnedProcess running;
    synchronized (this) {
      over = true;
      running = process;
      cancel.run();
    }
    if (running != null) {
      sessions.end(running);
    }
  }
}
