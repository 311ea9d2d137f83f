package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The names of addresses, by getnameinfo(3). The JDK gives the same answer for an address without a
 * name and for one whose name cannot be had now, which access rules must not confuse.
 */
public final class HostNames {
  private static final MethodHandle GETNAMEINFO =
      Libc.ints("getnameinfo", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final int NI_MAXHOST = 1025;
  private static final int NI_NAMEREQD = 8;
  private static final int EAI_NONAME = -2;

  private HostNames() {}

  /**
   * Returns the name that an address is said to have, by whoever has its reverse zone; empty if it
   * has none. Blocks in native code for as long as the system's resolver takes, so not for virtual
   * threads.
   *
   * @throws IOException if the resolver cannot tell
   */
  public static Optional<String> of(InetAddress address) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var name = arena.allocate(NI_MAXHOST);
      int error = look(SocketAddresses.encode(new InetSocketAddress(address, 0), arena), name);
      return switch (error) {
        case 0 -> Optional.of(name.getString(0));
        case EAI_NONAME -> Optional.empty();
        default ->
            throw new IOException(
                "getnameinfo " + address.getHostAddress() + ": error " + error + " of netdb.h");
      };
    }
  }

  private static int look(MemorySegment address, MemorySegment name) {
    try {
      return (int)
          GETNAMEINFO.invokeExact(
              Libc.state(), address, (int) address.byteSize(), name, NI_MAXHOST, MemorySegment.NULL, 0, NI_NAMEREQD);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }
}
