package io.netsvc.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The buffers of one ring, of which the kernel takes one when there is something to put into it: a
 * receive that waits has none. See io_uring_register_buf_ring(3).
 */
final class RingBuffers {
  /** How large each is. */
  static final int SIZE = 16 * 1024;

  /** Which group of the ring they are. */
  static final int GROUP = 0;

  private static final int COUNT = 256;
  private static final int ENTRY = 16;
  private static final int TAIL = 14;
  private static final int PRIVATE_ANONYMOUS = 2 | 0x20;
  private static final int REGISTER_PBUF_RING = 22;
  private static final VarHandle TAIL_HANDLE = ValueLayout.JAVA_SHORT.varHandle();

  private final MemorySegment entries;
  private final MemorySegment memory;
  private final MemorySegment[] slices = new MemorySegment[COUNT];
  private short tail;

  /** Maps memory that costs nothing until it is used, and registers it. */
  RingBuffers(Fd ring, MemorySegment registration) throws LinuxException {
    var all = Ring.map((long) COUNT * (SIZE + ENTRY), PRIVATE_ANONYMOUS, null, 0);
    memory = all.asSlice(0, (long) COUNT * SIZE);
    entries = all.asSlice((long) COUNT * SIZE);
    registration.set(ValueLayout.JAVA_LONG, 0, entries.address());
    registration.set(ValueLayout.JAVA_INT, 8, COUNT);
    registration.set(ValueLayout.JAVA_SHORT, 12, (short) GROUP);
    long result =
        Syscalls.syscall(
            Ring.REGISTER, ring.number(), REGISTER_PBUF_RING, registration.address(), 1, 0);
    if (result < 0) {
      Syscalls.munmap(all);
      throw new LinuxException("io_uring_register", (int) -result);
    }
    for (int i = 0; i < COUNT; i++) {
      slices[i] = memory.asSlice((long) i * SIZE, SIZE);
      giveBack(i);
    }
  }

  void close() {
    Syscalls.munmap(memory);
    Syscalls.munmap(entries);
  }

  /** {@return the memory of a buffer that the kernel chose} */
  MemorySegment get(int buffer) {
    return slices[buffer];
  }

  /** Lets the kernel choose a buffer again. */
  void giveBack(int buffer) {
    long at = (long) (tail & COUNT - 1) * ENTRY;
    entries.set(ValueLayout.JAVA_LONG, at, memory.address() + (long) buffer * SIZE);
    entries.set(ValueLayout.JAVA_INT, at + 8, SIZE);
    entries.set(ValueLayout.JAVA_SHORT, at + 12, (short) buffer);
    tail++;
    TAIL_HANDLE.setRelease(entries, (long) TAIL, tail);
  }
}
