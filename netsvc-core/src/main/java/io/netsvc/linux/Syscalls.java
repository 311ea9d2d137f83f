package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Links the C functions that this package uses: the only code that makes restricted calls. Every
 * call captures errno; a failure is returned as the negative errno, as the kernel itself does.
 */
@SuppressWarnings("restricted")
final class Syscalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  /** Holds the errno of this thread's latest call; freed with the thread. */
  private static final ThreadLocal<MemorySegment> ERRNO =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

  private static final MethodHandle SOCKET = ints("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = ints("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CONNECT = ints("connect", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LISTEN = ints("listen", JAVA_INT, JAVA_INT);
  private static final MethodHandle ACCEPT4 =
      ints("accept4", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle SHUTDOWN = ints("shutdown", JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = ints("close", JAVA_INT);
  private static final MethodHandle GETSOCKNAME = ints("getsockname", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle GETPEERNAME = ints("getpeername", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETSOCKOPT =
      ints("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      ints("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle EPOLL_CREATE1 = ints("epoll_create1", JAVA_INT);
  private static final MethodHandle EPOLL_CTL =
      ints("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle EPOLL_WAIT =
      ints("epoll_wait", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle EVENTFD = ints("eventfd", JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = longs("read", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = longs("write", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle SEND = longs("send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECVFROM =
      longs("recvfrom", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SENDTO =
      longs("sendto", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle MMAP =
      link(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MPROTECT = ints("mprotect", JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle GETEUID = ints("geteuid");
  private static final MethodHandle GETEGID = ints("getegid");
  private static final MethodHandle GETPWNAM_R =
      ints("getpwnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETPWUID_R =
      ints("getpwuid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETGRNAM_R =
      ints("getgrnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETGROUPLIST =
      ints("getgrouplist", ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle FCNTL =
      LINKER.downcallHandle(
          LIBC.findOrThrow("fcntl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LIBC.findOrThrow("syscall"),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(1));

  private Syscalls() {}

  private static MethodHandle ints(String name, ValueLayout... arguments) {
    return link(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle longs(String name, ValueLayout... arguments) {
    return link(name, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  private static MethodHandle link(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LIBC.findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
  }

  /** Links code that we mapped ourselves; it captures no errno because it calls no libc. */
  static MethodHandle code(long address, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(MemorySegment.ofAddress(address), descriptor);
  }

  /** Views native memory that a C function or the kernel gave us. */
  static MemorySegment view(long address, long size) {
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  /** Reads the C string behind a pointer field. */
  static String stringAt(MemorySegment pointer) {
    return pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static MemorySegment state() {
    return ERRNO.get();
  }

  private static long checked(MemorySegment state, long result) {
    return result == -1 ? -state.get(JAVA_INT, ERRNO_OFFSET) : result;
  }

  private static AssertionError impossible(Throwable t) {
    return new AssertionError("a downcall threw", t);
  }

  static int socket(int family, int type, int protocol) {
    var s = state();
    try {
      return (int) checked(s, (int) SOCKET.invokeExact(s, family, type, protocol));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int bind(int fd, MemorySegment address, int length) {
    var s = state();
    try {
      return (int) checked(s, (int) BIND.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int connect(int fd, MemorySegment address, int length) {
    var s = state();
    try {
      return (int) checked(s, (int) CONNECT.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int listen(int fd, int backlog) {
    var s = state();
    try {
      return (int) checked(s, (int) LISTEN.invokeExact(s, fd, backlog));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
    var s = state();
    try {
      return (int) checked(s, (int) ACCEPT4.invokeExact(s, fd, address, length, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int shutdown(int fd, int how) {
    var s = state();
    try {
      return (int) checked(s, (int) SHUTDOWN.invokeExact(s, fd, how));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int close(int fd) {
    var s = state();
    try {
      return (int) checked(s, (int) CLOSE.invokeExact(s, fd));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getsockname(int fd, MemorySegment address, MemorySegment length) {
    var s = state();
    try {
      return (int) checked(s, (int) GETSOCKNAME.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getpeername(int fd, MemorySegment address, MemorySegment length) {
    var s = state();
    try {
      return (int) checked(s, (int) GETPEERNAME.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
    var s = state();
    try {
      return (int) checked(s, (int) SETSOCKOPT.invokeExact(s, fd, level, name, value, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
    var s = state();
    try {
      return (int) checked(s, (int) GETSOCKOPT.invokeExact(s, fd, level, name, value, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int epollCreate(int flags) {
    var s = state();
    try {
      return (int) checked(s, (int) EPOLL_CREATE1.invokeExact(s, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
    var s = state();
    try {
      return (int) checked(s, (int) EPOLL_CTL.invokeExact(s, epoll, operation, fd, event));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int epollWait(int epoll, MemorySegment events, int max, int timeoutMillis) {
    var s = state();
    try {
      return (int) checked(s, (int) EPOLL_WAIT.invokeExact(s, epoll, events, max, timeoutMillis));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int eventfd(int initial, int flags) {
    var s = state();
    try {
      return (int) checked(s, (int) EVENTFD.invokeExact(s, initial, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long read(int fd, MemorySegment buffer, long length) {
    var s = state();
    try {
      return checked(s, (long) READ.invokeExact(s, fd, buffer, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long write(int fd, MemorySegment buffer, long length) {
    var s = state();
    try {
      return checked(s, (long) WRITE.invokeExact(s, fd, buffer, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long send(int fd, MemorySegment buffer, long length, int flags) {
    var s = state();
    try {
      return checked(s, (long) SEND.invokeExact(s, fd, buffer, length, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long recvfrom(
      int fd, MemorySegment buffer, long length, int flags, MemorySegment address, MemorySegment n) {
    var s = state();
    try {
      return checked(s, (long) RECVFROM.invokeExact(s, fd, buffer, length, flags, address, n));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long sendto(
      int fd, MemorySegment buffer, long length, int flags, MemorySegment address, int n) {
    var s = state();
    try {
      return checked(s, (long) SENDTO.invokeExact(s, fd, buffer, length, flags, address, n));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int fcntl(int fd, int command, int argument) {
    var s = state();
    try {
      return (int) checked(s, (int) FCNTL.invokeExact(s, fd, command, argument));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long mmap(long length, int protection, int flags) {
    var s = state();
    try {
      return checked(s, (long) MMAP.invokeExact(s, 0L, length, protection, flags, -1, 0L));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int mprotect(long address, long length, int protection) {
    var s = state();
    try {
      return (int) checked(s, (int) MPROTECT.invokeExact(s, address, length, protection));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int geteuid() {
    try {
      return (int) GETEUID.invokeExact(state());
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getegid() {
    try {
      return (int) GETEGID.invokeExact(state());
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Returns 0 or a positive errno, as POSIX has it for this function. */
  static int getpwnam(
      MemorySegment name, MemorySegment entry, MemorySegment buffer, MemorySegment result) {
    try {
      return (int) GETPWNAM_R.invokeExact(state(), name, entry, buffer, buffer.byteSize(), result);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getpwuid(int uid, MemorySegment entry, MemorySegment buffer, MemorySegment result) {
    try {
      return (int) GETPWUID_R.invokeExact(state(), uid, entry, buffer, buffer.byteSize(), result);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getgrnam(
      MemorySegment name, MemorySegment entry, MemorySegment buffer, MemorySegment result) {
    try {
      return (int) GETGRNAM_R.invokeExact(state(), name, entry, buffer, buffer.byteSize(), result);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getgrouplist(MemorySegment user, int gid, MemorySegment groups, MemorySegment count) {
    try {
      return (int) GETGROUPLIST.invokeExact(state(), user, gid, groups, count);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** A system call that libc of the oldest supported distribution does not wrap. */
  static long syscall(long number, long a, long b, long c, long d, long e) {
    var s = state();
    try {
      return checked(s, (long) SYSCALL.invokeExact(s, number, a, b, c, d, e));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static final ValueLayout.OfLong LONG = JAVA_LONG;
  static final ValueLayout.OfInt INT = JAVA_INT;
}
