package io.netsvc.linux;

/** A program to be started, with all that does not change from one start to the next. */
public interface SpawnPlan {

  /** What {@link #run} made: a child that executes, or the step that failed. */
  sealed interface Result {
    /** The child runs, or has ended already; {@code pidfd} tells. */
    record Started(int pid, Fd pidfd) implements Result {}

    /** A step failed; no program runs. */
    record Failed(String step, int errno) implements Result {}

    /** A signal ended the child at a step before the program; no program runs. */
    record Killed(String step, int signal) implements Result {}
  }

  /**
   * Starts the program, and returns once it executes or has failed to.
   *
   * @param sources the numbers of the fds that become 0, 1, 2 …
   */
  Result run(int... sources) throws LinuxException;
}
