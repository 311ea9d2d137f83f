package io.netsvc.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes one way between two sockets of a loop by its ring: a receive is under way while
 * nothing is there, and has a buffer from when something is until that is sent, as a rule in the
 * same turn of the loop. Together with each send the next receive is begun, so at most one buffer
 * more is received than the sink takes. What a sink does not take at once moves to memory of its own.
 * After some full reads a {@link Pump} takes over, and gives back when reads get small.
 */
public final class RingPump {
  /** It was begun; the loop says so once it is done. */
  public static final long BEGUN = -3;

  private static final int SWITCH_AFTER = 2;
  private static final int NONE = Integer.MIN_VALUE;

  private final EventLoop loop;
  private final RingSocket source;
  private final RingSocket sink;
  private final Pump.Mode mode;
  private final Receive receive = new Receive();
  private final Send send = new Send();
  private final Held now = new Held();
  private @Nullable Held ahead;

  /** What the receive and the send that were done have come to, and nobody has asked for yet. */
  private int received = NONE;

  private int sent = NONE;

  /** A buffer of the ring that the received bytes are in. */
  private int receivedIn = -1;

  private @Nullable Pump pump;
  private boolean pumping;
  private int streak;
  private boolean mayRunAhead;
  private boolean closed;

  RingPump(EventLoop loop, RingSocket source, RingSocket sink, Pump.Mode mode) {
    this.loop = loop;
    this.source = source;
    this.sink = sink;
    this.mode = mode;
    this.pumping = mode == Pump.Mode.SPLICE;
  }

  /** Bytes that are held: in a buffer of the ring, or in memory of their own. */
  private final class Held {
    private int buffer = -1;
    private @Nullable Arena arena;
    private @Nullable MemorySegment memory;
    private long offset;
    private long length;

    void take(int ringBuffer, long n) {
      buffer = ringBuffer;
      memory = loop.ring().buffers().get(ringBuffer);
      offset = 0;
      length = n;
    }

    MemorySegment bytes() {
      return Objects.requireNonNull(memory).asSlice(offset, length);
    }

    long address() {
      return Objects.requireNonNull(memory).address() + offset;
    }

    /** Others need the buffer. */
    @SuppressWarnings("MustBeClosedChecker") // free closes it
    void keep() {
      if (buffer >= 0) {
        var own = Arena.ofConfined();
        var copy = own.allocate(length, 8).copyFrom(bytes());
        long n = length;
        free();
        arena = own;
        memory = copy;
        length = n;
      }
    }

    void taken(long n) {
      offset += n;
      length -= n;
      if (length == 0) {
        free();
      } else {
        keep();
      }
    }

    void free() {
      if (buffer >= 0) {
        loop.ring().buffers().giveBack(buffer);
        buffer = -1;
      }
      if (arena != null) {
        arena.close();
        arena = null;
      }
      memory = null;
      offset = 0;
      length = 0;
    }
  }

  private final class Receive extends RingOp {
    @Override
    void done(int result, int buffer) {
      if (closed) {
        if (buffer >= 0) {
          loop.ring().buffers().giveBack(buffer);
        }
        return;
      }
      received = result;
      receivedIn = buffer;
      if (now.length == 0) {
        source.fire(EventLoop.IN);
      } else if (buffer >= 0) {
        var next = new Held();
        next.take(buffer, result);
        next.keep();
        receivedIn = -1;
        ahead = next;
      }
    }
  }

  private final class Send extends RingOp {
    @Override
    void done(int result, int buffer) {
      if (closed) {
        now.free();
        return;
      }
      sent = result;
      sink.fire(EventLoop.OUT);
    }
  }

  RingOp receive() {
    return receive;
  }

  /** {@return whether the source need not be asked for events} */
  boolean receives() {
    return receive.busy() || received != NONE;
  }

  /** {@return whether the sink need not be asked for events} */
  boolean sends() {
    return send.busy() || sent != NONE;
  }

  /** {@return how many bytes were received and not yet sent} */
  public long held() {
    return now.length + (pump == null ? 0 : pump.held());
  }

  /** {@return whether any byte went by splice} */
  public boolean spliced() {
    return pump != null && pump.spliced();
  }

  /** {@return the bytes that {@link #receive(long)} has just given, to be read} */
  public ByteBuffer view() {
    return now.length == 0 && pump != null
        ? pump.view()
        : now.bytes().asByteBuffer().asReadOnlyBuffer();
  }

  /** Receives at most so much; the count, {@link Pump#PENDING}, {@link #BEGUN} or {@link Pump#END}. */
  public long receive(long most) throws IOException {
    if (received != NONE || receive.busy()) {
      return received(most);
    }
    if (pumping) {
      return pump(most);
    }
    begin(most);
    return BEGUN;
  }

  private void begin(long most) {
    boolean empty = streak == 0; // the last one took all there was
    loop.ring().receive(source.fd(), (int) Math.min(most, RingBuffers.SIZE), empty, receive);
    mayRunAhead = most > Long.MAX_VALUE / 2;
  }

  private long received(long most) throws IOException {
    if (received == NONE) {
      return BEGUN;
    }
    int n = received;
    received = NONE;
    if (n == -Errno.ENOBUFS || n == -Errno.EINTR) {
      begin(most);
      return BEGUN;
    }
    if (n < 0) {
      throw new LinuxException("read", -n);
    }
    if (n == 0) {
      if (receivedIn >= 0) {
        loop.ring().buffers().giveBack(receivedIn);
        receivedIn = -1;
      }
      return Pump.END;
    }
    var next = ahead;
    if (next == null) {
      now.take(receivedIn, n);
      receivedIn = -1;
    } else {
      now.arena = next.arena;
      now.memory = next.memory;
      now.length = next.length;
      ahead = null;
    }
    streak = n == RingBuffers.SIZE ? streak + 1 : 0;
    pumping = streak >= SWITCH_AFTER;
    return n;
  }

  private long pump(long most) throws IOException {
    if (pump == null) {
      source.fd().setNonBlocking(true);
      sink.fd().setNonBlocking(true);
      pump = new Pump(loop, source.fd(), sink.fd(), mode);
    }
    if (pump.held() == 0 && streak == SWITCH_AFTER) {
      pump.expectMuch();
    }
    long n = pump.receive(most);
    if (n > 0 && mode != Pump.Mode.SPLICE) {
      streak = n < RingBuffers.SIZE ? streak - 1 : SWITCH_AFTER;
    }
    return n;
  }

  /** Sends of what is held; the count, {@link Pump#PENDING} or {@link #BEGUN}. */
  public long send() throws IOException {
    if (now.length == 0 && pump != null) {
      long n = pump.send();
      if (pump.held() == 0 && streak <= 0 && mode != Pump.Mode.SPLICE) {
        pump.close(); // gives its pipe back
        pumping = false;
        streak = 0;
      }
      return n;
    }
    if (sent == NONE) {
      if (!send.busy()) {
        boolean ahead = mayRunAhead && !pumping;
        loop.ring().send(sink.fd(), now.address(), now.length, ahead, send);
        if (ahead && !receives()) {
          begin(Long.MAX_VALUE);
        }
      }
      return BEGUN;
    }
    int n = sent;
    sent = NONE;
    if (n == -Errno.EAGAIN || n == -Errno.EINTR) {
      now.keep();
      return Pump.PENDING;
    }
    if (n < 0) {
      now.free();
      throw new LinuxException("write", -n);
    }
    now.taken(n);
    return n;
  }

  /** Forgets what is held, and gives everything back; a receive that is under way is not ended. */
  public void close() {
    closed = true;
    if (!send.busy()) {
      now.free();
    }
    if (ahead != null) {
      ahead.free();
      ahead = null;
    }
    if (receivedIn >= 0) {
      loop.ring().buffers().giveBack(receivedIn);
      receivedIn = -1;
    }
    received = NONE;
    if (pump != null) {
      pump.close();
    }
  }
}
