package io.netsvc.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;

/**
 * The machine code that runs a {@link Spawn}'s steps in the child: {@code src/main/asm}, whose
 * assembled bytes a test compares with these. x86-64 only. It is mapped writable, then executable,
 * never both.
 */
final class SpawnCode {
  static final String X86_64 =
      "f30f1efa534889d3b8b30100000f054885c0742b5bc3ffc074578b43f8488b73106a0a5999f7f180"
          + "ca3048ffce881685c075f1488b06488b7b08488907eb22488b034885c078cf488b7b08488b731048"
          + "8b53184c8b53204c8b43284c8b4b300f05488943384883c340483d00f0ffff76cebf7f000000b8e7"
          + "0000000f05f4";

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final long PAGE = 4096;

  private static final int SYS_CLONE3 = 435;
  private static final int SYS_CLOSE_RANGE = 436;

  private SpawnCode() {}

  private static final class Holder {
    static final boolean SUPPORTED = probe();
    static final MethodHandle SPAWN = map();
  }

  static boolean supported() {
    return Holder.SUPPORTED;
  }

  /** Older kernels and the filters of some containers lack a call: a wrong one tells, EINVAL. */
  private static boolean probe() {
    return System.getProperty("os.arch").equals("amd64")
        && Syscalls.syscall(SYS_CLONE3, 0, 0, 0, 0, 0) == -Errno.EINVAL
        && Syscalls.syscall(SYS_CLOSE_RANGE, 1, 0, 0, 0, 0) == -Errno.EINVAL;
  }

  private static MethodHandle map() {
    long address = Syscalls.mmap(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS);
    if (address < 0) {
      throw new IllegalStateException("mmap: " + Errno.describe((int) -address));
    }
    byte[] code = HexFormat.of().parseHex(X86_64);
    MemorySegment.copy(
        code, 0, Libc.view(address, PAGE), ValueLayout.JAVA_BYTE, 0, code.length);
    int result = Syscalls.mprotect(address, PAGE, PROT_READ | PROT_EXEC);
    if (result < 0) {
      throw new IllegalStateException("mprotect: " + Errno.describe(-result));
    }
    return Libc.code(
        address,
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS));
  }

  /** Returns the child's pid, or clone3's negative errno. */
  static long run(MemorySegment cloneArgs, MemorySegment steps) {
    try {
      return (long) Holder.SPAWN.invokeExact(cloneArgs, cloneArgs.byteSize(), steps);
    } catch (Throwable t) {
      throw new AssertionError("a downcall threw", t);
    }
  }
}
