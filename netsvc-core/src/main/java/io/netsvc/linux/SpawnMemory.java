package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of one start at a time: the steps with their results, the child's stack and clone3's
 * arguments. What is the same for each start is written once.
 */
final class SpawnMemory {
  private static final long CLONE_VM = 0x100;
  private static final long CLONE_FILES = 0x400;
  private static final long CLONE_PIDFD = 0x1000;
  private static final long CLONE_VFORK = 0x4000;
  private static final long CLONE_CLEAR_SIGHAND = 0x1_0000_0000L;
  private static final long FLAGS = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  private static final int SIGCHLD = 17;
  private static final int STACK = 16 * 1024;
  private static final int STEP = 64;
  private static final int RESULT = 56;
  private static final byte[] OWN_PID = {
    'L', 'I', 'S', 'T', 'E', 'N', '_', 'P', 'I', 'D', '='
  };

  /** What a result is before its step has run: no system call's result. */
  static final long PENDING = Long.MAX_VALUE;

  private final MemorySegment list;
  private final MemorySegment clone;
  private final MemorySegment pidfd;
  private final int steps;

  /** The text of the step that tells the child its own pid; 0 if none does. */
  private long ownPid;

  /** The environment of the starts that have no variables of their own. */
  private long usual;

  SpawnMemory(Arena arena, List<long[]> steps) {
    this.steps = steps.size();
    this.usual = steps.getLast()[3];
    list = arena.allocate((long) STEP * (this.steps + 1), 8);
    for (int i = 0; i < this.steps; i++) {
      var step = steps.get(i);
      MemorySegment.copy(step, 0, list, ValueLayout.JAVA_LONG, (long) i * STEP, step.length);
    }
    list.set(ValueLayout.JAVA_LONG, (long) this.steps * STEP, -1);
    pidfd = arena.allocate(ValueLayout.JAVA_INT);
    clone = arena.allocate(88, 8);
    clone.set(ValueLayout.JAVA_LONG, 8, pidfd.address());
    clone.set(ValueLayout.JAVA_LONG, 32, SIGCHLD);
    clone.set(ValueLayout.JAVA_LONG, 40, arena.allocate(STACK, 16).address());
    clone.set(ValueLayout.JAVA_LONG, 48, STACK);
  }

  /**
   * Has a step write the result of the one before into a string, {@code LISTEN_PID=1234}, that
   * joins the environment of the last step.
   */
  void ownPid(int step, List<Long> environment, Arena arena) {
    var text = arena.allocate(OWN_PID.length + 8L, 8);
    MemorySegment.copy(OWN_PID, 0, text, ValueLayout.JAVA_BYTE, 0, OWN_PID.length);
    var digits = arena.allocate(24, 8); // up to 8, then the NULs that end them
    argument(step, 1, text.address() + OWN_PID.length);
    argument(step, 2, digits.address() + 8);
    ownPid = text.address();
    usual = environment(environment, arena);
    usualEnvironment();
  }

  /** Has the next start get this environment, and its own pid where it gets that. */
  void environmentOnce(List<Long> addresses, Arena once) {
    argument(steps - 1, 3, environment(addresses, once));
  }

  /** Takes {@link #environmentOnce} back. */
  void usualEnvironment() {
    argument(steps - 1, 3, usual);
  }

  private long environment(List<Long> addresses, Arena arena) {
    var all = new ArrayList<>(addresses);
    if (ownPid != 0) {
      all.add(ownPid);
    }
    return array(arena, all).address();
  }

  /** Writes addresses as C does: one after the other, and a null at the end. */
  static MemorySegment array(Arena arena, List<Long> addresses) {
    var array = arena.allocate(ValueLayout.JAVA_LONG, addresses.size() + 1L);
    for (int i = 0; i < addresses.size(); i++) {
      array.setAtIndex(ValueLayout.JAVA_LONG, i, addresses.get(i));
    }
    return array;
  }

  /** Sets an argument of a step, from 1 on. */
  void argument(int step, int argument, long value) {
    list.set(ValueLayout.JAVA_LONG, (long) step * STEP + 8L * argument, value);
  }

  /** Runs the steps in a child and returns its pid, or clone3's negative errno. */
  long run(boolean sharedTable, SpawnWatchdog watchdog) {
    for (int i = 0; i < steps; i++) {
      list.set(ValueLayout.JAVA_LONG, (long) i * STEP + RESULT, PENDING);
    }
    clone.set(ValueLayout.JAVA_LONG, 0, sharedTable ? FLAGS | CLONE_FILES : FLAGS);
    pidfd.set(ValueLayout.JAVA_INT, 0, -1);
    try (var _ = watchdog.watch(pidfd)) {
      return SpawnCode.run(clone, list);
    }
  }

  /** What a step returned: a negative errno if it failed, {@link #PENDING} if it did not run. */
  long result(int step) {
    return list.get(ValueLayout.JAVA_LONG, (long) step * STEP + RESULT);
  }

  /** The pidfd of the child that was started. */
  int pidfd() {
    return pidfd.get(ValueLayout.JAVA_INT, 0);
  }
}
