package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A start by posix_spawn(3), where there is no listing for this machine: fds, session, signals and
 * directory, but neither identity nor limits. It says which errno, not which step; a child that a
 * signal ends before its program counts as started. Safe for use by multiple concurrent threads.
 */
public final class PosixSpawn implements SpawnPlan {
  private static final MethodHandle SPAWN =
      Libc.ints("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ACTIONS_INIT =
      Libc.ints("posix_spawn_file_actions_init", ADDRESS);
  private static final MethodHandle ACTIONS_DESTROY =
      Libc.ints("posix_spawn_file_actions_destroy", ADDRESS);
  private static final MethodHandle ADD_DUP2 =
      Libc.ints("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final Optional<MethodHandle> ADD_CLOSE_FROM =
      Libc.optional("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final Optional<MethodHandle> ADD_CHDIR =
      Libc.optional("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);
  private static final MethodHandle ATTR_INIT = Libc.ints("posix_spawnattr_init", ADDRESS);
  private static final MethodHandle SET_FLAGS =
      Libc.ints("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
  private static final MethodHandle SET_MASK =
      Libc.ints("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  private static final MethodHandle SET_DEFAULT =
      Libc.ints("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);

  private static final int SETSIGDEF = 0x04;
  private static final int SETSIGMASK = 0x08;
  private static final int SETSID = 0x80;

  /** The sizes in glibc and musl, on 64-bit machines. */
  private static final int ACTIONS_SIZE = 80;

  private static final int ATTR_SIZE = 336;
  private static final int SIGSET_SIZE = 128;

  private final Arena arena = Arena.ofAuto();
  private final int fds;
  private final MemorySegment program;
  private final List<Long> argv;
  private final SpawnEnvironment environment;
  private final int environmentAt;
  private final MemorySegment directory;
  private final MemorySegment attributes;

  /**
   * Prepares a start of an absolute path on this many fds, numbered from 0.
   *
   * @param environmentAt where among the arguments the environment goes instead; -1 for nowhere
   */
  public PosixSpawn(
      int fds,
      String program,
      List<String> argv,
      List<String> environment,
      String directory,
      boolean session,
      int environmentAt) {
    if (!supported()) {
      throw new UnsupportedOperationException(
          "this libc's posix_spawn has no addclosefrom_np or no addchdir_np");
    }
    ChildSignal.restore(); // before the first child, whose status would be lost
    this.fds = fds;
    this.program = arena.allocateFrom(program);
    this.argv = argv.stream().map(word -> arena.allocateFrom(word).address()).toList();
    this.environment = new SpawnEnvironment(environment, arena);
    this.environmentAt = environmentAt;
    this.directory = arena.allocateFrom(directory);
    this.attributes = arena.allocate(ATTR_SIZE, 16);
    must(call(ATTR_INIT, attributes));
    must(setFlags((short) (SETSIGDEF | SETSIGMASK | (session ? SETSID : 0))));
    must(call(SET_MASK, attributes, arena.allocate(SIGSET_SIZE, 8)));
    // All of them, libc's own included, which it would set to ignored otherwise.
    must(call(SET_DEFAULT, attributes, arena.allocate(SIGSET_SIZE, 8).fill((byte) -1)));
  }

  /** {@return whether this libc can close the fds that the child is not to have} */
  public static boolean supported() {
    return ADD_CLOSE_FROM.isPresent() && ADD_CHDIR.isPresent();
  }

  @Override
  public Result run(List<String> variables, int... sources) throws LinuxException {
    if (sources.length != fds) {
      throw new IllegalArgumentException(sources.length + " fds for " + fds);
    }
    try (var placed = LowFds.place(sources);
        var confined = Arena.ofConfined()) {
      var actions = confined.allocate(ACTIONS_SIZE, 16);
      must(call(ACTIONS_INIT, actions));
      try {
        for (int i = 0; i < fds; i++) {
          must(call(ADD_DUP2, actions, placed.number(i), i));
        }
        must(call(ADD_CLOSE_FROM.orElseThrow(), actions, fds));
        must(call(ADD_CHDIR.orElseThrow(), actions, directory));
        var words = new ArrayList<>(argv);
        var all = environment.with(variables, confined);
        if (environmentAt >= 0) {
          words.addAll(environmentAt, all);
          all = List.of();
        }
        return spawn(
            actions,
            confined.allocate(4, 4),
            SpawnMemory.array(confined, words),
            SpawnMemory.array(confined, all));
      } finally {
        must(call(ACTIONS_DESTROY, actions));
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private Result spawn(
      MemorySegment actions, MemorySegment pid, MemorySegment arguments, MemorySegment variables)
      throws LinuxException {
    int errno;
    try {
      errno =
          (int)
              SPAWN.invokeExact(
                  Libc.state(), pid, program, actions, attributes, arguments, variables);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
    if (errno != 0) {
      return new Result.Failed("posix_spawn", errno);
    }
    int child = pid.get(JAVA_INT, 0);
    return new Result.Started(child, Pidfd.open(child));
  }

  private int setFlags(short flags) {
    try {
      return (int) SET_FLAGS.invokeExact(Libc.state(), attributes, flags);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static int call(MethodHandle function, MemorySegment a) {
    try {
      return (int) function.invokeExact(Libc.state(), a);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static int call(MethodHandle function, MemorySegment a, MemorySegment b) {
    try {
      return (int) function.invokeExact(Libc.state(), a, b);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static int call(MethodHandle function, MemorySegment a, int b) {
    try {
      return (int) function.invokeExact(Libc.state(), a, b);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static int call(MethodHandle function, MemorySegment a, int b, int c) {
    try {
      return (int) function.invokeExact(Libc.state(), a, b, c);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static void must(int errno) {
    if (errno != 0) {
      throw new OutOfMemoryError("posix_spawn attributes: " + Errno.describe(errno));
    }
  }
}
