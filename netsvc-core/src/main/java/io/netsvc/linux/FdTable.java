package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads which fds of one process after another are sockets: proc_pid_fd(5). It opens no more than
 * one directory at a time, loads no class for a process, and is for one thread at a time.
 */
public final class FdTable implements AutoCloseable {
  private static final int O_DIRECTORY_CLOEXEC = 0x10000 | 0x80000;
  private static final int AT_FDCWD = -100;
  private static final int SEEK_SET = 0;
  private static final int DIRENT_LENGTH = 16;
  private static final int DIRENT_NAME = 19;
  private static final int BUFFER = 32 * 1024;
  private static final int LINK = 64;
  private static final byte[] SOCKET = {'s', 'o', 'c', 'k', 'e', 't', ':', '['};

  /** What fits it holds some sixty entries, so that a look at the first ones reads no more. */
  private static final int FEW = 1536;

  private static final long KCMP_FILES = 2;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment entries = arena.allocate(BUFFER, 8);
  private final MemorySegment path = arena.allocate(LINK);
  private final MemorySegment link = arena.allocate(LINK);
  private int directory = -1;
  private int length;
  private int at;
  private int chunk;

  /**
   * Opens the fds of a process: 0, or the errno. ENOENT and ESRCH say that it is gone, EACCES that
   * this process may not look.
   */
  public int open(int pid) {
    return open("/proc/" + pid + "/fd");
  }

  /** Opens the fds of a thread, which may have a table of its own: clone(2) without CLONE_FILES. */
  public int open(int pid, int thread) {
    return open("/proc/" + pid + "/task/" + thread + "/fd");
  }

  /** Opens the processes, or the threads of one, whose ids {@link #next} then gives. */
  public int openTasks(int pid) {
    return open(pid == 0 ? "/proc" : "/proc/" + pid + "/task");
  }

  private int open(String name) {
    closeDirectory();
    path.setString(0, name);
    int result = Numbered.openat(AT_FDCWD, path, O_DIRECTORY_CLOEXEC);
    if (result < 0) {
      return -result;
    }
    directory = result;
    length = 0;
    at = 0;
    chunk = FEW;
    return 0;
  }

  /** Leaves out the fds below a number: they are listed in order, behind the two dots. */
  public void skipTo(int fd) {
    Numbered.lseek(directory, fd + 2L, SEEK_SET);
    length = 0;
    at = 0;
  }

  /** {@return the next number in the directory; -1 at its end, or if the process is gone} */
  public int next() {
    while (true) {
      if (at >= length) {
        length = (int) Numbered.getdents64(directory, entries, chunk);
        at = 0;
        chunk = BUFFER;
        if (length <= 0) {
          return -1;
        }
      }
      int name = at + DIRENT_NAME;
      at += Short.toUnsignedInt(entries.get(ValueLayout.JAVA_SHORT, at + DIRENT_LENGTH));
      int number = number(entries, name);
      if (number >= 0) {
        return number;
      }
    }
  }

  private static int number(MemorySegment text, int from) {
    int value = 0;
    for (int i = from; ; i++) {
      byte c = text.get(ValueLayout.JAVA_BYTE, i);
      if (c == 0) {
        return i == from ? -1 : value;
      }
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + c - '0';
    }
  }

  /** {@return the inode of the socket that an fd is; 0 if it is none, or is gone} */
  public long socket(int fd) {
    digits(fd);
    long result = Numbered.readlinkat(directory, path, link, LINK);
    if (result <= SOCKET.length) {
      return 0;
    }
    for (int i = 0; i < SOCKET.length; i++) {
      if (link.get(ValueLayout.JAVA_BYTE, i) != SOCKET[i]) {
        return 0;
      }
    }
    long inode = 0;
    for (int i = SOCKET.length; i < result - 1; i++) {
      inode = inode * 10 + link.get(ValueLayout.JAVA_BYTE, i) - '0';
    }
    return inode;
  }

  private void digits(int fd) {
    int i = 0;
    for (int rest = fd; rest >= 10; rest /= 10) {
      i++;
    }
    path.set(ValueLayout.JAVA_BYTE, i + 1, (byte) 0);
    for (int rest = fd; i >= 0; rest /= 10) {
      path.set(ValueLayout.JAVA_BYTE, i--, (byte) ('0' + rest % 10));
    }
  }

  /**
   * {@return whether a thread has a table of its own, as far as kcmp(2) may tell; if not, its fds are
   * those of its process}
   */
  public static boolean isOwn(int pid, int thread) {
    return Numbered.kcmp(pid, thread, KCMP_FILES) > 0;
  }

  private void closeDirectory() {
    if (directory >= 0) {
      Numbered.close(directory);
      directory = -1;
    }
  }

  @Override
  public void close() {
    closeDirectory();
    arena.close();
  }
}
