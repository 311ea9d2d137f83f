package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** Pipes and files that a child gets; all are close-on-exec in the JVM. */
public final class Pipes {
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_NOCTTY = 0x100;
  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0x40;
  private static final int O_TRUNC = 0x200;
  private static final int O_APPEND = 0x400;

  private Pipes() {}

  /** The two ends of a pipe; see pipe(7). */
  public record Ends(Fd read, Fd write) {}

  /** Opens a pipe: pipe2(2). */
  public static Ends open() throws LinuxException {
    return open(O_CLOEXEC);
  }

  /** Opens a pipe neither of whose ends blocks. */
  static Ends openNonBlocking() throws LinuxException {
    return open(O_CLOEXEC | Fd.O_NONBLOCK);
  }

  private static Ends open(int flags) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var ends = arena.allocate(8, 4);
      int result = Syscalls.pipe2(ends, flags);
      if (result < 0) {
        throw new LinuxException("pipe2", -result);
      }
      return new Ends(
          new Fd(ends.get(ValueLayout.JAVA_INT, 0)), new Fd(ends.get(ValueLayout.JAVA_INT, 4)));
    }
  }

  /** Opens a file that is there, to read it. */
  public static Fd reading(String path) throws LinuxException {
    return Fd.open(path, O_CLOEXEC | O_NOCTTY);
  }

  /** Opens a file to write it from its beginning, empty, made if need be. */
  public static Fd writing(String path) throws LinuxException {
    return Fd.open(path, O_CLOEXEC | O_NOCTTY | O_WRONLY | O_CREAT | O_TRUNC);
  }

  /** Opens a file to write at its end, made if need be. */
  public static Fd appending(String path) throws LinuxException {
    return Fd.open(path, O_CLOEXEC | O_NOCTTY | O_WRONLY | O_CREAT | O_APPEND);
  }

  /** Opens /dev/null, to read and write. */
  public static Fd devNull() throws LinuxException {
    return Fd.open("/dev/null", O_CLOEXEC | O_RDWR);
  }
}
