package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A process by descriptor: pidfd_open(2). It polls readable once the process has ended. */
public final class Pidfd {
  private static final int P_PID = 1;
  private static final int P_PIDFD = 3;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");
  private static final int SYS_WAITID = AARCH64 ? 95 : 247;
  private static final int SYS_KILL = AARCH64 ? 129 : 62;
  private static final int SIGKILL = 9;
  private static final int SYS_PIDFD_SEND_SIGNAL = 424;
  private static final int SYS_PIDFD_OPEN = 434;
  private static final int CLD_EXITED = 1;
  private static final int CLD_DUMPED = 3;

  private Pidfd() {}

  /**
   * How a child ended.
   *
   * @param exited whether by itself; else by a signal
   * @param status the exit code or the signal
   * @param userMicros CPU time in user mode
   * @param systemMicros CPU time in the kernel
   */
  public record End(
      boolean exited, int status, boolean coreDumped, long userMicros, long systemMicros) {}

  /**
   * Opens a child of ours that nobody has reaped; see pidfd_open(2). One that cannot be opened is
   * killed, rather than never be reaped.
   */
  static Fd open(int pid) throws LinuxException {
    int result = (int) Syscalls.syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0, 0);
    if (result < 0) {
      Syscalls.syscall(SYS_KILL, pid, SIGKILL, 0, 0, 0);
      Syscalls.syscall(SYS_WAITID, P_PID, pid, 0, WEXITED, 0);
    }
    return Fd.opened("pidfd_open", result);
  }

  /**
   * Calls back once a process that need not be a child of ours has ended, on a loop's thread; at
   * once, on this one, if there is none of that pid.
   */
  public static void whenEnded(int pid, EventLoop loop, Runnable ended) throws IOException {
    int result = (int) Syscalls.syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0, 0);
    if (result == -Errno.ESRCH) {
      ended.run();
      return;
    }
    var watch = new Watch(Fd.opened("pidfd_open " + pid, result), ended);
    synchronized (watch) { // so that the loop finds the registration
      try {
        watch.registration = loop.register(watch.fd, EventLoop.IN, watch::ended);
      } catch (IOException | RuntimeException e) {
        watch.fd.close();
        throw e;
      }
    }
  }

  private static final class Watch {
    private final Fd fd;
    private final Runnable ended;
    private EventLoop.@Nullable Registration registration;

    Watch(Fd fd, Runnable ended) {
      this.fd = fd;
      this.ended = ended;
    }

    void ended() {
      synchronized (this) {
        Objects.requireNonNull(registration).cancel();
        fd.close();
      }
      ended.run();
    }
  }

  /** Reaps an ended child; null while it still runs. */
  public static @Nullable End reap(Fd pidfd) throws LinuxException {
    return wait(pidfd, WEXITED | WNOHANG);
  }

  /** Waits for a child that is certain to end. */
  public static End await(Fd pidfd) {
    try {
      return Objects.requireNonNull(wait(pidfd, WEXITED));
    } catch (LinuxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable End wait(Fd pidfd, int options) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var info = arena.allocate(128, 8);
      var usage = arena.allocate(144, 8);
      long result;
      do {
        result =
            Syscalls.syscall(
                SYS_WAITID, P_PIDFD, pidfd.number(), info.address(), options, usage.address());
      } while (result == -Errno.EINTR);
      if (result < 0) {
        throw new LinuxException("waitid", (int) -result);
      }
      if (info.get(ValueLayout.JAVA_INT, 0) == 0) {
        return null;
      }
      int code = info.get(ValueLayout.JAVA_INT, 8);
      return new End(
          code == CLD_EXITED,
          info.get(ValueLayout.JAVA_INT, 24),
          code == CLD_DUMPED,
          usage.get(ValueLayout.JAVA_LONG, 0) * 1_000_000 + usage.get(ValueLayout.JAVA_LONG, 8),
          usage.get(ValueLayout.JAVA_LONG, 16) * 1_000_000 + usage.get(ValueLayout.JAVA_LONG, 24));
    }
  }

  /** Sends a signal; a process that has ended is no error. */
  public static void send(Fd pidfd, int signal) throws LinuxException {
    long result = signal(pidfd.number(), signal);
    if (result < 0 && result != -Errno.ESRCH) {
      throw new LinuxException("pidfd_send_signal", (int) -result);
    }
  }

  static long signal(int pidfd, int signal) {
    return Syscalls.syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0);
  }
}
