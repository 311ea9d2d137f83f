package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One io_uring(7), for the thread that made it. What is begun goes to the kernel with the next {@link
 * #enter}, together with everything else, and what is done is told then: one system call for all of
 * it, however much it is.
 */
final class Ring implements AutoCloseable {
  /** Reports errors and hang-ups alone, whatever else is asked for. */
  static final int ERRORS = 0;

  static final int REGISTER = 427;
  /** Whether rings may be tried: the system property {@code io.netsvc.uring} is not false. */
  static final boolean WANTED =
      Boolean.parseBoolean(System.getProperty("io.netsvc.uring", "true"));

  private static final int SETUP = 425;
  private static final int ENTER = 426;

  private static final int SETUP_CQSIZE = 1 << 3;
  private static final int SETUP_SINGLE_ISSUER = 1 << 12;
  private static final int SETUP_DEFER_TASKRUN = 1 << 13;
  private static final int FEATURE_SINGLE_MMAP = 1;
  private static final int FEATURE_EXT_ARG = 1 << 8;
  private static final int ENTER_GETEVENTS = 1;
  private static final int ENTER_EXT_ARG = 1 << 3;

  private static final byte POLL_ADD = 6;
  private static final byte ASYNC_CANCEL = 14;
  private static final byte CLOSE = 19;
  private static final byte SEND = 26;
  private static final byte RECV = 27;
  private static final byte SELECT_BUFFER = 1 << 5;
  private static final byte SKIP_SUCCESS = 1 << 6;
  private static final short POLL_FIRST = 1;
  private static final int POLL_MULTI = 1;
  private static final int WITH_BUFFER = 1;
  private static final int MORE_COMES = 2;
  private static final int CQ_OVERFLOW = 2;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_NOSIGNAL = 0x4000;

  private static final int ENTRIES = 512;
  private static final int COMPLETIONS = 4096;
  private static final int SQE = 64;
  private static final int CQE = 16;
  private static final long NOBODY = -1;

  /** Marks the numbers of sends. */
  private static final long SENDS = 1L << 32;

  /** When a loop that is idle looks at what it has sent. */
  private static final long SETTLE_NANOS = 1_000_000;

  private static final int READ_WRITE = 1 | 2;
  private static final int SHARED_POPULATED = 1 | 0x8000;
  private static final long OFFSET_SQES = 0x10000000L;
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final Fd fd;
  private final Arena arena = Arena.ofConfined();
  private final RingBuffers buffers;
  private final MemorySegment rings;
  private final MemorySegment sqes;
  private final MemorySegment timeout;
  private final MemorySegment arguments;
  private final long sqHead;
  private final long sqTail;
  private final long sqFlags;
  private final int sqMask;
  private final long cqHead;
  private final long cqTail;
  private final int cqMask;
  private final long cqes;

  private int tail;
  private int unsubmitted;

  /** The sends that the kernel has not been seen to have done, in their order. */
  private final ArrayDeque<RingOp> sends = new ArrayDeque<>();

  private @Nullable RingOp[] ops = new RingOp[256];
  private int[] free = new int[256];
  private int freed;
  private int next;

  /**
   * Opens one.
   *
   * @throws LinuxException if the kernel, or a filter of system calls, does not have it: then it is
   *     older than 6.1, as a rule
   */
  @SuppressWarnings("MustBeClosedChecker") // close does
  Ring() throws LinuxException {
    Fd opened = null;
    try {
      var parameters = arena.allocate(120, 8);
      parameters.set(ValueLayout.JAVA_INT, 4, COMPLETIONS);
      parameters.set(
          ValueLayout.JAVA_INT, 8, SETUP_CQSIZE | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN);
      long result = Syscalls.syscall(SETUP, ENTRIES, parameters.address(), 0, 0, 0);
      opened = Fd.opened("io_uring_setup", (int) result);
      fd = opened;
      int features = parameters.get(ValueLayout.JAVA_INT, 20);
      if ((features & FEATURE_SINGLE_MMAP) == 0 || (features & FEATURE_EXT_ARG) == 0) {
        throw new LinuxException("io_uring_setup", Errno.ENOSYS);
      }
      int sqEntries = parameters.get(ValueLayout.JAVA_INT, 0);
      int cqEntries = parameters.get(ValueLayout.JAVA_INT, 4);
      // struct io_sqring_offsets at 40, io_cqring_offsets at 80: head, tail, ring_mask, ...
      sqHead = parameters.get(ValueLayout.JAVA_INT, 40);
      sqTail = parameters.get(ValueLayout.JAVA_INT, 44);
      sqFlags = parameters.get(ValueLayout.JAVA_INT, 56);
      long array = parameters.get(ValueLayout.JAVA_INT, 64);
      cqHead = parameters.get(ValueLayout.JAVA_INT, 80);
      cqTail = parameters.get(ValueLayout.JAVA_INT, 84);
      cqes = parameters.get(ValueLayout.JAVA_INT, 100);
      rings =
          map(
              Math.max(array + 4L * sqEntries, cqes + (long) CQE * cqEntries),
              SHARED_POPULATED,
              fd,
              0);
      sqes = map((long) SQE * sqEntries, SHARED_POPULATED, fd, OFFSET_SQES);
      sqMask = rings.get(ValueLayout.JAVA_INT, parameters.get(ValueLayout.JAVA_INT, 48));
      cqMask = rings.get(ValueLayout.JAVA_INT, parameters.get(ValueLayout.JAVA_INT, 88));
      for (int i = 0; i < sqEntries; i++) {
        rings.set(ValueLayout.JAVA_INT, array + 4L * i, i);
      }
      timeout = arena.allocate(16, 8);
      arguments = arena.allocate(24, 8);
      buffers = new RingBuffers(fd, arena.allocate(40, 8));
    } catch (LinuxException | RuntimeException e) {
      if (opened != null) {
        opened.close();
      }
      arena.close();
      throw e;
    }
  }

  /** Maps memory: a part of what an fd shares with the kernel, or of none. */
  static MemorySegment map(long size, int flags, @Nullable Fd fd, long offset)
      throws LinuxException {
    long address = Syscalls.mmap(size, READ_WRITE, flags, fd == null ? -1 : fd.number(), offset);
    if (address < 0 && address > -4096) {
      throw new LinuxException("mmap", (int) -address);
    }
    return Libc.view(address, size);
  }

  /** {@return whether nothing is under way: then nobody need wait for it} */
  boolean isUnused() {
    return freed == next && unsubmitted == 0;
  }

  /** {@return what {@link #receive} receives into} */
  RingBuffers buffers() {
    return buffers;
  }

  /** Begins to receive at most so much, into a buffer that is chosen when something is there. */
  void receive(Fd from, int most, boolean nothingThere, RingOp op) {
    long at = begin(RECV, from, SELECT_BUFFER, op);
    sqes.set(ValueLayout.JAVA_SHORT, at + 2, nothingThere ? POLL_FIRST : 0);
    sqes.set(ValueLayout.JAVA_INT, at + 24, most);
    sqes.set(ValueLayout.JAVA_SHORT, at + 40, (short) RingBuffers.GROUP);
  }

  /**
   * Sends what there is room for, or fails with EAGAIN; the memory has to stay until it is done. It
   * never waits, so the kernel has done it when it has taken it.
   *
   * @param address of that memory
   * @param quietly the kernel tells of it only if it was not all (a short send is a failure to
   *     MSG_WAITALL), so that it wakes nobody; it is told as done with whatever comes next, or a
   *     millisecond later
   */
  void send(Fd to, long address, long length, boolean quietly, RingOp op) {
    long at = begin(SEND, to, quietly ? SKIP_SUCCESS : 0, op);
    op.entry = tail - 1;
    op.expected = (int) length;
    sqes.set(ValueLayout.JAVA_LONG, at + 16, address);
    sqes.set(ValueLayout.JAVA_INT, at + 24, (int) length);
    sqes.set(ValueLayout.JAVA_INT, at + 28, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_WAITALL);
    sqes.set(ValueLayout.JAVA_LONG, at + 32, op.id | SENDS);
    sends.add(op);
  }

  /** Begins to wait for events, once: {@link EventLoop#IN} and so on. */
  void poll(Fd of, int events, RingOp op) {
    long at = begin(POLL_ADD, of, (byte) 0, op);
    sqes.set(ValueLayout.JAVA_INT, at + 28, events);
  }

  /**
   * Tells of each new event until it is cancelled. The end of input is always among them: a wait for
   * something else that ends with the first event would end at once, again and again.
   */
  void pollOn(Fd of, int events, RingOp op) {
    long at = begin(POLL_ADD, of, (byte) 0, op);
    sqes.set(ValueLayout.JAVA_INT, at + 24, POLL_MULTI);
    sqes.set(ValueLayout.JAVA_INT, at + 28, events);
  }

  /** Ends what is under way; it is told as done, by ECANCELED unless it was done already. */
  void cancel(RingOp op) {
    if (op.busy()) {
      long at = entry();
      sqes.set(ValueLayout.JAVA_BYTE, at, ASYNC_CANCEL);
      sqes.set(ValueLayout.JAVA_BYTE, at + 1, SKIP_SUCCESS);
      sqes.set(ValueLayout.JAVA_INT, at + 4, -1);
      sqes.set(ValueLayout.JAVA_LONG, at + 16, op.id);
      sqes.set(ValueLayout.JAVA_LONG, at + 32, NOBODY);
    }
  }

  /** Closes an fd after everything that was begun before; a file that is no socket is not for this. */
  void close(Fd socket) {
    int number = socket.release();
    if (number >= 0) {
      long at = entry();
      sqes.set(ValueLayout.JAVA_BYTE, at, CLOSE);
      sqes.set(ValueLayout.JAVA_BYTE, at + 1, SKIP_SUCCESS);
      sqes.set(ValueLayout.JAVA_INT, at + 4, number);
      sqes.set(ValueLayout.JAVA_LONG, at + 32, NOBODY);
    }
  }

  private long begin(byte code, Fd on, byte flags, RingOp op) {
    int number = on.number();
    long at = entry();
    sqes.set(ValueLayout.JAVA_BYTE, at, code);
    sqes.set(ValueLayout.JAVA_BYTE, at + 1, flags);
    sqes.set(ValueLayout.JAVA_INT, at + 4, number);
    sqes.set(ValueLayout.JAVA_LONG, at + 32, take(op));
    return at;
  }

  /** {@return where the next entry is, all of it zero} */
  private long entry() {
    while (unsubmitted == sqMask + 1) {
      submit(0, ENTER_GETEVENTS, 0); // what the kernel has not taken must not be written over
    }
    long at = (long) SQE * (tail & sqMask);
    for (int i = 0; i < SQE; i += Long.BYTES) {
      sqes.set(ValueLayout.JAVA_LONG, at + i, 0);
    }
    tail++;
    unsubmitted++;
    return at;
  }

  private int take(RingOp op) {
    int id = freed > 0 ? free[--freed] : next++;
    if (id == ops.length) {
      ops = Arrays.copyOf(ops, 2 * id);
    }
    ops[id] = op;
    op.id = id;
    return id;
  }

  /**
   * Hands everything that was begun to the kernel, and waits until something else is done.
   *
   * @param nanos how long at most; 0 for not at all, {@link Long#MAX_VALUE} for ever
   */
  void enter(long nanos) {
    long most = sends.isEmpty() ? nanos : Math.min(nanos, SETTLE_NANOS);
    if (most == 0 || most == Long.MAX_VALUE) {
      submit(most == 0 ? 0 : 1, ENTER_GETEVENTS, 0);
      return;
    }
    timeout.set(ValueLayout.JAVA_LONG, 0, most / 1_000_000_000);
    timeout.set(ValueLayout.JAVA_LONG, 8, most % 1_000_000_000);
    arguments.set(ValueLayout.JAVA_LONG, 16, timeout.address());
    submit(1, ENTER_GETEVENTS | ENTER_EXT_ARG, arguments.address());
  }

  private void submit(int wanted, int flags, long argument) {
    INT.setRelease(rings, sqTail, tail);
    long size = argument == 0 ? 0 : arguments.byteSize();
    long n = Syscalls.syscall(ENTER, fd.number(), unsubmitted, wanted, flags, argument, size);
    if (n > 0) {
      unsubmitted -= (int) n;
    }
    // ETIME and EINTR come after all was taken; EAGAIN and EBUSY before, and the next time may do.
    if (n == -Errno.ETIME || n == -Errno.EINTR) {
      unsubmitted = tail - (int) INT.getAcquire(rings, sqHead);
    }
  }

  /** Tells of everything that is done. */
  void drain() {
    int head = (int) INT.get(rings, cqHead);
    // With more done than the ring has room for, what became of a send may be yet to come.
    boolean all = ((int) INT.getAcquire(rings, sqFlags) & CQ_OVERFLOW) == 0;
    int end = (int) INT.getAcquire(rings, cqTail);
    if (all && !sends.isEmpty()) {
      settle(head, end);
    }
    while (head != end) {
      long at = cqes + (long) CQE * (head & cqMask);
      long id = rings.get(ValueLayout.JAVA_LONG, at);
      int result = rings.get(ValueLayout.JAVA_INT, at + 8);
      int flags = rings.get(ValueLayout.JAVA_INT, at + 12);
      head++;
      INT.setRelease(rings, cqHead, head);
      if (id >= 0 && (id & SENDS) == 0) {
        int buffer = (flags & WITH_BUFFER) == 0 ? -1 : flags >>> 16;
        var op = ops[(int) id];
        if (op != null && (flags & MORE_COMES) != 0) {
          EventLoop.guarded(op, result, buffer);
        } else {
          done((int) id, result, buffer);
        }
      }
    }
  }

  /**
   * Tells of the sends that the kernel has taken, before anything else: what was received since then
   * finds them over.
   */
  private void settle(int head, int end) {
    for (int i = head; i != end; i++) {
      long at = cqes + (long) CQE * (i & cqMask);
      long id = rings.get(ValueLayout.JAVA_LONG, at);
      if (id >= 0 && (id & SENDS) != 0) {
        var op = ops[(int) id];
        if (op != null) {
          op.expected = rings.get(ValueLayout.JAVA_INT, at + 8);
        }
      }
    }
    int taken = (int) INT.getAcquire(rings, sqHead);
    for (var op = sends.peek(); op != null && op.entry - taken < 0; op = sends.peek()) {
      sends.remove();
      done(op.id, op.expected, -1);
    }
  }

  private void done(int id, int result, int buffer) {
    var op = ops[id];
    ops[id] = null;
    if (freed == free.length) {
      free = Arrays.copyOf(free, 2 * freed);
    }
    free[freed++] = id;
    if (op != null) {
      op.id = -1;
      EventLoop.guarded(op, result, buffer);
    }
  }

  @Override
  public void close() {
    submit(0, 0, 0);
    fd.close();
    buffers.close();
    Syscalls.munmap(rings);
    Syscalls.munmap(sqes);
    arena.close();
  }
}
