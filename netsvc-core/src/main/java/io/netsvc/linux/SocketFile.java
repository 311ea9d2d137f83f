package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The file that a bound Unix socket has: its mode, its owner, and who may replace it. */
public final class SocketFile {
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_PATH = 0x200000;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final long LOCK_NANOS = 2_000_000_000L;

  /** O_NOFOLLOW and O_DIRECTORY, which differ. */
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  private static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;

  private SocketFile() {}

  /** Sets the mode that the bind will give the file, less what the umask takes; see fchmod(2). */
  public static void modeBeforeBind(Fd socket, int mode) throws LinuxException {
    int result = Syscalls.fchmod(socket.number(), mode);
    if (result < 0) {
      throw new LinuxException("fchmod", -result);
    }
  }

  /** Sets the mode of a bound socket's file; see chmod(2). */
  public static void mode(Path path, int mode) throws IOException {
    try (var fd = pinned(path);
        var arena = Arena.ofConfined()) {
      // An fd opened with O_PATH has no fchmod(2).
      int result = Syscalls.chmod(arena.allocateFrom(pinnedPath(fd)), mode);
      if (result < 0) {
        throw new LinuxException("chmod " + path, -result);
      }
    }
  }

  /** Sets the owner of a bound socket's file; see chown(2). */
  public static void owner(Path path, int uid, int gid) throws IOException {
    try (var fd = pinned(path);
        var arena = Arena.ofConfined()) {
      int result =
          Syscalls.fchownat(fd.number(), arena.allocateFrom(""), uid, gid, AT_EMPTY_PATH);
      if (result < 0) {
        throw new LinuxException("chown " + path, -result);
      }
    }
  }

  /** Holds on to what is at a path: whoever puts another file there gains nothing. */
  private static Fd pinned(Path path) throws IOException {
    var fd = Fd.open(path.toString(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    try {
      int mode = (int) Files.getAttribute(Path.of(pinnedPath(fd)), "unix:mode");
      if ((mode & S_IFMT) != S_IFSOCK) {
        throw new IOException("bind " + path + ": another file has taken its place");
      }
      return fd;
    } catch (IOException e) {
      fd.close();
      throw e;
    }
  }

  private static String pinnedPath(Fd fd) {
    return "/proc/self/fd/" + fd.number();
  }

  /**
   * Keeps other processes that call this from the sockets in a directory until the fd is closed.
   * After two seconds, or where it cannot be had, the fd locks nothing.
   *
   * @throws LinuxException if the directory cannot be read
   */
  public static Fd lock(Path directory) throws LinuxException {
    var fd = Fd.open(directory.toString(), O_DIRECTORY | O_CLOEXEC);
    long deadlineNanos = System.nanoTime() + LOCK_NANOS;
    while (Syscalls.flock(fd.number(), LOCK_EX | LOCK_NB) == -Errno.EAGAIN
        && deadlineNanos - System.nanoTime() > 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return fd;
  }
}
