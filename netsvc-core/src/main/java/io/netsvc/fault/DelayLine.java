package io.netsvc.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way in one direction. Every piece knows when it came; when it may go is asked of
 * the faults there are at that time, so that a change of them holds for what is on the way, too.
 */
final class DelayLine {
  private static final int CAPACITY = 1 << 20;
  private static final long REORDER_NANOS = 50_000_000;

  /** At a rate, a piece is no more than comes in this part of a second. */
  private static final int PARTS = 20;

  private final Supplier<FaultSettings> faults;
  private final Random random;
  private final boolean messages;
  private final boolean lossy;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
  private int held;
  private long passed;
  private long sentNanos = System.nanoTime(); // when the last bytes began to go
  private int sent; // how many these were
  private @Nullable IOException failure;
  private boolean cut;
  private boolean taken; // the end
  private boolean closed;

  /**
   * Some bytes, or the end.
   *
   * @param bytes null for the end
   * @param failure what the stream ended by; null for an end of its own
   * @param came the time, as {@link System#nanoTime}
   * @param chance where in the jitter it is, from 0 to 1
   */
  private record Piece(@Nullable ByteBuffer bytes, @Nullable IOException failure, long came, double chance) {}

  /**
   * An empty line.
   *
   * @param messages whether each piece that is put is taken whole
   * @param lossy whether messages may be lost and overtaken
   */
  DelayLine(Supplier<FaultSettings> faults, Random random, boolean messages, boolean lossy) {
    this.faults = faults;
    this.random = random;
    this.messages = messages;
    this.lossy = lossy;
  }

  /** Counts bytes that went past the line. */
  void passed(int count) {
    lock.lock();
    try {
      passed += count;
    } finally {
      lock.unlock();
    }
  }

  /** Puts a copy of all that the buffer holds; waits for room, where nothing may be lost. */
  void put(ByteBuffer from) throws IOException {
    lock.lock();
    try {
      while (held >= CAPACITY && !lossy && !cut) {
        await(Long.MAX_VALUE);
      }
      check();
      var bytes = ByteBuffer.allocate(from.remaining()).put(from).flip();
      var now = faults.get();
      if (cut || (lossy && (held >= CAPACITY || random.nextDouble() < now.loss()))) {
        return;
      }
      boolean late = lossy && random.nextDouble() < now.reordering();
      add(new Piece(bytes, null, System.nanoTime() + (late ? REORDER_NANOS : 0), random.nextDouble()));
      held += bytes.remaining();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A datagram that is held back goes behind those that come meanwhile. */
  private void add(Piece piece) {
    var behind = new ArrayDeque<Piece>();
    while (lossy && !pieces.isEmpty() && pieces.getLast().came - piece.came > 0) {
      behind.push(pieces.removeLast());
    }
    pieces.add(piece);
    pieces.addAll(behind);
  }

  /**
   * Puts the end.
   *
   * @param failure what it is; null for an end of its own
   */
  void end(@Nullable IOException failure) {
    lock.lock();
    try {
      pieces.add(new Piece(null, failure, System.nanoTime(), random.nextDouble()));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what has come through, at least a byte; waits for it.
   *
   * @return the count, or -1 at the end
   * @throws ResetException when the connection is to be reset
   */
  int take(ByteBuffer into) throws IOException {
    lock.lock();
    try {
      while (true) {
        check();
        if (cut || taken) {
          return -1;
        }
        if (isCut()) {
          return -1;
        }
        long wait = waitNanos();
        if (wait <= 0) {
          return next(into);
        }
        await(wait);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether as much has passed as is to pass, whether or not more has come. */
  private boolean isCut() throws ResetException {
    var now = faults.get();
    if (now.stalled()) {
      return false;
    }
    if (passed >= now.reset()) {
      throw new ResetException("reset by a fault after " + passed + " bytes");
    }
    if (passed >= now.cut()) {
      cut();
    }
    return cut;
  }

  private void cut() {
    cut = true;
    pieces.clear();
    held = 0;
    changed.signalAll();
  }

  private long waitNanos() {
    var piece = pieces.peek();
    var now = faults.get();
    if (piece == null || now.stalled()) {
      return Long.MAX_VALUE;
    }
    long due = piece.came + now.latencyNanos() + (long) (piece.chance * now.jitterNanos());
    if (now.rate() != FaultSettings.NEVER) {
      due += Math.max(0, free(now.rate()) - due);
    }
    return due - System.nanoTime();
  }

  private int next(ByteBuffer into) throws IOException {
    var piece = pieces.element();
    var bytes = piece.bytes;
    if (bytes == null) {
      taken = true;
      var why = failure == null ? piece.failure : failure;
      if (why != null) {
        throw why;
      }
      return -1;
    }
    var now = faults.get();
    int n = Math.min(into.remaining(), bytes.remaining());
    if (!messages) {
      n = (int) Math.min(n, Math.min(now.reset(), now.cut()) - passed);
      n = (int) Math.min(n, Math.max(1, now.rate() / PARTS));
    }
    into.put(bytes.slice(bytes.position(), n));
    bytes.position(bytes.position() + n);
    gone(n, now.rate());
    if (!bytes.hasRemaining() || messages) {
      pieces.remove();
      held -= bytes.remaining(); // what a short buffer has not taken of a datagram is lost
    }
    return n;
  }

  private void gone(int count, long rate) {
    passed += count;
    held -= count;
    long now = System.nanoTime();
    sentNanos = rate == FaultSettings.NEVER ? now : now + Math.max(0, free(rate) - now);
    sent = count;
    changed.signalAll();
  }

  /** When the last bytes have gone, at this rate. */
  private long free(long rate) {
    return sentNanos + (long) (sent * 1e9 / rate);
  }

  /** {@return whether something is on its way} */
  boolean isBusy() {
    lock.lock();
    try {
      return !pieces.isEmpty() && !taken;
    } finally {
      lock.unlock();
    }
  }

  /** Makes an end that has not been taken one by a failure. */
  void fail(IOException e) {
    lock.lock();
    try {
      failure = e;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the line here: nothing more is taken, and what is put is lost. */
  void shut() {
    lock.lock();
    try {
      cut();
    } finally {
      lock.unlock();
    }
  }

  /** Has whoever waits look again. */
  void changed() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes whoever waits, and takes nothing any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      pieces.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void check() throws AsynchronousCloseException {
    if (closed) {
      throw new AsynchronousCloseException();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // its callers look again
  private void await(long nanos) throws AsynchronousCloseException {
    check();
    try {
      var _ = changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    }
  }

  /** A fault that resets the connection. */
  static final class ResetException extends IOException {
    private static final long serialVersionUID = 1;

    ResetException(String message) {
      super(message);
    }
  }
}
