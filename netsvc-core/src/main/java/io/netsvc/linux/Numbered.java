package io.netsvc.linux;

import java.lang.foreign.MemorySegment;

/**
 * System calls by their numbers, through syscall(2): all of them are one function to link. For what a
 * command does that lists something and ends, since to link each function takes a millisecond or
 * more; {@link Syscalls} has those that servers make a million times. A failure is the negative errno.
 */
final class Numbered {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final int READ = ARM ? 63 : 0;
  private static final int WRITE = ARM ? 64 : 1;
  private static final int CLOSE = ARM ? 57 : 3;
  private static final int LSEEK = ARM ? 62 : 8;
  private static final int SOCKET = ARM ? 198 : 41;
  private static final int GETEUID = ARM ? 175 : 107;
  private static final int GETEGID = ARM ? 177 : 108;
  private static final int GETDENTS64 = ARM ? 61 : 217;
  private static final int OPENAT = ARM ? 56 : 257;
  private static final int READLINKAT = ARM ? 78 : 267;
  private static final int KCMP = ARM ? 272 : 312;

  private Numbered() {}

  static long read(int fd, MemorySegment into, long length) {
    return Syscalls.syscall(READ, fd, into.address(), length, 0, 0);
  }

  static long write(int fd, MemorySegment from, long length) {
    return Syscalls.syscall(WRITE, fd, from.address(), length, 0, 0);
  }

  static int close(int fd) {
    return (int) Syscalls.syscall(CLOSE, fd, 0, 0, 0, 0);
  }

  static long lseek(int fd, long offset, int whence) {
    return Syscalls.syscall(LSEEK, fd, offset, whence, 0, 0);
  }

  static int socket(int family, int type, int protocol) {
    return (int) Syscalls.syscall(SOCKET, family, type, protocol, 0, 0);
  }

  static int geteuid() {
    return (int) Syscalls.syscall(GETEUID, 0, 0, 0, 0, 0);
  }

  static int getegid() {
    return (int) Syscalls.syscall(GETEGID, 0, 0, 0, 0, 0);
  }

  static long getdents64(int directory, MemorySegment entries, long length) {
    return Syscalls.syscall(GETDENTS64, directory, entries.address(), length, 0, 0);
  }

  static int openat(int directory, MemorySegment path, int flags) {
    return (int) Syscalls.syscall(OPENAT, directory, path.address(), flags, 0, 0);
  }

  static long readlinkat(int directory, MemorySegment path, MemorySegment into, long length) {
    return Syscalls.syscall(READLINKAT, directory, path.address(), into.address(), length, 0);
  }

  static long kcmp(int pid, int other, long type) {
    return Syscalls.syscall(KCMP, pid, other, type, 0, 0);
  }
}
