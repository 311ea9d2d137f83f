package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The system calls that a child makes between clone3(2) and execve(2), in order. It is made once
 * for a program and run many times; the memory lives as long as it does. Safe for use by multiple
 * concurrent threads once {@link #execute} was added.
 *
 * <p>The child shares the JVM's memory until it executes, and this thread waits for that, as with
 * vfork(2). A child that is stopped or stuck there (a dead NFS server) is killed after ten seconds.
 */
public final class Spawn {
  private static final long CLONE_VM = 0x100;
  private static final long CLONE_PIDFD = 0x1000;
  private static final long CLONE_VFORK = 0x4000;
  private static final long CLONE_CLEAR_SIGHAND = 0x1_0000_0000L;
  private static final int SIGCHLD = 17;
  private static final int SIGKILL = 9;
  private static final int SIGSTOP = 19;
  private static final int STEP = 64;
  private static final int RESULT = 56;
  private static final int STACK = 16 * 1024;
  private static final long STUCK_MILLIS = 10_000;

  private static final ScheduledExecutorService WATCHDOG =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("netsvc-spawn-watchdog").unstarted(task));

  private final Arena arena = Arena.ofAuto();
  private final List<String> names = new ArrayList<>();
  private final List<long[]> steps = new ArrayList<>();

  /** Where the child's fds come from is told at each {@link #run}. */
  private final int fds;

  private int firstDup = -1;

  /** Begins a list for a child that gets this many fds, numbered from 0. */
  public Spawn(int fds) {
    if (!SpawnCode.supported()) {
      throw new UnsupportedOperationException(
          "spawning on fds needs Linux on x86-64, not " + System.getProperty("os.arch"));
    }
    this.fds = fds;
    defaultSignals();
  }

  /** What {@link #run} made: a child that executes, or the step that failed. */
  public sealed interface Result {
    /** The child runs, or has ended already; {@code pidfd} tells. */
    record Started(int pid, Fd pidfd) implements Result {}

    /** No program runs. */
    record Failed(String step, int errno) implements Result {}
  }

  private Spawn add(String name, long number, long... arguments) {
    long[] step = new long[8];
    step[0] = number;
    System.arraycopy(arguments, 0, step, 1, arguments.length);
    names.add(name);
    steps.add(step);
    return this;
  }

  /** CLONE_CLEAR_SIGHAND resets what is caught, but leaves ignored what the JVM's starter ignored. */
  private void defaultSignals() {
    var defaults = arena.allocate(32, 8);
    for (int signal = 1; signal <= 64; signal++) {
      if (signal != SIGKILL && signal != SIGSTOP) {
        add("rt_sigaction " + signal, 13, signal, defaults.address(), 0, 8);
      }
    }
  }

  /** setsid(2). */
  public Spawn session() {
    return add("setsid", 112);
  }

  /** Puts the fds in place and closes every other. */
  public Spawn placeFds() {
    firstDup = steps.size();
    for (int i = 0; i < fds; i++) {
      add("dup2 " + i, 33, -1, i);
    }
    return add("close_range", 436, fds, 0xffff_ffffL, 0);
  }

  /** umask(2). */
  public Spawn umask(int mask) {
    return add("umask", 95, mask);
  }

  /** prlimit(2) on the child itself. */
  public Spawn limit(int resource, long soft, long hard) {
    var limits = arena.allocateFrom(ValueLayout.JAVA_LONG, soft, hard);
    return add("prlimit " + resource, 302, 0, resource, limits.address(), 0);
  }

  /** Lowers the soft limit of open files to at most this; the JVM raises its own. */
  public Spawn softFileLimit(long soft) {
    try (var confined = Arena.ofConfined()) {
      var limits = confined.allocate(16, 8);
      Syscalls.syscall(302, 0, 7, 0, limits.address(), 0);
      long hard = limits.get(ValueLayout.JAVA_LONG, 8);
      return limit(7, hard < 0 ? soft : Math.min(soft, hard), hard);
    }
  }

  /** setpriority(2). */
  public Spawn nice(int value) {
    return add("setpriority", 141, 0, 0, value);
  }

  /** chroot(2). */
  public Spawn chroot(String directory) {
    return add("chroot " + directory, 161, arena.allocateFrom(directory).address());
  }

  /** chdir(2). */
  public Spawn directory(String directory) {
    return add("chdir " + directory, 80, arena.allocateFrom(directory).address());
  }

  /** setgroups(2), setresgid(2): real, effective and saved. */
  public Spawn groups(int gid, int... groups) {
    // An empty list must be set too, or the child would keep the JVM's.
    var list = arena.allocate(Math.max(4, 4L * groups.length), 8);
    MemorySegment.copy(groups, 0, list, ValueLayout.JAVA_INT, 0, groups.length);
    add("setgroups", 116, groups.length, list.address());
    return add("setresgid", 119, gid, gid, gid);
  }

  /** prctl(PR_SET_NO_NEW_PRIVS). */
  public Spawn noNewPrivileges() {
    return add("prctl PR_SET_NO_NEW_PRIVS", 157, 38, 1, 0, 0, 0);
  }

  /** setresuid(2): real, effective and saved, so that there is no way back. */
  public Spawn user(int uid) {
    return add("setresuid", 117, uid, uid, uid);
  }

  /** Unblocks every signal and executes the program: the last step. */
  public Spawn execute(String program, List<String> argv, List<String> environment) {
    add("rt_sigprocmask", 14, 2, arena.allocate(8, 8).address(), 0, 8);
    return add(
        "execve " + program,
        59,
        arena.allocateFrom(program).address(),
        strings(argv).address(),
        strings(environment).address());
  }

  private MemorySegment strings(List<String> strings) {
    var array = arena.allocate(ValueLayout.JAVA_LONG, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ValueLayout.JAVA_LONG, i, arena.allocateFrom(strings.get(i)).address());
    }
    return array;
  }

  /**
   * Runs the list in a new child.
   *
   * @param sources the numbers of the fds that become 0, 1, 2 …
   */
  public Result run(int... sources) throws LinuxException {
    if (sources.length != fds) {
      throw new IllegalArgumentException(sources.length + " fds for " + fds);
    }
    var moved = new Fd[fds];
    try (var confined = Arena.ofConfined()) {
      int[] placed = sources.clone();
      for (int i = 0; i < fds; i++) {
        if (sources[i] < fds) { // in the way of a dup2, or on its own place with close-on-exec set
          moved[i] = Fd.duplicate(sources[i], fds);
          placed[i] = moved[i].number();
        }
      }
      return run(placed, confined);
    } finally {
      for (var fd : moved) {
        if (fd != null) {
          fd.close();
        }
      }
    }
  }

  private Result run(int[] sources, Arena confined) {
    var list = confined.allocate((long) STEP * (steps.size() + 1), 8);
    for (int i = 0; i < steps.size(); i++) {
      MemorySegment.copy(steps.get(i), 0, list, ValueLayout.JAVA_LONG, (long) i * STEP, 8);
    }
    for (int i = 0; i < fds; i++) {
      list.set(ValueLayout.JAVA_LONG, (long) (firstDup + i) * STEP + 8, sources[i]);
    }
    list.set(ValueLayout.JAVA_LONG, (long) steps.size() * STEP, -1);
    // The watchdog may look at this after we returned, so it outlives the arena.
    var pidfd = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_INT, -1);
    var stack = confined.allocate(STACK, 16);
    var clone = confined.allocate(88, 8);
    clone.set(
        ValueLayout.JAVA_LONG, 0, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND);
    clone.set(ValueLayout.JAVA_LONG, 8, pidfd.address());
    clone.set(ValueLayout.JAVA_LONG, 32, SIGCHLD);
    clone.set(ValueLayout.JAVA_LONG, 40, stack.address());
    clone.set(ValueLayout.JAVA_LONG, 48, STACK);
    var guard = new Guard(pidfd);
    var watch = WATCHDOG.schedule(guard::kill, STUCK_MILLIS, TimeUnit.MILLISECONDS);
    long pid;
    try {
      pid = SpawnCode.run(clone, list);
    } finally {
      guard.disarm();
      watch.cancel(false);
    }
    if (pid < 0) {
      return new Result.Failed("clone3", (int) -pid);
    }
    var child = new Fd(pidfd.get(ValueLayout.JAVA_INT, 0));
    for (int i = 0; i < steps.size(); i++) {
      long result = list.get(ValueLayout.JAVA_LONG, (long) i * STEP + RESULT);
      if (result < 0) {
        Pidfd.await(child);
        child.close();
        return new Result.Failed(names.get(i), (int) -result);
      }
    }
    return new Result.Started((int) pid, child);
  }

  /** Kills a child that does not get as far as its program; never one that did. */
  private static final class Guard {
    private final MemorySegment pidfd;
    private boolean armed = true;

    Guard(MemorySegment pidfd) {
      this.pidfd = pidfd;
    }

    synchronized void kill() {
      int fd = pidfd.get(ValueLayout.JAVA_INT, 0);
      if (armed && fd >= 0) {
        Pidfd.signal(fd, SIGKILL);
      }
    }

    synchronized void disarm() {
      armed = false;
    }
  }
}
