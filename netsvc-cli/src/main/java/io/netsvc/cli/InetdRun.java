package io.netsvc.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netsvc.inetd.InetdServer;
import io.netsvc.inetd.Reloaded;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of an inetd: signals, the control socket and changes of files all end up here. */
final class InetdRun implements AutoCloseable {
  private final PrintWriter err;
  private final String name;
  private final Supplier<InetdConfig> source;
  private final Duration grace;
  private final boolean strict;
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
    try (var server = InetdServer.start(config, o -> o.withStrict(strict))) {
      server.diagnostics().forEach(err::println);
      if (server.services().isEmpty()) {
        boolean refused = strict && server.diagnostics().stream().anyMatch(d -> d.isError());
        say(name + ": nothing to serve" + (refused ? ", refused by --strict" : ""));
        return false;
      }
      running.complete(server);
      try (var _ = FileWatch.of(watched, this::reload)) {
        var socket = control(control);
        try {
          stop.await();
        } finally {
          socket.ifPresent(ControlSocket::close);
        }
      }
      say("stopping");
      if (server.stop(grace) == Stopped.FORCED) {
        say("ended what still ran");
      }
      return true;
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
  private Optional<ControlSocket> control(@Nullable String path) {
    if (Objects.equals(path, "-")) {
      return Optional.empty();
    }
    var place = path == null ? ControlSocket.usual() : Path.of(path);
    try {
      return Optional.of(ControlSocket.open(place, this::told));
    } catch (IOException e) {
      say("netsvc ctl cannot reach this one: " + e.getMessage());
      return Optional.empty();
    }
  }

  private void told(String verb, String service, ObjectNode answer) throws IOException {
    var server = running.join();
    switch (verb) {
      case "status" ->
          ServiceJson.put(
              answer,
              server.services().stream()
                  .filter(state -> service.isEmpty() || state.name().equals(service))
                  .toList());
      case "reload" -> ServiceJson.put(answer, reloaded());
      case "stop" -> server.stopService(service);
      case "start" -> server.startService(service);
      case "restart" -> server.restartService(service);
      case "kill" -> answer.put("killed", server.killService(service));
      default -> throw new IllegalArgumentException("no such verb: " + verb);
    }
  }

  private Reloaded reloaded() throws IOException {
    try {
      return running.join().reload(source.get());
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  private void reload() {
    try {
      var reloaded = reloaded();
      reloaded.diagnostics().forEach(err::println);
      say(
          strict && reloaded.hasErrors()
              ? name + ": refused by --strict; nothing changed"
              : "reloaded " + name + ": " + reloaded);
    } catch (IOException e) {
      say(e.getMessage() + "; nothing changed");
    } catch (IllegalStateException _) {
      // It is being stopped.
    }
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
