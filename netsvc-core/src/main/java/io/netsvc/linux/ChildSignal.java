package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * SIGCHLD, which a JVM inherits as ignored when its starter ignored it: the kernel would then reap
 * our children, and nobody could learn how they ended (ECHILD, see wait(2)). The JDK does the same
 * before its own first child.
 */
final class ChildSignal {
  private static final MethodHandle SIGACTION = Libc.ints("sigaction", JAVA_INT, ADDRESS, ADDRESS);
  private static final int SIGCHLD = 17;
  private static final long SIG_IGN = 1;

  /** struct sigaction of libc: the handler first; all zero is the default disposition. */
  private static final int SIZE = 256;

  private ChildSignal() {}

  /** Gives SIGCHLD its default disposition if it is ignored. */
  static void restore() {
    try (var arena = Arena.ofConfined()) {
      var action = arena.allocate(SIZE, 8);
      sigaction(MemorySegment.NULL, action);
      if (action.get(JAVA_LONG, 0) == SIG_IGN) {
        sigaction(arena.allocate(SIZE, 8), MemorySegment.NULL);
      }
    }
  }

  private static void sigaction(MemorySegment set, MemorySegment get) {
    try {
      var _ = (int) SIGACTION.invokeExact(Libc.state(), SIGCHLD, set, get);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }
}
