package io.netsvc.process;

import java.io.IOException;

/** A program that could not be started: no process of it exists. */
public final class SpawnException extends IOException {
  private static final long serialVersionUID = 1;

  private final String program;
  private final String step;
  private final int errno;

  SpawnException(String program, String step, int errno, String cause) {
    super("spawn " + program + ": " + step + ": " + cause);
    this.program = program;
    this.step = step;
    this.errno = errno;
  }

  /** {@return the program that was asked for} */
  public String program() {
    return program;
  }

  /** {@return the step that failed, such as {@code execve /bin/x} or {@code setresuid}} */
  public String step() {
    return step;
  }

  /** {@return the errno of the step, see errno(3); 0 if a signal ended the child there} */
  public int errno() {
    return errno;
  }
}
