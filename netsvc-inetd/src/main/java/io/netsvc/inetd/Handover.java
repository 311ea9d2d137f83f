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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts the process that follows this one, with all sockets, and waits until it serves. */
final class Handover {
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final Duration KILL_DELAY = Duration.ofSeconds(5);

  private final List<String> names = new ArrayList<>();
  private final List<ChildFd> fds = new ArrayList<>();
  private final String state;

  Handover(List<Service> services, Map<String, Listener> others) {
    others.forEach((name, listener) -> add(name, ChildFd.shared(listener)));
    for (var service : services) {
      for (var socket : service.sockets()) {
        if (!socket.isClosed()) {
          add(Succession.name(socket.key()), socket.sharedFd());
        }
      }
    }
    this.state = Succession.encoded(services);
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
    var path = directory.resolve("ready");
    try (var answers = DatagramPort.open(UnixDomainSocketAddress.of(path))) {
      var ready = new CompletableFuture<Void>();
      answers.onReadable(() -> answered(answers, ready));
      var program = Path.of(command.getFirst());
      var process =
          ProcessSpawner.of(program, o -> options(o, command, path))
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
      Files.deleteIfExists(directory);
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
  private SpawnOptions options(SpawnOptions defaults, List<String> command, Path answers) {
    var environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("LISTEN_"));
    environment.remove("WATCHDOG_PID");
    environment.put(Succession.SOCKET, answers.toString());
    environment.put(Succession.STATE, state);
    var options =
        defaults
            .withArguments(command)
            .withSearchPath(environment.getOrDefault("PATH", "/usr/bin:/bin"))
            .withEnvironment(environment)
            .withDirectory(Path.of("").toAbsolutePath())
            .withSharedSession();
    return names.isEmpty() ? options : options.withPassedFds(names);
  }
}
