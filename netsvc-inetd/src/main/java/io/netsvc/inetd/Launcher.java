package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Fds;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.inetd.config.Stderr;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ExitStatus;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the programs of one entry with the fds that it asks for, and sees to their time. */
final class Launcher {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Service service;
  private final Sessions sessions;
  private final ErrorLog errors;

  Launcher(Service service, Sessions sessions) {
    this.service = service;
    this.sessions = sessions;
    this.errors = new ErrorLog(service.spec().name());
  }

  /**
   * Starts the program, on a spawner thread.
   *
   * @param sockets what it is to have: one, or with {@link Fds#SYSTEMD} any number
   * @param variables what its environment says beside the entry's own
   * @param about for the log, such as {@code peer=/127.0.0.1:4000}
   * @param ended runs on an event loop when it has ended
   */
  SpawnedProcess start(
      List<ChildFd> sockets,
      Map<String, String> variables,
      String about,
      Consumer<ExitStatus> ended)
      throws IOException {
    var spec = service.spec();
    var program = Objects.requireNonNull(service.program(), "program").spawner();
    var tally = service.tally();
    var process = spawn(program, spec, sockets, variables);
    log.info("started service={} {} pid={}", spec.name(), about, process.pid());
    var overdue = timeLimit(spec, process);
    sessions.started(
        process,
        tally,
        spec.get(Attribute.STOP_TIME).orElse(service.stopTime()),
        status -> {
          overdue.run();
          tally.ended(status);
          logEnd(spec, process.pid(), status);
          ended.accept(status);
        });
    tally.started(); // what counts can be ended by name
    return process;
  }

  private SpawnedProcess spawn(
      ProcessSpawner program,
      ServiceSpec spec,
      List<ChildFd> sockets,
      Map<String, String> variables)
      throws IOException {
    var fds = spec.get(Attribute.FDS).orElse(Fds.INETD);
    var stderr = spec.get(Attribute.STDERR);
    if (fds == Fds.SYSTEMD) {
      boolean logged = stderr.orElse(Stderr.LOG) == Stderr.LOG;
      var out = logged ? ChildFd.pipe() : ChildFd.devNull();
      var passed = sockets.toArray(ChildFd[]::new);
      var process = program.spawn(variables, ChildFd.devNull(), out, out, passed);
      return logged ? logged(process, 1) : process;
    }
    var socket = sockets.isEmpty() ? ChildFd.devNull() : sockets.getFirst();
    return switch (stderr.orElse(fds == Fds.UCSPI ? Stderr.LOG : Stderr.CLIENT)) {
      case CLIENT -> program.spawn(variables, socket, socket, socket);
      case LOG -> logged(program.spawn(variables, socket, socket, ChildFd.pipe()), 2);
      case NULL -> program.spawn(variables, socket, socket, ChildFd.devNull());
    };
  }

  /** Logs what a program writes to that fd, on which it has a pipe. */
  private SpawnedProcess logged(SpawnedProcess process, int fd) {
    try {
      sessions.outputs().read(process, fd, errors.of(process.pid()));
    } catch (IOException e) { // it runs all the same
      log.warn("stderr is not read pid={} cause=\"{}\"", process.pid(), e.getMessage());
    }
    return process;
  }

  /** Returns what takes the limit back. */
  private Runnable timeLimit(ServiceSpec spec, SpawnedProcess process) {
    var limit = spec.get(Attribute.TIME_LIMIT);
    if (limit.isEmpty()) {
      return () -> {};
    }
    return Later.run(
        () -> {
          log.warn(
              "over its time, ending service={} pid={} limit={}",
              spec.name(), process.pid(), shown(limit.get()));
          sessions.end(process);
        },
        TimeUnit.NANOSECONDS.convert(limit.get()));
  }

  private static String shown(Duration duration) {
    return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }

  private static void logEnd(ServiceSpec spec, long pid, ExitStatus status) {
    if (status.success()) {
      log.info("ended service={} pid={} status=0", spec.name(), pid);
    } else {
      log.info("ended service={} pid={} {}", spec.name(), pid, status);
    }
  }
}
