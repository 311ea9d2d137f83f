package io.netsvc.linux;

import java.util.List;

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
  default Result run(int... sources) throws LinuxException {
    return run(List.of(), sources);
  }

  /** As {@link #run(int...)}, with variables {@code name=value} that replace the plan's own. */
  Result run(List<String> variables, int... sources) throws LinuxException;
}
