package io.netsvc.inetd;

import io.netsvc.net.DatagramPort;
import io.netsvc.net.Listener;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnOptions;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts the process that follows this one, with all sockets, and waits until it serves. */
final class Handover {
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final int USUAL_UMASK = 022;
  private static final Duration KILL_DELAY = Duration.ofSeconds(5);

  private final List<String> names = new ArrayList<>();
  private final List<ChildFd> fds = new ArrayList<>();
  private final Map<String, String> told = new HashMap<>();

  Handover(List<Service> services, Inherited inherited, Map<String, Listener> others) {
    told.putAll(Succession.of(services));
    others.forEach((name, listener) -> add(name, ChildFd.shared(listener)));
    var sockets =
        services.stream().flatMap(s -> s.sockets().stream()).filter(s -> !s.isClosed()).toList();
    for (var passed : inherited.shared()) {
      var holder = sockets.stream().filter(s -> passed.socket().equals(s.sharedAs())).findFirst();
      add("name", passed.name(), holder, ChildFd.shared(passed.socket()));
    }
    for (var socket : sockets) {
      if (socket.sharedAs() == null) {
        add("of", Succession.name(socket.key()), Optional.of(socket), socket.sharedFd());
      }
    }
  }

  private void add(String what, String value, Optional<ServiceSocket> holder, ChildFd fd) {
    var id = "s" + names.size();
    told.put(id + '.' + what, value);
    holder
        .filter(socket -> socket.holder() != 0)
        .ifPresent(socket -> told.put(id + ".holder", String.valueOf(socket.holder())));
    add(id, fd);
  }

  private void add(String name, ChildFd fd) {
    names.add(name);
    fds.add(fd);
  }

  /**
   * Returns the new process once it serves.
   *
   * @throws IOException if it does not; it has ended then
   */
  SpawnedProcess run(List<String> command, Duration patience)
      throws IOException, InterruptedException {
    var directory = Files.createTempDirectory("netsvc"); // 0700, so that nobody else can answer
    var path = directory.resolve(Succession.READY);
    Succession.write(directory, told);
    try (var answers = DatagramPort.open(UnixDomainSocketAddress.of(path))) {
      var ready = new CompletableFuture<Void>();
      answers.onReadable(() -> answered(answers, ready));
      var program = Path.of(command.getFirst());
      var process =
          ProcessSpawner.of(program, o -> options(o, command, directory))
              .spawn(
                  ChildFd.inherit(0),
                  ChildFd.inherit(1),
                  ChildFd.inherit(2),
                  fds.toArray(ChildFd[]::new));
      process.onExit(
          status -> ready.completeExceptionally(new IOException("it has ended: " + status)));
      boolean serves = false;
      try {
        await(ready, patience);
        serves = true;
        return process;
      } finally {
        if (!serves) {
          end(process);
        }
      }
    } finally {
      Succession.remove(directory);
    }
  }

  private static void answered(DatagramPort answers, CompletableFuture<Void> ready) {
    try {
      for (var answer = answers.poll(); answer.isPresent(); answer = answers.poll()) {
        var text = StandardCharsets.UTF_8.decode(answer.get().data()).toString();
        if (text.lines().anyMatch("READY=1"::equals)) {
          ready.complete(null);
        }
      }
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  private static void await(CompletableFuture<Void> ready, Duration patience)
      throws IOException, InterruptedException {
    try {
      ready.get(TimeUnit.NANOSECONDS.convert(patience), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the new process does not serve: " + Objects.requireNonNull(e.getCause()).getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("the new process does not serve after " + patience.toSeconds() + " s", e);
    }
  }

  private static void end(SpawnedProcess process) throws IOException, InterruptedException {
    process.signal(SIGTERM);
    if (process.awaitExit(KILL_DELAY).isEmpty()) {
      process.signal(SIGKILL);
      process.awaitExit();
    }
  }

  /** The new process is to be as this one is, so that it is only the next. */
  private SpawnOptions options(SpawnOptions defaults, List<String> command, Path directory) {
    var environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("LISTEN_"));
    environment.remove("WATCHDOG_PID");
    environment.put(Succession.DIRECTORY, directory.toString());
    var options =
        defaults
            .withArguments(command)
            .withSearchPath(environment.getOrDefault("PATH", "/usr/bin:/bin"))
            .withEnvironment(environment)
            .withDirectory(Path.of("").toAbsolutePath())
            .withUmask(umask())
            .withSharedSession();
    return names.isEmpty() ? options : options.withPassedFds(names);
  }

  /** See proc_pid_status(5); there is no other way to ask that does not change it. */
  private static int umask() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("Umask:"))
          .mapToInt(line -> Integer.parseInt(line.substring(6).trim(), 8))
          .findFirst()
          .orElse(USUAL_UMASK);
    } catch (IOException e) {
      return USUAL_UMASK;
    }
  }
}
