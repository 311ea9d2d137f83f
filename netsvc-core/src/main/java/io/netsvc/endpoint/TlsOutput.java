package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What TLS sends: data, the answers that its protocol asks for, and the end. All under one lock, in
 * which the records are made and written in the same order.
 */
final class TlsOutput {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /** How many records go into one write: 64 KiB of plaintext. */
  private static final int BATCH = 4;

  /** So many requests for new keys, while no answer can be sent, are no accident. */
  private static final int MAX_OWED = 100;

  private static final Duration CLOSE_LIMIT = Duration.ofMillis(500);

  private final Connection raw;
  private final SSLEngine engine;
  private final String what;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicInteger owed = new AtomicInteger();
  private ByteBuffer net = NOTHING;
  private boolean shut;
  private @Nullable IOException failure;

  TlsOutput(Connection raw, SSLEngine engine, String what) {
    this.raw = raw;
    this.engine = engine;
    this.what = what;
  }

  int write(ByteBuffer from) throws IOException {
    int total = from.remaining();
    lock.lock();
    try {
      check();
      if (shut) {
        throw new ClosedChannelException();
      }
      while (from.hasRemaining()) {
        begin(from.remaining());
        while (from.hasRemaining() && roomy()) {
          wrap(from);
        }
        send();
      }
      return total;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /** Sends what the protocol has to say, if anything. */
  void flush() throws IOException {
    lock.lock();
    try {
      check();
      flushLocked();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /** Sends the alert that the engine has left after a failure, if it has; that one is told. */
  void alert() {
    lock.lock();
    try {
      flushLocked();
    } catch (IOException _) {
      // The peer sees that the connection ends.
    } finally {
      lock.unlock();
    }
  }

  /** Sends close_notify and the FIN, once. */
  void shutdown() throws IOException {
    lock.lock();
    try {
      check();
      if (!shut) {
        shut = true;
        engine.closeOutbound();
        flushLocked();
        raw.shutdownOutput();
      }
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /** Sends close_notify unless that takes long, or a write is still under way: then it is cut. */
  void close() {
    if (!lock.tryLock()) {
      return;
    }
    try {
      if (!shut && failure == null && raw.isOpen()) {
        var _ =
            Deadline.within(
                CLOSE_LIMIT,
                what,
                raw,
                () -> {
                  shutdown();
                  return true;
                });
      }
    } catch (IOException _) {
      // The raw connection is reset: the peer knows that the end is none.
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has another thread answer what was read. The reader must not wait for the lock: a writer may hold
   * it until the peer has had its own bytes read.
   */
  void respond() {
    if (owed.getAndIncrement() == 0) {
      Thread.ofVirtual().name("netsvc-tls").start(this::answer);
    }
  }

  /** As {@link #respond}, for a message that needs an answer of its own. */
  void respondToMessage() throws SSLException {
    respond();
    if (owed.get() > MAX_OWED) {
      throw new SSLException("the peer asks for new keys over and over, and takes none");
    }
  }

  private void answer() {
    lock.lock();
    try {
      owed.set(0);
      if (failure == null) {
        flushLocked();
      }
    } catch (IOException e) {
      failure = e; // for the next write; the reader may still get what the peer has sent
    } finally {
      lock.unlock();
    }
  }

  private void check() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  private IOException failed(IOException e) {
    if (failure == null && !(shut && e instanceof ClosedChannelException)) {
      failure = TlsFailure.of(what, e);
    }
    return failure == null ? e : failure;
  }

  private void flushLocked() throws IOException {
    begin(0);
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      if (!roomy()) {
        send();
        begin(0);
      }
      var result = engine.wrap(NOTHING, net);
      if (result.getStatus() == Status.BUFFER_OVERFLOW
          || (result.getStatus() == Status.CLOSED && result.bytesProduced() == 0)) {
        break;
      }
    }
    send();
  }

  private void wrap(ByteBuffer from) throws IOException {
    SSLEngineResult result = engine.wrap(from, net);
    if (result.bytesConsumed() > 0 || result.bytesProduced() > 0) {
      return;
    }
    if (result.getStatus() == Status.CLOSED) {
      throw new SSLException(
          engine.getSession().getProtocol().equals("TLSv1.3")
              ? "the connection has failed"
              : "the peer has closed the connection, which ends both directions before TLS 1.3");
    }
    if (result.getHandshakeStatus() != HandshakeStatus.FINISHED
        && engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
      throw new SSLException("the peer asks for a new handshake, which is not done");
    }
  }

  /** Makes the buffer empty, and large enough for this much plaintext, or for one batch of it. */
  private void begin(int plain) {
    int packet = engine.getSession().getPacketBufferSize();
    int size = packet * Math.clamp(plain / (16 * 1024) + 1, 1, BATCH);
    if (net.capacity() < size) {
      net = ByteBuffer.allocate(size);
    }
    net.clear();
  }

  /** The engine writes no record, however short, where the longest would not go. */
  private boolean roomy() {
    return net.remaining() >= engine.getSession().getPacketBufferSize();
  }

  private void send() throws IOException {
    net.flip();
    if (net.hasRemaining()) {
      raw.write(net);
    }
  }
}
