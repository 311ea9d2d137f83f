package io.netsvc.process;

import java.time.Duration;

/** How a program ended, and the CPU time it used; see waitid(2) and getrusage(2). */
public sealed interface ExitStatus {

  /** {@return the CPU time spent in user mode} */
  Duration userTime();

  /** {@return the CPU time spent in the kernel} */
  Duration systemTime();

  /** {@return whether the program exited by itself with code 0} */
  default boolean success() {
    return this instanceof Exited exited && exited.code() == 0;
  }

  /**
   * The program called exit(3) or returned from main.
   *
   * @param code 0 to 255
   * @param userTime the CPU time spent in user mode
   * @param systemTime the CPU time spent in the kernel
   */
  record Exited(int code, Duration userTime, Duration systemTime) implements ExitStatus {
    @Override
    public String toString() {
      return "exit status " + code;
    }
  }

  /**
   * A signal ended the program.
   *
   * @param signal the signal's number, see signal(7)
   * @param coreDumped whether a core file was written
   * @param userTime the CPU time spent in user mode
   * @param systemTime the CPU time spent in the kernel
   */
  record Signaled(int signal, boolean coreDumped, Duration userTime, Duration systemTime)
      implements ExitStatus {
    @Override
    public String toString() {
      return "signal " + signal + (coreDumped ? " (core dumped)" : "");
    }
  }

  /**
   * The program has ended, but other code in this JVM reaped it (waitpid(2) of -1), so that nobody
   * can know how. Never the case in a JVM without such code.
   */
  record Unknown() implements ExitStatus {
    @Override
    public Duration userTime() {
      return Duration.ZERO;
    }

    @Override
    public Duration systemTime() {
      return Duration.ZERO;
    }

    @Override
    public String toString() {
      return "exit status unknown";
    }
  }
}
