package io.netsvc.process;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.Errno;
import io.netsvc.linux.Loops;
import io.netsvc.linux.Spawn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A program to be started many times on fds that differ: an immutable template, validated once.
 * The child gets exactly the fds it is given and no other of the JVM's, default signal dispositions
 * and an empty mask, a session of its own, and its identity with no way back. A failure before the
 * program runs is a {@link SpawnException} that names the step.
 *
 * <p>Identity and limits change in the child only, by system calls that it makes between clone3(2)
 * and execve(2). The first start that changes identity makes the whole JVM non-dumpable (see
 * PR_SET_DUMPABLE in prctl(2)) for good: it writes no core dumps after that.
 *
 * <p>Needs Linux on x86-64 with native access. Spawners are safe for use by multiple concurrent
 * threads; {@code spawn} blocks its thread until the program runs, a millisecond or less as a rule.
 */
public final class ProcessSpawner {
  private static final int FILES_BY_DEFAULT = 1024;
  private static final int TEXT_BUSY_TRIES = 5;

  private final String program;
  private final Spawn steps;

  private ProcessSpawner(String program, Spawn steps) {
    this.program = program;
    this.steps = steps;
  }

  /**
   * Makes a template for a child with the fds 0, 1 and 2.
   *
   * @param program an absolute path; nothing is searched
   * @throws IllegalArgumentException if the path is relative, or a user or group is unknown
   * @throws UnsupportedOperationException on another platform
   */
  public static ProcessSpawner of(Path program, UnaryOperator<SpawnOptions> options) {
    if (!program.isAbsolute()) {
      throw new IllegalArgumentException("program is not an absolute path: " + program);
    }
    var settings = (SpawnSettings) options.apply(SpawnSettings.defaults(program.toString()));
    var steps = new Spawn(3).session().placeFds().umask(settings.umask());
    settings.limits().forEach((limit, v) -> steps.limit(limit.resource(), v[0], v[1]));
    if (!settings.limits().containsKey(Limit.OPEN_FILES)) {
      steps.softFileLimit(FILES_BY_DEFAULT);
    }
    if (settings.nice() != null) {
      steps.nice(settings.nice());
    }
    identify(steps, settings);
    List<String> environment =
        settings.environment().entrySet().stream().map(e -> e.getKey() + '=' + e.getValue()).toList();
    steps.execute(program.toString(), settings.argv(), environment);
    return new ProcessSpawner(program.toString(), steps);
  }

  private static void identify(Spawn steps, SpawnSettings settings) {
    var name = settings.user();
    var group = settings.group();
    var user = name == null ? null : Credentials.user(name).orElseThrow(() -> unknown("user", name));
    int gid =
        group != null
            ? Credentials.gid(group).orElseThrow(() -> unknown("group", group))
            : user != null ? user.gid() : Credentials.effectiveGid();
    int[] groups = user != null ? Credentials.groups(user.name(), gid) : new int[] {gid};
    // chroot comes after the databases were read and before the identity is gone.
    var root = settings.chroot();
    if (root != null) {
      steps.chroot(root.toString());
    }
    steps.directory(settings.directory().toString());
    if ((user != null || group != null) && Credentials.effectiveUid() == 0) {
      steps.groups(gid, groups);
    }
    if (settings.noNewPrivileges()) {
      steps.noNewPrivileges();
    }
    if (user != null) {
      steps.user(user.uid());
    }
  }

  private static IllegalArgumentException unknown(String what, String name) {
    return new IllegalArgumentException("no such " + what + ": " + name);
  }

  /** Starts the program with one thing as its fds 0, 1 and 2. */
  public SpawnedProcess spawn(ChildFd all) throws IOException {
    return spawn(all, all, all);
  }

  /**
   * Starts the program.
   *
   * @throws SpawnException if a step before the program failed
   * @throws IOException if an fd cannot be prepared
   */
  public SpawnedProcess spawn(ChildFd in, ChildFd out, ChildFd err) throws IOException {
    int[] sources = ChildFd.prepare(in, out, err);
    for (int attempt = 1; ; attempt++) {
      switch (steps.run(sources)) {
        case Spawn.Result.Started(int pid, var pidfd) -> {
          return new SpawnedProcess(pid, pidfd, Loops.shared());
        }
        case Spawn.Result.Failed(String step, int errno) -> {
          // Another thread's child can hold a just-written program open for a moment: execve(2).
          if (errno != Errno.ETXTBSY || attempt == TEXT_BUSY_TRIES) {
            throw new SpawnException(program, step, errno, Errno.describe(errno));
          }
          Thread.onSpinWait();
        }
      }
    }
  }

  @Override
  public String toString() {
    return program;
  }
}
