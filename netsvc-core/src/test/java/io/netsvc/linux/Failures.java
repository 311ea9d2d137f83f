package io.netsvc.linux;

/** System calls that fail, for tests outside of this package. */
public final class Failures {
  private Failures() {}

  /** Returns what a system call that failed so throws. */
  public static LinuxException of(String operation, int errno) {
    return new LinuxException(operation, errno);
  }
}
