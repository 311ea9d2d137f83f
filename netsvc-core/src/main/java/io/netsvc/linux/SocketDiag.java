package io.netsvc.linux;

import io.netsvc.text.Visible;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * The kernel's table of sockets, by NETLINK_SOCK_DIAG of sock_diag(7), of the network namespace that
 * this was opened in. For the thread that opened it.
 */
public final class SocketDiag implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final long SIOCGIFNAME = 0x8910;
  private static final int IFNAMSIZ = 16;
  private static final int IFREQ = 40;

  private static final int HEADER = 16;
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short REQUEST_DUMP = 0x301;
  private static final int TYPE = 4;
  private static final int FLAGS = 6;
  private static final int SEQUENCE = 8;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NLM_F_DUMP_INTR = 0x10;

  /** The kernel fills no more for one read. */
  private static final int BUFFER = 32 * 1024;

  private final Fd fd;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER, 8);
  private final ByteBuffer bytes = buffer.asByteBuffer().order(ByteOrder.nativeOrder());
  private int sequence;

  private SocketDiag(Fd fd) {
    this.fd = fd;
  }

  /** How a dump ended. */
  public enum Dump {
    COMPLETE,
    /** The table changed in a way that may have hidden sockets: NLM_F_DUMP_INTR. */
    INTERRUPTED,
    /** The kernel has no such family or protocol. */
    UNSUPPORTED
  }

  /** Opens the table of this process's network namespace. */
  public static SocketDiag open() throws LinuxException {
    return new SocketDiag(socket());
  }

  private static Fd socket() throws LinuxException {
    int result = Numbered.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
    return Fd.opened("socket NETLINK_SOCK_DIAG", result);
  }

  /**
   * Opens the table of the network namespace of a file, such as {@code /proc/1/ns/net} or {@code
   * /run/netns/blue}; see setns(2).
   *
   * @throws LinuxException without such a file, or with EPERM without CAP_SYS_ADMIN
   */
  public static SocketDiag open(String namespace) throws LinuxException {
    // A socket belongs to the namespace of the thread that made it: that of one that ends here.
    var opening = new FutureTask<>(() -> enter(namespace));
    Thread.ofPlatform().name("netsvc-setns").daemon().start(opening);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return new SocketDiag(opening.get());
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof LinuxException cause) {
            throw cause;
          }
          throw new AssertionError(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Fd enter(String namespace) throws LinuxException {
    try (var file = Fd.open(namespace, O_RDONLY_CLOEXEC)) {
      int result = Syscalls.setns(file.number(), CLONE_NEWNET);
      if (result < 0) {
        throw new LinuxException("setns " + namespace, -result);
      }
      return socket();
    }
  }

  /**
   * Asks for a dump and gives each message's payload, in native byte order, to a reader, which must
   * not keep it.
   *
   * @param request what follows the struct nlmsghdr
   */
  public Dump dump(byte[] request, Consumer<ByteBuffer> reader) throws IOException {
    bytes.clear();
    bytes.putInt(HEADER + request.length).putShort(SOCK_DIAG_BY_FAMILY).putShort(REQUEST_DUMP);
    bytes.putInt(++sequence).putInt(0).put(request);
    check("send", Numbered.write(fd.number(), buffer, HEADER + request.length));
    boolean interrupted = false;
    while (true) {
      int length = (int) check("receive", Numbered.read(fd.number(), buffer, BUFFER));
      for (int at = 0, next; at + HEADER <= length; at = next) {
        int size = bytes.getInt(at);
        next = at + (size + 3 & ~3);
        if (size < HEADER || at + size > length) {
          throw new IOException("NETLINK_SOCK_DIAG: message of " + size + " bytes in " + (length - at));
        }
        if (bytes.getInt(at + SEQUENCE) != sequence) {
          continue; // of a dump that its reader gave up
        }
        interrupted |= (bytes.getShort(at + FLAGS) & NLM_F_DUMP_INTR) != 0;
        switch (bytes.getShort(at + TYPE)) {
          case SOCK_DIAG_BY_FAMILY ->
              reader.accept(
                  bytes.slice(at + HEADER, size - HEADER).order(ByteOrder.nativeOrder()));
          case NLMSG_DONE, NLMSG_ERROR -> {
            return ended(size < HEADER + 4 ? 0 : bytes.getInt(at + HEADER), interrupted);
          }
          default -> {} // NLMSG_NOOP
        }
      }
    }
  }

  private static Dump ended(int result, boolean interrupted) throws LinuxException {
    return switch (-result) {
      case Errno.ENOENT, Errno.EPROTONOSUPPORT, Errno.EAFNOSUPPORT -> Dump.UNSUPPORTED;
      default -> {
        check("dump", Math.min(result, 0));
        yield interrupted ? Dump.INTERRUPTED : Dump.COMPLETE;
      }
    };
  }

  /**
   * {@return the name of a network interface, in one line as {@link Visible} has it, or its number if
   * it is gone; netdevice(7)}
   */
  public String device(int index) {
    try (var local = Arena.ofConfined()) {
      var request = local.allocate(IFREQ, 8);
      request.set(ValueLayout.JAVA_INT, IFNAMSIZ, index);
      int result = Syscalls.ioctl(fd.number(), SIOCGIFNAME, request);
      return result < 0 ? "if" + index : Visible.text(name(request));
    }
  }

  private static byte[] name(MemorySegment request) {
    int length = 0;
    while (length < IFNAMSIZ && request.get(ValueLayout.JAVA_BYTE, length) != 0) {
      length++;
    }
    return request.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static long check(String operation, long result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException("NETLINK_SOCK_DIAG " + operation, (int) -result);
    }
    return result;
  }

  @Override
  public void close() {
    int number = fd.release();
    if (number >= 0) {
      Numbered.close(number);
    }
    arena.close();
  }
}
