package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The system calls that a child makes between clone3(2) and execve(2), in order: x86-64's numbers.
 * The list is made once for a program and run many times; its memory lives as long as it does. Safe
 * for use by multiple concurrent threads once {@link #execute} was added.
 *
 * <p>The child shares the JVM's memory until it executes, and this thread waits for that, as with
 * vfork(2). A child that is stopped or stuck there (a dead NFS server) is killed after ten seconds.
 */
public final class Spawn implements SpawnPlan {
  private static final long CLOSE_RANGE_UNSHARE = 2;
  private static final long MAX_FD = 0xffff_ffffL;
  private static final int SIGKILL = 9;
  private static final int SIGSTOP = 19;
  private static final int NOFILE = 7;
  private static final long TIOCSCTTY = 0x540e;

  /** The step, our own, that writes the result of the one before in decimal; see the listing. */
  private static final long DECIMAL = -2;

  /** The second 32-bit capabilities are in a second triple; see capset(2). */
  private static final int CAPABILITY_VERSION_3 = 0x20080522;

  /** The steps that every list begins with, in one piece: there are thousands of lists. */
  private static final List<String> FIRST_NAMES = new ArrayList<>();

  private static final List<long[]> FIRST_STEPS = new ArrayList<>();

  static {
    // The first step, since until then the child's table is the JVM's.
    FIRST_NAMES.add("close_range");
    FIRST_STEPS.add(new long[] {436, LowFds.LIMIT, MAX_FD, CLOSE_RANGE_UNSHARE});
    // CLONE_CLEAR_SIGHAND resets what is caught, but leaves ignored what the JVM's starter ignored.
    var defaults = Arena.global().allocate(32, 8);
    for (int signal = 1; signal <= 64; signal++) {
      if (signal != SIGKILL && signal != SIGSTOP) {
        FIRST_NAMES.add("rt_sigaction " + signal);
        FIRST_STEPS.add(new long[] {13, signal, defaults.address(), 0, 8});
      }
    }
  }

  private final Arena arena = Arena.ofAuto();
  private final Queue<SpawnMemory> unused = new ConcurrentLinkedQueue<>();
  private final ArrayList<String> names = new ArrayList<>(); // of the steps after the first ones
  private final ArrayList<long[]> steps = new ArrayList<>(); // a number and its arguments each
  private final int fds;
  private final SpawnWatchdog watchdog;
  private int firstDup = -1;

  /** The step that writes the child's own pid into its environment; -1 if none does. */
  private int ownPid = -1;

  private SpawnEnvironment environment = new SpawnEnvironment(List.of(), arena);

  /**
   * Begins a list for a child that gets this many fds, numbered from 0.
   *
   * @throws UnsupportedOperationException where {@link #supported} says no
   */
  public Spawn(int fds) {
    this(fds, SpawnWatchdog.shared());
  }

  Spawn(int fds, SpawnWatchdog watchdog) {
    if (!supported()) {
      throw new UnsupportedOperationException(
          "no listing of system calls for " + System.getProperty("os.arch"));
    }
    ChildSignal.restore(); // before the first child, whose status would be lost
    LowFds.reserve();
    this.fds = fds;
    this.watchdog = watchdog;
  }

  /** {@return whether this machine has a listing} */
  public static boolean supported() {
    return SpawnCode.supported();
  }

  /** Adds a system call; package-private for tests that need one that blocks or fails. */
  Spawn add(String name, long number, long... arguments) {
    long[] step = new long[1 + arguments.length];
    step[0] = number;
    System.arraycopy(arguments, 0, step, 1, arguments.length);
    names.add(name);
    steps.add(step);
    return this;
  }

  private int size() {
    return FIRST_STEPS.size() + steps.size();
  }

  private String name(int step) {
    int first = FIRST_NAMES.size();
    return step < first ? FIRST_NAMES.get(step) : names.get(step - first);
  }

  /** setsid(2). */
  public Spawn session() {
    return add("setsid", 112);
  }

  /** Puts the fds in place and closes every other. */
  public Spawn placeFds() {
    firstDup = size();
    for (int i = 0; i < fds; i++) {
      add("dup2 " + i, 33, -1, i);
    }
    return add("close_range", 436, fds, 0xffff_ffffL, 0);
  }

  /** Makes the terminal that is the child's fd 0 the controlling one of its session. */
  public Spawn terminal() {
    return add("ioctl TIOCSCTTY", 16, 0, TIOCSCTTY, 0);
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
      Syscalls.syscall(302, 0, NOFILE, 0, limits.address(), 0);
      long hard = limits.get(ValueLayout.JAVA_LONG, 8);
      return limit(NOFILE, hard < 0 ? soft : Math.min(soft, hard), hard);
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

  /** setgroups(2): exactly these; none at all if empty, or the child would keep the JVM's. */
  public Spawn groups(int... groups) {
    var list = arena.allocate(Math.max(4, 4L * groups.length), 8);
    MemorySegment.copy(groups, 0, list, ValueLayout.JAVA_INT, 0, groups.length);
    return add("setgroups", 116, groups.length, list.address());
  }

  /** setresgid(2): real, effective and saved. */
  public Spawn group(int gid) {
    refuseNone(gid);
    return add("setresgid", 119, gid, gid, gid);
  }

  /** prctl(PR_SET_NO_NEW_PRIVS). */
  public Spawn noNewPrivileges() {
    return add("prctl PR_SET_NO_NEW_PRIVS", 157, 38, 1, 0, 0, 0);
  }

  /**
   * setresuid(2): real, effective and saved. For anyone but root capset(2) follows, since a parent
   * that is not root but has capabilities would leave them, and so a way back; see capabilities(7).
   */
  public Spawn user(int uid) {
    refuseNone(uid);
    add("setresuid", 117, uid, uid, uid);
    if (uid == 0) {
      return this;
    }
    var header = arena.allocateFrom(ValueLayout.JAVA_INT, CAPABILITY_VERSION_3, 0);
    return add("capset", 126, header.address(), arena.allocate(24, 8).address());
  }

  /** To the kernel, -1 is no id but "leave it as it is". */
  private static void refuseNone(int id) {
    if (id == -1) {
      throw new IllegalArgumentException("no process can have the id 4294967295");
    }
  }

  /**
   * Unblocks every signal and executes the program: the last steps.
   *
   * @param listenPid whether {@code LISTEN_PID}, with the child's own pid, joins the environment
   */
  public Spawn execute(
      String program, List<String> argv, List<String> environment, boolean listenPid) {
    add("rt_sigprocmask", 14, 2, arena.allocate(8, 8).address(), 0, 8);
    if (listenPid) {
      add("getpid", 39);
      ownPid = size();
      add("LISTEN_PID", DECIMAL);
    }
    this.environment = new SpawnEnvironment(environment, arena);
    add(
        "execve " + program,
        59,
        arena.allocateFrom(program).address(),
        SpawnMemory.array(arena, addresses(argv)).address(),
        SpawnMemory.array(arena, this.environment.addresses()).address());
    names.trimToSize();
    steps.trimToSize();
    return this;
  }

  private List<Long> addresses(List<String> strings) {
    return strings.stream().map(string -> arena.allocateFrom(string).address()).toList();
  }

  @Override
  public Result run(List<String> variables, int... sources) throws LinuxException {
    if (sources.length != fds) {
      throw new IllegalArgumentException(sources.length + " fds for " + fds);
    }
    var memory = unused.poll();
    if (memory == null) {
      memory = memory();
    }
    try (var placed = LowFds.place(sources)) {
      return variables.isEmpty() ? run(placed, memory) : run(placed, memory, variables);
    } finally {
      unused.add(memory);
      Reference.reachabilityFence(this); // the steps point into our memory
    }
  }

  private SpawnMemory memory() {
    var all = new ArrayList<>(FIRST_STEPS);
    all.addAll(steps);
    var memory = new SpawnMemory(arena, all);
    if (ownPid >= 0) {
      memory.ownPid(ownPid, environment.addresses(), arena);
    }
    return memory;
  }

  private Result run(LowFds.Placed sources, SpawnMemory memory, List<String> variables) {
    try (var once = Arena.ofConfined()) {
      memory.environmentOnce(environment.with(variables, once), once);
      return run(sources, memory);
    } finally {
      memory.usualEnvironment();
    }
  }

  private Result run(LowFds.Placed sources, SpawnMemory memory) {
    // Where not all are low, the table is the child's own from the start, and closed at the end.
    memory.argument(0, 1, sources.low() ? LowFds.LIMIT : MAX_FD);
    for (int i = 0; i < fds; i++) {
      memory.argument(firstDup + i, 1, sources.number(i));
    }
    long pid = memory.run(sources.low(), watchdog);
    if (pid < 0) {
      return new Result.Failed("clone3", (int) -pid);
    }
    var child = new Fd(memory.pidfd());
    for (int i = 0; i < size(); i++) {
      long result = memory.result(i);
      boolean last = i == size() - 1; // execve, which has no result when it succeeds
      if (result < 0 || (result == SpawnMemory.PENDING && !last)) {
        var end = Pidfd.await(child);
        child.close();
        return result < 0
            ? new Result.Failed(name(i), (int) -result)
            : new Result.Killed(name(i), end.status());
      }
    }
    return new Result.Started((int) pid, child);
  }
}
