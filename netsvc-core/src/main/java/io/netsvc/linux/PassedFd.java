package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sends an fd to another process: SCM_RIGHTS of unix(7). */
public final class PassedFd {
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final long HEADER = 56;
  private static final long CONTROL = 24; // CMSG_SPACE of an int

  private PassedFd() {}

  /**
   * Sends a duplicate of an fd, with one byte of value 0, for Linux drops ancillary data of a stream
   * that comes without any.
   *
   * @param through the number of a connected Unix stream socket
   * @throws LinuxException with sendmsg(2)'s errno, such as ENOTSOCK
   */
  public static void send(int through, Fd fd) throws LinuxException {
    try (var arena = Arena.ofConfined()) {
      var vector = arena.allocate(16, 8);
      vector.set(ValueLayout.ADDRESS, 0, arena.allocate(1));
      vector.set(ValueLayout.JAVA_LONG, 8, 1);
      var control = arena.allocate(CONTROL, 8);
      control.set(ValueLayout.JAVA_LONG, 0, Messages.CMSG + Integer.BYTES);
      control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
      control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
      control.set(ValueLayout.JAVA_INT, Messages.CMSG, fd.number());
      var message = message(arena, vector, control);
      long sent;
      do {
        sent = Syscalls.sendmsg(through, message, MSG_NOSIGNAL);
      } while (sent == -Errno.EINTR);
      if (sent < 0) {
        throw new LinuxException("sendmsg", (int) -sent);
      }
    }
  }

  /** A struct msghdr without an address. */
  private static MemorySegment message(Arena arena, MemorySegment vector, MemorySegment control) {
    var message = arena.allocate(HEADER, 8);
    message.set(ValueLayout.ADDRESS, 16, vector);
    message.set(ValueLayout.JAVA_LONG, 24, 1);
    message.set(ValueLayout.ADDRESS, 32, control);
    message.set(ValueLayout.JAVA_LONG, 40, CONTROL);
    return message;
  }
}
