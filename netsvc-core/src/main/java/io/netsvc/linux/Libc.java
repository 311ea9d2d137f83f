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
import java.util.Optional;

/**
 * Links C functions: the only code that makes restricted calls. Every function captures errno into
 * {@link #state}, its first argument; {@link #checked} then gives a failure as the negative errno,
 * as the kernel itself does.
 */
@SuppressWarnings("restricted")
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final long ERRNO_OFFSET =
      CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  /** Holds the errno of this thread's latest call; freed with the thread. */
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

  private Libc() {}

  /** Links a function that returns an int. */
  static MethodHandle ints(String name, ValueLayout... arguments) {
    return link(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** Links a function that returns a long. */
  static MethodHandle longs(String name, ValueLayout... arguments) {
    return link(name, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  private static MethodHandle link(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LOOKUP.findOrThrow(name), descriptor, ERRNO);
  }

  /** Links a function that returns an int and that this libc may lack. */
  static Optional<MethodHandle> optional(String name, ValueLayout... arguments) {
    return LOOKUP
        .find(name)
        .map(f -> LINKER.downcallHandle(f, FunctionDescriptor.of(JAVA_INT, arguments), ERRNO));
  }

  /** Links a function that has only this many arguments before the variadic ones. */
  static MethodHandle variadic(String name, int fixed, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LOOKUP.findOrThrow(name), descriptor, ERRNO, Linker.Option.firstVariadicArg(fixed));
  }

  /** Links code that we mapped ourselves; it captures no errno because it calls no libc. */
  static MethodHandle code(long address, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(MemorySegment.ofAddress(address), descriptor);
  }

  /** Views native memory that a C function or the kernel gave us. */
  static MemorySegment view(long address, long size) {
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  /** Reads the C string that a pointer field of a struct points to. */
  static String string(MemorySegment struct, long offset) {
    return struct.get(ADDRESS, offset).reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** {@return where this thread's calls put errno} */
  static MemorySegment state() {
    return STATE.get();
  }

  /** {@return a result, or the negative errno where it is -1} */
  static int checked(MemorySegment state, int result) {
    return result == -1 ? -state.get(JAVA_INT, ERRNO_OFFSET) : result;
  }

  /** {@return a result, or the negative errno where it is -1} */
  static long checked(MemorySegment state, long result) {
    return result == -1 ? -state.get(JAVA_INT, ERRNO_OFFSET) : result;
  }

  /**
   * {@return what to throw where a downcall throws, which it cannot}
   *
   * @throws LinkageError where it is the first of its group and could not be linked
   */
  static AssertionError impossible(Throwable t) {
    if (t instanceof LinkageError unlinked) {
      throw unlinked;
    }
    return new AssertionError("a downcall threw", t);
  }
}
