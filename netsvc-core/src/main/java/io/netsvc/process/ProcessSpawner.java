package io.netsvc.process;

import io.netsvc.linux.Errno;
import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Loops;
import io.netsvc.linux.NativeAccess;
import io.netsvc.linux.SpawnPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A program to be started many times on fds that differ: an immutable template, validated once.
 * The child gets exactly the fds it is given and no other of the JVM's, default signal dispositions
 * and an empty mask, a session of its own, and its identity with no way back. A failure before the
 * program runs is a {@link SpawnException} that names the step.
 *
 * {@snippet :
 * var finger = ProcessSpawner.of(Path.of("/usr/sbin/in.fingerd"), o -> o.withUser("nobody"));
 * SpawnedProcess process;
 * try (connection) { // ours: the program's own stays open until it ends
 *   process = finger.spawn(ChildFd.of(connection));
 * }
 * ExitStatus status = process.awaitExit();
 * }
 *
 * <p>Identity and limits change in the child only, by system calls that it makes between clone3(2)
 * and execve(2). The first start that changes identity makes the whole JVM non-dumpable (see
 * PR_SET_DUMPABLE in prctl(2)) for good: it writes no core dumps after that. Nothing may set it
 * back while starts go on, or the new identity could read the JVM's memory.
 *
 * <p>Needs Linux with native access; what can be done on which machine is in {@link SpawnEngine}.
 * Spawners are safe for use by multiple concurrent threads; {@code spawn} blocks its thread until
 * the program runs, a millisecond or less as a rule, and no interrupt ends that. With {@link
 * SpawnEngine#SYSTEM_CALLS}, a child that does not get as far as its program within ten to twelve
 * seconds is killed.
 */
public final class ProcessSpawner {
  private static final int TEXT_BUSY_TRIES = 20;
  private static final long TEXT_BUSY_MILLIS = 1;

  private final String program;
  private final int passed;
  private final SpawnEngine engine;
  private final SpawnPlan plan;
  private final EventLoop loop;

  private ProcessSpawner(
      String program, int passed, SpawnEngine engine, SpawnPlan plan, EventLoop loop) {
    this.program = program;
    this.passed = passed;
    this.engine = engine;
    this.plan = plan;
    this.loop = loop;
  }

  /**
   * Makes a template. Users, groups and a program without a slash are looked up now; whether the
   * program can be executed shows at each start.
   *
   * @param program an absolute path, or a name to look up in {@link SpawnOptions#withSearchPath}
   * @throws IllegalArgumentException if there is no such program, user or group
   * @throws UnsupportedOperationException if this machine cannot start programs as asked
   * @throws java.io.UncheckedIOException if the databases of users and groups cannot be read, or no
   *     event loop can be opened, for want of fds
   */
  public static ProcessSpawner of(Path program, UnaryOperator<SpawnOptions> options) {
    Objects.requireNonNull(program, "program");
    NativeAccess.missing()
        .ifPresent(
            what -> {
              throw new UnsupportedOperationException("starting programs needs " + what);
            });
    var settings = (SpawnSettings) options.apply(new SpawnSettings());
    var path = Program.find(program, settings);
    var identity = Identity.of(settings);
    var engine = Plans.engine(path, settings, identity);
    return new ProcessSpawner(
        path.toString(),
        settings.passed().size(),
        engine,
        Plans.plan(engine, path, settings, identity),
        Loops.shared());
  }

  /** {@return how this template's programs are started} */
  public SpawnEngine engine() {
    return engine;
  }

  /** Starts the program with one thing as its fds 0, 1 and 2. */
  public SpawnedProcess spawn(ChildFd all) throws IOException {
    return spawn(all, all, all);
  }

  /**
   * Starts the program.
   *
   * @param passed the fds from 3 on, as many as {@link SpawnOptions#withPassedFds} names
   * @throws SpawnException if a step before the program failed
   * @throws IOException if an fd cannot be opened or prepared
   */
  public SpawnedProcess spawn(ChildFd in, ChildFd out, ChildFd err, ChildFd... passed)
      throws IOException {
    return spawn(Map.of(), in, out, err, passed);
  }

  /**
   * As {@link #spawn(ChildFd, ChildFd, ChildFd, ChildFd...)}, with more environment variables for
   * this start alone, which replace those of the template with the same names.
   *
   * @throws IllegalArgumentException if a name or value is none of a variable
   */
  public SpawnedProcess spawn(
      Map<String, String> variables, ChildFd in, ChildFd out, ChildFd err, ChildFd... passed)
      throws IOException {
    variables.forEach(SpawnSettings::checkVariable);
    if (passed.length != this.passed) {
      throw new IllegalArgumentException(
          passed.length + " fds passed, but " + this.passed + " have a name");
    }
    var all = new ArrayList<>(List.of(in, out, err));
    all.addAll(List.of(passed));
    try (var fds = ChildFds.open(all)) {
      try {
        return start(fds, Plans.environment(variables, this.passed > 0));
      } catch (IOException | RuntimeException | Error e) {
        fds.closeAll();
        throw e;
      }
    }
  }

  private SpawnedProcess start(ChildFds fds, List<String> variables) throws IOException {
    for (int attempt = 1; ; attempt++) {
      switch (plan.run(variables, fds.numbers())) {
        case SpawnPlan.Result.Started(int pid, var pidfd) -> {
          return SpawnedProcess.of(pid, pidfd, fds, loop);
        }
        case SpawnPlan.Result.Failed(String step, int errno) -> {
          // A child of another thread can hold a just-written program open until it executes.
          if (errno != Errno.ETXTBSY || attempt == TEXT_BUSY_TRIES) {
            throw new SpawnException(program, step, errno, Errno.describe(errno));
          }
          pause();
        }
        case SpawnPlan.Result.Killed(String step, int signal) ->
            throw new SpawnException(
                program, step, 0, "killed by signal " + signal + " before the program ran");
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(TEXT_BUSY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return program;
  }
}
