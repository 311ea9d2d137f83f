package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Blocking reads and writes on a stream socket, a pipe or a terminal of our own. The fd keeps its blocking mode
 * until Java first reads or writes it, so that a child can have it as it is. A thread that would
 * block arms the event loop and parks, which lets a virtual thread go off its carrier.
 *
 * <p>At most one thread may read and one may write at a time. {@link #close} may come from any
 * thread; it closes the fd once no thread is inside a system call on it.
 */
public final class FdChannel implements ByteChannel {
  private static final int CHUNK = 64 * 1024;
  private static final int MSG_TRUNC = 0x20;

  private final Fd fd;
  private final Kind kind;
  private final ReentrantLock state = new ReentrantLock();
  private volatile @Nullable Thread reader;
  private volatile @Nullable Thread writer;
  private EventLoop.@Nullable Registration registration;
  private volatile boolean closed;

  /** How many threads are inside a system call on the fd; the last one out closes it. */
  private int users;

  /** What an fd is. */
  private enum Kind {
    SOCKET,
    PIPE,
    TERMINAL
  }

  private FdChannel(Fd fd, Kind kind) {
    this.fd = fd;
    this.kind = kind;
  }

  /** Takes over a connected socket, of a stream or of messages, which {@link #write} keeps apart. */
  public static FdChannel ofSocket(Fd fd) {
    return new FdChannel(fd, Kind.SOCKET);
  }

  /** Takes over one end of a pipe. */
  public static FdChannel ofPipe(Fd fd) {
    return new FdChannel(fd, Kind.PIPE);
  }

  /** Takes over the master of a pseudo-terminal; its input ends when no program has the terminal. */
  public static FdChannel ofTerminal(Fd master) {
    return new FdChannel(master, Kind.TERMINAL);
  }

  /** Returns a duplicate of the fd, in blocking mode; see {@link FdHolder#handOver}. */
  public Fd handOver() throws IOException {
    state.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      fd.setNonBlocking(false); // all duplicates share the mode
      return fd.duplicate();
    } finally {
      state.unlock();
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(Math.min(CHUNK, into.remaining()));
      long n = blocking(EventLoop.IN, () -> fd.read(buffer, buffer.byteSize()));
      if (n == 0 || (n == -Errno.EIO && kind == Kind.TERMINAL)) {
        return -1;
      }
      if (n < 0) {
        throw new LinuxException("read", (int) -n);
      }
      into.put(buffer.asSlice(0, n).asByteBuffer());
      return (int) n;
    }
  }

  /** A message that was received, which ends at the buffer's position. */
  public record Message(int length, SocketAddress from) {}

  /**
   * Receives one message of a socket that has such, whole, after the buffer's position.
   *
   * @throws LinuxException EMSGSIZE for one that the buffer does not hold, which is gone then
   */
  public Message receive(ByteBuffer into) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var address = arena.allocate(SocketAddresses.MAX, 8);
      var length = arena.allocate(ValueLayout.JAVA_INT);
      var buffer =
          into.isDirect() ? MemorySegment.ofBuffer(into) : arena.allocate(into.remaining());
      long n =
          blocking(
              EventLoop.IN,
              () -> {
                length.set(ValueLayout.JAVA_INT, 0, SocketAddresses.MAX);
                return Syscalls.recvfrom(
                    fd.number(), buffer, buffer.byteSize(), MSG_TRUNC, address, length);
              });
      if (n < 0 || n > into.remaining()) {
        throw new LinuxException("receive", n < 0 ? (int) -n : Errno.EMSGSIZE);
      }
      if (into.isDirect()) {
        into.position(into.position() + (int) n);
      } else {
        into.put(buffer.asSlice(0, n).asByteBuffer());
      }
      return new Message(
          (int) n, SocketAddresses.decode(address, length.get(ValueLayout.JAVA_INT, 0)));
    }
  }

  /** Connects a datagram socket; see {@link Sockets#connect}. */
  public void connect(SocketAddress to) throws IOException {
    state.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      Sockets.connect(fd, to);
    } finally {
      state.unlock();
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int total = 0;
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(Math.clamp(from.remaining(), 1, CHUNK));
      while (from.hasRemaining()) {
        int length = Math.min(from.remaining(), CHUNK);
        var chunk = buffer.asSlice(0, length);
        chunk.copyFrom(MemorySegment.ofBuffer(from.slice(from.position(), length)));
        long n = blocking(EventLoop.OUT, () -> write(chunk));
        if (n < 0) {
          throw new LinuxException("write", (int) -n);
        }
        from.position(from.position() + (int) n);
        total += (int) n;
      }
    }
    return total;
  }

  /** Sends a datagram to an address; null for the peer of a connected socket. */
  public void send(ByteBuffer from, @Nullable SocketAddress to) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(from.remaining());
      buffer.copyFrom(MemorySegment.ofBuffer(from));
      var address = to == null ? MemorySegment.NULL : SocketAddresses.encode(to, arena);
      long n = blocking(EventLoop.OUT, () -> Syscalls.sendto(fd.number(), buffer, address));
      if (n < 0) {
        throw new LinuxException("sendto", (int) -n);
      }
      from.position(from.limit());
    }
  }

  private long write(MemorySegment chunk) {
    // A pipe has no MSG_NOSIGNAL; the JVM catches SIGPIPE, and EPIPE is what remains.
    return kind == Kind.SOCKET ? Sockets.write(fd, chunk) : fd.write(chunk, chunk.byteSize());
  }

  private interface Attempt {
    long run();
  }

  private long blocking(int event, Attempt attempt) throws IOException {
    enter();
    try {
      while (true) {
        if (closed) {
          throw new AsynchronousCloseException();
        }
        long n = attempt.run();
        if (n == -Errno.EAGAIN) {
          await(event);
        } else if (n != -Errno.EINTR) {
          return n;
        }
      }
    } finally {
      leave();
    }
  }

  private void enter() throws IOException {
    state.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (registration == null) {
        fd.setNonBlocking(true);
        registration = Loops.shared().register(fd, 0, this::ready);
      }
      users++;
    } finally {
      state.unlock();
    }
  }

  private void leave() {
    state.lock();
    try {
      users--;
      release();
    } finally {
      state.unlock();
    }
  }

  private void release() {
    if (closed && users == 0) {
      fd.close();
    }
  }

  private void await(int event) throws IOException {
    var me = Thread.currentThread();
    arm(event, me);
    while ((event == EventLoop.IN ? reader : writer) == me) {
      if (closed) {
        throw new AsynchronousCloseException();
      }
      LockSupport.park(this);
      if (me.isInterrupted()) {
        close();
        throw new ClosedByInterruptException();
      }
    }
  }

  /** Watches for what the parked threads wait for; an event disarms both. */
  private void arm(int event, Thread waiting) throws IOException {
    state.lock();
    try {
      if (event == EventLoop.IN) {
        reader = waiting;
      } else {
        writer = waiting;
      }
      int events = (reader != null ? EventLoop.IN : 0) | (writer != null ? EventLoop.OUT : 0);
      if (!closed && registration != null) {
        registration.interestOnce(events);
      }
    } finally {
      state.unlock();
    }
  }

  /** Wakes both: whoever is not ready tries, and arms again. */
  private void ready() {
    Thread in;
    Thread out;
    state.lock();
    try {
      in = reader;
      out = writer;
      reader = null;
      writer = null;
    } finally {
      state.unlock();
    }
    LockSupport.unpark(in);
    LockSupport.unpark(out);
  }

  /**
   * Gives the fd up to the caller; this channel is closed from then on.
   *
   * @throws IllegalStateException if a thread reads or writes
   */
  public Fd detach() throws IOException {
    state.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (users > 0) {
        throw new IllegalStateException("in use by another thread");
      }
      closed = true;
      if (registration != null) {
        registration.cancel();
      }
      return fd;
    } finally {
      state.unlock();
    }
  }

  /** Shuts a direction of a socket down; see {@link Sockets#shutdown}. */
  public void shutdown(int how) throws IOException {
    state.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      Sockets.shutdown(fd, how);
    } finally {
      state.unlock();
    }
  }

  /** {@return whether the peer of a socket has not acknowledged all that was sent} */
  public boolean unsent() {
    state.lock();
    try {
      return !closed && Sockets.unsent(fd);
    } finally {
      state.unlock();
    }
  }

  /** Makes the close that follows send a RST, unless it came already. */
  public void resetOnClose() {
    state.lock();
    try {
      if (!closed) {
        Sockets.resetOnClose(fd);
      }
    } finally {
      state.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    state.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (registration != null) {
        registration.cancel();
      }
      release();
    } finally {
      state.unlock();
    }
    ready();
  }
}
