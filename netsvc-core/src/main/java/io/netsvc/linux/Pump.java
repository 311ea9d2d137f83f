package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes one way between two stream sockets of a loop, on that loop's thread. It begins with
 * copies through the loop's scratch memory, goes over to splice(2) through a pipe after some full
 * reads, and back when reads get small. It owns a buffer or a pipe only while it holds bytes that
 * the sink has not taken.
 *
 * <p>{@link #receive} is called only while nothing is held, and {@link #send} directly after it,
 * before anybody else uses the loop's scratch memory.
 */
public final class Pump {
  /** Nothing can be done until the loop says so. */
  public static final long PENDING = -1;

  /** The end of input. */
  public static final long END = -2;

  /** A read of this much is full enough to go over to splice. */
  private static final int FULL = 32 * 1024;

  /** A spliced amount below this is not worth the second system call. */
  private static final int SMALL = 8 * 1024;

  private static final int SWITCH_AFTER = 2;
  private static final long SPLICE_MAX = 1 << 20;
  private static final int SPLICE_F_MOVE = 1;
  private static final int SPLICE_F_NONBLOCK = 2;

  /** Which ways it may take. */
  public enum Mode {
    /** Copies, and splice where it pays. */
    AUTO,
    /** Copies alone. */
    COPY,
    /** Splice from the first byte on, where there is a pipe. */
    SPLICE
  }

  private final EventLoop loop;
  private final Fd source;
  private final Fd sink;
  private Mode mode;
  private long held;
  private int streak;

  /** Where what is held begins: in the loop's scratch memory if fresh, else in the own buffer. */
  private long offset;

  private boolean fresh;
  private @Nullable Arena arena;
  private @Nullable MemorySegment buffer;
  private Pipes.@Nullable Ends pipe;
  private boolean spliced;

  /** Makes a pump; the fds stay the caller's. */
  public Pump(EventLoop loop, Fd source, Fd sink, Mode mode) {
    this.loop = loop;
    this.source = source;
    this.sink = sink;
    this.mode = mode;
  }

  /** {@return how many bytes were received and not yet sent} */
  public long held() {
    return held;
  }

  /** Takes streams for large from the first read on. */
  void expectMuch() {
    streak = Math.max(streak, SWITCH_AFTER);
  }

  /** {@return whether any byte went by splice} */
  public boolean spliced() {
    return spliced;
  }

  /** {@return the bytes of a copy that {@link #receive} has just given, to be read} */
  public ByteBuffer view() {
    return loop.scratch().asSlice(0, held).asByteBuffer().asReadOnlyBuffer();
  }

  /** Receives at most so much; the count, {@link #PENDING} or {@link #END}. */
  public long receive(long most) throws LinuxException {
    if (pipe == null && wantsPipe()) {
      pipe = loop.pipes().borrow();
    }
    return pipe == null ? receiveByCopy(most) : receiveBySplice(pipe, most);
  }

  private boolean wantsPipe() {
    return mode == Mode.SPLICE || (mode == Mode.AUTO && streak >= SWITCH_AFTER);
  }

  private long receiveByCopy(long most) throws LinuxException {
    var scratch = loop.scratch();
    long n = retried(source, scratch, Math.min(most, scratch.byteSize()));
    if (n <= 0) {
      return none(n);
    }
    streak = n >= FULL ? streak + 1 : 0;
    held = n;
    offset = 0;
    fresh = true;
    return n;
  }

  private static long retried(Fd source, MemorySegment into, long most) {
    long n;
    do {
      n = source.read(into, most);
    } while (n == -Errno.EINTR);
    return n;
  }

  private long receiveBySplice(Pipes.Ends pipe, long most) throws LinuxException {
    long n = splice(source, pipe.write(), Math.min(most, SPLICE_MAX));
    if (n == -Errno.EINVAL) {
      // This kind of socket cannot be spliced; nothing was consumed.
      mode = Mode.COPY;
      giveBack(pipe);
      return receiveByCopy(most);
    }
    if (n == 0) {
      // Old kernels say 0 for other reasons too: a read tells.
      giveBack(pipe);
      return receiveByCopy(most);
    }
    if (n < 0) {
      giveBack(pipe);
      return none(n);
    }
    spliced = true;
    held = n;
    streak = n <= SMALL ? streak - 1 : SWITCH_AFTER + 1;
    return n;
  }

  private static long splice(Fd from, Fd to, long most) {
    long n;
    do {
      // Not SPLICE_F_MORE: the last bytes before a pause would wait 200 ms.
      n = Syscalls.splice(from.number(), to.number(), most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    } while (n == -Errno.EINTR);
    return n;
  }

  private static long none(long n) throws LinuxException {
    if (n == 0) {
      return END;
    }
    if (n == -Errno.EAGAIN) {
      return PENDING; // the pipe is empty whenever we receive, so it is the socket that has nothing
    }
    throw new LinuxException("read", (int) -n);
  }

  /** Sends of what is held; the count or {@link #PENDING}. */
  public long send() throws LinuxException {
    return pipe == null ? sendByCopy() : sendBySplice(pipe);
  }

  private long sendByCopy() throws LinuxException {
    var from = fresh || buffer == null ? loop.scratch() : buffer;
    long n;
    do {
      n = Sockets.write(sink, from.asSlice(offset, held));
    } while (n == -Errno.EINTR);
    if (n < 0 && n != -Errno.EAGAIN) {
      throw new LinuxException("write", (int) -n);
    }
    if (n > 0) {
      held -= n;
      offset += n;
    }
    if (held == 0) {
      freeBuffer();
    } else if (fresh) {
      keep(from);
    }
    return n < 0 ? PENDING : n;
  }

  /** Takes what the sink did not, out of the memory that the next one uses. */
  @SuppressWarnings("MustBeClosedChecker") // freeBuffer closes it
  private void keep(MemorySegment from) {
    var own = Arena.ofConfined();
    arena = own;
    buffer = own.allocate(held, 8).copyFrom(from.asSlice(offset, held));
    offset = 0;
    fresh = false;
  }

  private long sendBySplice(Pipes.Ends pipe) throws LinuxException {
    long n = splice(pipe.read(), sink, held);
    if (n == -Errno.EAGAIN) {
      return PENDING;
    }
    if (n < 0) {
      throw new LinuxException("write", (int) -n);
    }
    held -= n;
    if (held == 0 && mode == Mode.AUTO && streak <= 0) {
      streak = 0;
      giveBack(pipe);
    }
    return n;
  }

  private void giveBack(Pipes.Ends empty) {
    loop.pipes().giveBack(empty);
    pipe = null;
  }

  private void freeBuffer() {
    fresh = false;
    if (arena != null) {
      arena.close();
      arena = null;
      buffer = null;
    }
  }

  /** Forgets what is held, and gives everything back. */
  public void close() {
    freeBuffer();
    if (pipe != null) {
      if (held == 0) {
        giveBack(pipe);
      } else {
        loop.pipes().discard(pipe);
        pipe = null;
      }
    }
    held = 0;
  }
}
