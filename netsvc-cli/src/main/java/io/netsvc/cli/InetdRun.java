package io.netsvc.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netsvc.inetd.InetdServer;
import io.netsvc.inetd.Reloaded;
import io.netsvc.inetd.ServiceState;
import io.netsvc.inetd.Supervisor;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.PassedSocket;
import io.netsvc.net.Stopped;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of an inetd: signals, the control socket and changes of files all end up here. */
final class InetdRun implements AutoCloseable {
  private final PrintWriter err;
  private final String name;
  private final Supplier<InetdConfig> source;
  private final Duration grace;
  private final boolean strict;
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** A JVM on a busy machine may take a while to start. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Supervisor supervisor = Supervisor.fromEnvironment();
  private final CompletableFuture<ControlSocket> control = new CompletableFuture<>();
  private final ReentrantLock handover = new ReentrantLock();
  private volatile @Nullable Thread handingOver;
  private volatile long successor;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CompletableFuture<InetdServer> running = new CompletableFuture<>();
  private final Signals signals = new Signals();

  /**
   * Makes a run that has not begun.
   *
   * @param name what messages call the configuration
   * @param source reads the configuration again, or throws {@link UncheckedIOException}
   */
  InetdRun(PrintWriter err, String name, Supplier<InetdConfig> source, Duration grace, boolean strict) {
    this.err = err;
    this.name = name;
    this.source = source;
    this.grace = grace;
    this.strict = strict;
  }

  /**
   * Serves until it is stopped.
   *
   * @param control the control socket's path, {@code -} for none, null for the usual one
   * @param watched files that it reads again when they change
   * @return false if there was nothing to serve
   */
  boolean serve(InetdConfig config, @Nullable String control, List<Path> watched)
      throws InterruptedException {
    // Before the first line of the log, which is where others see that they may send signals.
    listen();
    try (var passed = Passed.take();
        var server =
            InetdServer.start(config, o -> o.withStrict(strict).withSockets(passed.services()))) {
      server.diagnostics().forEach(err::println);
      if (server.services().isEmpty()) {
        boolean refused = strict && server.diagnostics().stream().anyMatch(d -> d.isError());
        say(name + ": nothing to serve" + (refused ? ", refused by --strict" : ""));
        return false;
      }
      running.complete(server);
      try (var _ = FileWatch.of(watched, this::reload);
          var socket = control(control, passed.control());
          var _ = Watchdog.of(supervisor).orElse(null)) {
        server.ready(supervisor);
        supervisor.status("serving " + name);
        if (socket != null && supervisor.hasPredecessor()) {
          socket.own();
        }
        stop.await();
        end(server);
      }
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      say(e.getMessage());
      return false;
    }
  }

  private void end(InetdServer server) {
    long next = successor();
    if (next == 0) {
      supervisor.stopping();
      say("stopping");
    } else {
      supervisor.mainPid(next);
      say("handed over to pid " + next + ", waiting for what still runs");
    }
    if (server.stop(next == 0 ? grace : FOR_EVER) == Stopped.FORCED) {
      say("ended what still ran");
    }
  }

  private void listen() {
    var serving = Thread.currentThread();
    Runnable stopping =
        () -> {
          if (stop.getCount() > 0) {
            stop.countDown();
          } else {
            serving.interrupt(); // ends the grace
          }
        };
    boolean heard = signals.on("INT", stopping);
    heard &= signals.on("TERM", stopping);
    heard &= signals.on("HUP", this::reload);
    if (!heard) {
      say("this JVM hears no signals: it will neither reload nor end what it started");
    }
  }

  /** Opens the control socket; without the usual one there is a line, and the services go on. */
  private @Nullable ControlSocket control(@Nullable String path, Optional<PassedSocket> passed) {
    if (Objects.equals(path, "-")) {
      return null;
    }
    var place = path == null ? ControlSocket.usual() : Path.of(path);
    try {
      var opened =
          passed.isPresent()
              ? ControlSocket.adopt(passed.get(), this::told)
              : ControlSocket.open(place, this::told);
      control.complete(opened);
      return opened;
    } catch (IOException e) {
      sayUnreachable(SocketTable.explain(e));
      return null;
    } catch (IllegalArgumentException e) {
      sayUnreachable(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void told(String verb, String service, ObjectNode answer) throws IOException {
    var server = running.join();
    switch (verb) {
      case "status" -> ServiceJson.put(answer, states(server, service));
      case "reload" -> ServiceJson.put(answer, reloaded());
      case "handover" -> answer.put("pid", handOver(server));
      case "stop" -> server.stopService(service);
      case "start" -> server.startService(service);
      case "restart" -> server.restartService(service);
      case "kill" -> answer.put("killed", server.killService(service));
      default -> throw new IllegalArgumentException("no such verb: " + verb);
    }
  }

  private static List<ServiceState> states(InetdServer server, String service) {
    var all = server.services();
    if (service.isEmpty()) {
      return all;
    }
    var one = all.stream().filter(state -> state.name().equals(service)).toList();
    if (one.isEmpty()) {
      throw new NoSuchElementException("no service \"" + service + '"');
    }
    return one;
  }

  private Reloaded reloaded() throws IOException {
    supervisor.reloading();
    try {
      var config = read();
      if (config.services().isEmpty() && !config.hasErrors()) {
        throw new IOException(name + ": nothing to serve");
      }
      var reloaded = running.join().reload(config);
      reloaded.diagnostics().forEach(err::println);
      say(
          strict && reloaded.hasErrors()
              ? name + ": refused by --strict; nothing changed"
              : "reloaded " + name + ": " + reloaded);
      return reloaded;
    } finally {
      supervisor.ready();
    }
  }

  private InetdConfig read() throws IOException {
    try {
      return source.get();
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** Has a process of this same command line take over, if the files are good. */
  private long handOver(InetdServer server) throws IOException {
    var wrong =
        InetdServer.check(read()).diagnostics().stream().filter(Diagnostic::isError).findFirst();
    if (wrong.isPresent()) {
      say("not handed over, since a service would be lost: " + wrong.get());
      throw new IOException("nothing changed, since a service would be lost: " + wrong.get());
    }
    var socket = control.getNow(null);
    handingOver = Thread.currentThread();
    handover.lock();
    try {
      long pid =
          server.handOver(ownCommand(), socket == null ? Map.of() : socket.passed(), PATIENCE);
      successor = pid;
      stop.countDown();
      return pid;
    } catch (InterruptedException e) {
      throw new InterruptedIOException("it is being stopped");
    } catch (IOException e) {
      say("not handed over: " + e.getMessage());
      throw e;
    } finally {
      handingOver = null;
      handover.unlock();
    }
  }

  /** Ends a handover that is not complete, and returns the process that one has led to, or 0. */
  private long successor() {
    var thread = handingOver;
    if (thread != null && successor == 0) {
      thread.interrupt();
    }
    handover.lock();
    try {
      return successor;
    } finally {
      handover.unlock();
    }
  }

  private static List<String> ownCommand() throws IOException {
    var text = Files.readString(Path.of("/proc/self/cmdline"));
    return List.of(text.substring(0, text.length() - 1).split("\0", -1));
  }

  private void reload() {
    try {
      var _ = reloaded();
    } catch (IOException e) {
      say(e.getMessage() + "; nothing changed");
    } catch (IllegalStateException e) {
      say("not reloaded: " + e.getMessage());
    }
  }

  private void sayUnreachable(String cause) {
    say("netsvc ctl cannot reach this one, --control PATH names another place: " + cause);
  }

  private void say(@Nullable String message) {
    err.println("netsvc: " + message);
    err.flush();
  }

  /** Hears no more signals. */
  @Override
  public void close() {
    signals.close();
  }
}
