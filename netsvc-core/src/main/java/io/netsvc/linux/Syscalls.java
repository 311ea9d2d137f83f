package io.netsvc.linux;

import static io.netsvc.linux.Libc.checked;
import static io.netsvc.linux.Libc.impossible;
import static io.netsvc.linux.Libc.ints;
import static io.netsvc.linux.Libc.longs;
import static io.netsvc.linux.Libc.state;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls on fds, sockets and memory. A failure is returned as the negative errno, as the
 * kernel itself does.
 *
 * <p>To link them all takes longer than a short command should: each group of them is linked when
 * the first of it is called.
 */
final class Syscalls {
  private static final class Files {
    static final MethodHandle READ = longs("read", JAVA_INT, ADDRESS, JAVA_LONG);
    static final MethodHandle WRITE = longs("write", JAVA_INT, ADDRESS, JAVA_LONG);
    static final MethodHandle CLOSE = ints("close", JAVA_INT);
  }

  private static final class Descriptors {
    static final MethodHandle OPEN =
        Libc.variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    static final MethodHandle DUP3 = ints("dup3", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle PIPE2 = ints("pipe2", ADDRESS, JAVA_INT);
    static final MethodHandle FCNTL =
        Libc.variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    static final MethodHandle SPLICE =
        longs("splice", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  private static final class Pairs {
    static final MethodHandle SOCKETPAIR =
        ints("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  }

  private static final class Peers {
    static final MethodHandle GETPEERNAME = ints("getpeername", JAVA_INT, ADDRESS, ADDRESS);
  }

  private static final class Permissions {
    static final MethodHandle FCHMOD = ints("fchmod", JAVA_INT, JAVA_INT);
    static final MethodHandle CHMOD = ints("chmod", ADDRESS, JAVA_INT);
    static final MethodHandle FCHOWNAT =
        ints("fchownat", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle FLOCK = ints("flock", JAVA_INT, JAVA_INT);
  }

  private static final class Streams {
    static final MethodHandle SOCKET = ints("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle BIND = ints("bind", JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle CONNECT = ints("connect", JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle LISTEN = ints("listen", JAVA_INT, JAVA_INT);
    static final MethodHandle ACCEPT4 = ints("accept4", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    static final MethodHandle SHUTDOWN = ints("shutdown", JAVA_INT, JAVA_INT);
    static final MethodHandle GETSOCKNAME = ints("getsockname", JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle SETSOCKOPT =
        ints("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle GETSOCKOPT =
        ints("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle SEND = longs("send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  private static final class Receiving {
    static final MethodHandle RECVFROM =
        longs("recvfrom", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
  }

  private static final class Datagrams {
    static final MethodHandle RECVMMSG =
        ints("recvmmsg", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    static final MethodHandle SENDMMSG = ints("sendmmsg", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    static final MethodHandle SENDTO =
        longs("sendto", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle SENDMSG = longs("sendmsg", JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Polling {
    static final MethodHandle EPOLL_CREATE1 = ints("epoll_create1", JAVA_INT);
    static final MethodHandle EPOLL_CTL = ints("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    static final MethodHandle EPOLL_WAIT =
        ints("epoll_wait", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    static final MethodHandle EVENTFD = ints("eventfd", JAVA_INT, JAVA_INT);
  }

  private static final class Memory {
    static final MethodHandle MMAP =
        longs("mmap", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    static final MethodHandle MUNMAP = ints("munmap", JAVA_LONG, JAVA_LONG);
    static final MethodHandle MPROTECT = ints("mprotect", JAVA_LONG, JAVA_LONG, JAVA_INT);
  }

  private static final class Namespaces {
    static final MethodHandle SETNS = ints("setns", JAVA_INT, JAVA_INT);
  }

  private static final class Devices {
    static final MethodHandle IOCTL =
        Libc.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
  }

  private static final class Any {
    static final MethodHandle SYSCALL =
        Libc.variadic(
            "syscall",
            1,
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG));
  }

  private Syscalls() {}

  static int socket(int family, int type, int protocol) {
    var s = state();
    try {
      return checked(s, (int) Streams.SOCKET.invokeExact(s, family, type, protocol));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int bind(int fd, MemorySegment address, int length) {
    var s = state();
    try {
      return checked(s, (int) Streams.BIND.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int connect(int fd, MemorySegment address, int length) {
    var s = state();
    try {
      return checked(s, (int) Streams.CONNECT.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int listen(int fd, int backlog) {
    var s = state();
    try {
      return checked(s, (int) Streams.LISTEN.invokeExact(s, fd, backlog));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
    var s = state();
    try {
      return checked(s, (int) Streams.ACCEPT4.invokeExact(s, fd, address, length, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int shutdown(int fd, int how) {
    var s = state();
    try {
      return checked(s, (int) Streams.SHUTDOWN.invokeExact(s, fd, how));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int close(int fd) {
    var s = state();
    try {
      return checked(s, (int) Files.CLOSE.invokeExact(s, fd));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getsockname(int fd, MemorySegment address, MemorySegment length) {
    var s = state();
    try {
      return checked(s, (int) Streams.GETSOCKNAME.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
    var s = state();
    try {
      return checked(s, (int) Streams.SETSOCKOPT.invokeExact(s, fd, level, name, value, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
    var s = state();
    try {
      return checked(s, (int) Streams.GETSOCKOPT.invokeExact(s, fd, level, name, value, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int epollCreate(int flags) {
    var s = state();
    try {
      return checked(s, (int) Polling.EPOLL_CREATE1.invokeExact(s, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
    var s = state();
    try {
      return checked(s, (int) Polling.EPOLL_CTL.invokeExact(s, epoll, operation, fd, event));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int epollWait(int epoll, MemorySegment events, int max, int timeoutMillis) {
    var s = state();
    try {
      return checked(s, (int) Polling.EPOLL_WAIT.invokeExact(s, epoll, events, max, timeoutMillis));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int eventfd(int initial, int flags) {
    var s = state();
    try {
      return checked(s, (int) Polling.EVENTFD.invokeExact(s, initial, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long read(int fd, MemorySegment buffer, long length) {
    var s = state();
    try {
      return checked(s, (long) Files.READ.invokeExact(s, fd, buffer, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long write(int fd, MemorySegment buffer, long length) {
    var s = state();
    try {
      return checked(s, (long) Files.WRITE.invokeExact(s, fd, buffer, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long send(int fd, MemorySegment buffer, long length, int flags) {
    var s = state();
    try {
      return checked(s, (long) Streams.SEND.invokeExact(s, fd, buffer, length, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long recvfrom(
      int fd, MemorySegment into, long length, int flags, MemorySegment from, MemorySegment fromLength) {
    var s = state();
    try {
      return checked(
          s, (long) Receiving.RECVFROM.invokeExact(s, fd, into, length, flags, from, fromLength));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int recvmmsg(int fd, MemorySegment messages, int count, int flags) {
    var s = state();
    try {
      return checked(
          s, (int) Datagrams.RECVMMSG.invokeExact(s, fd, messages, count, flags, MemorySegment.NULL));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int sendmmsg(int fd, MemorySegment messages, int count, int flags) {
    var s = state();
    try {
      return checked(s, (int) Datagrams.SENDMMSG.invokeExact(s, fd, messages, count, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Sends to an address; NULL for the peer of a connected socket. */
  static long sendto(int fd, MemorySegment from, MemorySegment address) {
    var s = state();
    try {
      return checked(
          s,
          (long)
              Datagrams.SENDTO.invokeExact(
                  s, fd, from, from.byteSize(), 0, address, (int) address.byteSize()));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long sendmsg(int fd, MemorySegment message, int flags) {
    var s = state();
    try {
      return checked(s, (long) Datagrams.SENDMSG.invokeExact(s, fd, message, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long splice(int from, int to, long length, int flags) {
    var s = state();
    try {
      return checked(
          s,
          (long)
              Descriptors.SPLICE.invokeExact(
                  s, from, MemorySegment.NULL, to, MemorySegment.NULL, length, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int ioctl(int fd, long request, MemorySegment argument) {
    var s = state();
    try {
      return checked(s, (int) Devices.IOCTL.invokeExact(s, fd, request, argument));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int fcntl(int fd, int command, int argument) {
    var s = state();
    try {
      return checked(s, (int) Descriptors.FCNTL.invokeExact(s, fd, command, argument));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int dup3(int from, int to, int flags) {
    var s = state();
    try {
      return checked(s, (int) Descriptors.DUP3.invokeExact(s, from, to, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int fchmod(int fd, int mode) {
    var s = state();
    try {
      return checked(s, (int) Permissions.FCHMOD.invokeExact(s, fd, mode));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int chmod(MemorySegment path, int mode) {
    var s = state();
    try {
      return checked(s, (int) Permissions.CHMOD.invokeExact(s, path, mode));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int fchownat(int directory, MemorySegment path, int uid, int gid, int flags) {
    var s = state();
    try {
      return checked(s, (int) Permissions.FCHOWNAT.invokeExact(s, directory, path, uid, gid, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int flock(int fd, int operation) {
    var s = state();
    try {
      return checked(s, (int) Permissions.FLOCK.invokeExact(s, fd, operation));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getpeername(int fd, MemorySegment address, MemorySegment length) {
    var s = state();
    try {
      return checked(s, (int) Peers.GETPEERNAME.invokeExact(s, fd, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int socketpair(int family, int type, int protocol, MemorySegment fds) {
    var s = state();
    try {
      return checked(s, (int) Pairs.SOCKETPAIR.invokeExact(s, family, type, protocol, fds));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int pipe2(MemorySegment fds, int flags) {
    var s = state();
    try {
      return checked(s, (int) Descriptors.PIPE2.invokeExact(s, fds, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int open(MemorySegment path, int flags, int mode) {
    var s = state();
    try {
      return checked(s, (int) Descriptors.OPEN.invokeExact(s, path, flags, mode));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int setns(int namespace, int type) {
    var s = state();
    try {
      return checked(s, (int) Namespaces.SETNS.invokeExact(s, namespace, type));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long mmap(long length, int protection, int flags) {
    return mmap(length, protection, flags, -1, 0);
  }

  static long mmap(long length, int protection, int flags, int fd, long offset) {
    var s = state();
    try {
      return checked(s, (long) Memory.MMAP.invokeExact(s, 0L, length, protection, flags, fd, offset));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int munmap(MemorySegment mapped) {
    var s = state();
    try {
      return checked(s, (int) Memory.MUNMAP.invokeExact(s, mapped.address(), mapped.byteSize()));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int mprotect(long address, long length, int protection) {
    var s = state();
    try {
      return checked(s, (int) Memory.MPROTECT.invokeExact(s, address, length, protection));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** A system call that libc of the oldest supported distribution does not wrap. */
  static long syscall(long number, long a, long b, long c, long d, long e) {
    return syscall(number, a, b, c, d, e, 0);
  }

  static long syscall(long number, long a, long b, long c, long d, long e, long f) {
    var s = state();
    try {
      return checked(s, (long) Any.SYSCALL.invokeExact(s, number, a, b, c, d, e, f));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }
}
