package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One file descriptor that we own. It is closed once; the number is never used after that. Fds are
 * safe for use by multiple concurrent threads, provided that whoever closes one has first made its
 * users stop.
 */
public final class Fd implements AutoCloseable {
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_CLOEXEC = 0x80000;
  static final int O_NONBLOCK = 0x800;

  private final int number;
  private final AtomicBoolean closed = new AtomicBoolean();

  Fd(int number) {
    this.number = number;
  }

  /** Takes the result of a system call that opens a descriptor, or throws what it says. */
  static Fd opened(String operation, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(operation, -result);
    }
    return new Fd(result);
  }

  /** {@return the number, as the kernel knows it} */
  public int number() {
    if (closed.get()) {
      throw new IllegalStateException("closed fd");
    }
    return number;
  }

  /** {@return whether {@link #close} was called} */
  public boolean isClosed() {
    return closed.get();
  }

  /** Opens a file for reading, or with the flags of open(2), and mode 0666. */
  static Fd open(String path, int flags) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      return opened("open " + path, Syscalls.open(arena.allocateFrom(path), flags, 0666));
    }
  }

  /** Makes {@code number} a close-on-exec duplicate of {@code source}; see dup3(2). */
  static void replace(int number, int source) throws LinuxException {
    int result = Syscalls.dup3(source, number, O_CLOEXEC);
    if (result < 0) {
      throw new LinuxException("dup3", -result);
    }
  }

  /** Returns a close-on-exec duplicate, which the caller closes. */
  public Fd duplicate() throws LinuxException {
    return duplicate(number(), 0);
  }

  /** Duplicates the descriptor at or above a number, close-on-exec; see fcntl(2). */
  static Fd duplicate(int number, int atLeast) throws LinuxException {
    return opened("fcntl F_DUPFD_CLOEXEC", Syscalls.fcntl(number, F_DUPFD_CLOEXEC, atLeast));
  }

  /** Sets or clears O_NONBLOCK of the open file description, which all duplicates share. */
  public void setNonBlocking(boolean nonBlocking) throws IOException {
    int flags = Syscalls.fcntl(number(), F_GETFL, 0);
    int wanted = nonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (flags >= 0 && wanted == flags) {
      return;
    }
    int result = flags < 0 ? flags : Syscalls.fcntl(number, F_SETFL, wanted);
    if (result < 0) {
      throw new LinuxException("fcntl F_SETFL", -result);
    }
  }

  /** Gives the number up to the caller, who closes it: -1 if it is closed already. */
  int release() {
    return closed.compareAndSet(false, true) ? number : -1;
  }

  long read(MemorySegment into, long length) {
    return Syscalls.read(number, into, length);
  }

  long write(MemorySegment from, long length) {
    return Syscalls.write(number, from, length);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      // EINTR included: Linux has closed it already, and a second close could hit another's fd.
      Syscalls.close(number);
    }
  }

  @Override
  public String toString() {
    return "fd " + number + (closed.get() ? " (closed)" : "");
  }
}
