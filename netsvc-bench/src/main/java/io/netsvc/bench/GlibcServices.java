package io.netsvc.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's getservbyname(3) and getservbyport(3). They keep their result in one static
 * buffer: for one thread at a time.
 */
final class GlibcServices {
  private static final long PORT_OFFSET = 16; // of s_port in struct servent
  private static final MethodHandle BY_NAME = downcall("getservbyname", ValueLayout.ADDRESS);
  private static final MethodHandle BY_PORT = downcall("getservbyport", ValueLayout.JAVA_INT);

  private GlibcServices() {}

  @SuppressWarnings("restricted")
  private static MethodHandle downcall(String name, ValueLayout key) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.ADDRESS, key, ValueLayout.ADDRESS));
  }

  /** Makes a C string that is never freed. */
  static MemorySegment text(String text) {
    return Arena.global().allocateFrom(text);
  }

  /** {@return the port, or -1} */
  static int byName(MemorySegment name, MemorySegment protocol) {
    try {
      return port((MemorySegment) BY_NAME.invokeExact(name, protocol));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@return the port, or -1} */
  static int byPort(int port, MemorySegment protocol) {
    int networkOrder = Short.toUnsignedInt(Short.reverseBytes((short) port));
    try {
      return port((MemorySegment) BY_PORT.invokeExact(networkOrder, protocol));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted")
  private static int port(MemorySegment entry) {
    if (entry.address() == 0) {
      return -1;
    }
    var networkOrder =
        (short) entry.reinterpret(PORT_OFFSET + 4).get(ValueLayout.JAVA_INT, PORT_OFFSET);
    return Short.toUnsignedInt(Short.reverseBytes(networkOrder));
  }
}
