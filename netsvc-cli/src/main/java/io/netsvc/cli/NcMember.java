package io.netsvc.cli;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A client of a {@link NcBroker}, with what waits to be written to it by a thread of its own. */
final class NcMember {
  /** In bytes. */
  private static final int ROOM = 1024 * 1024;

  /** What a small message takes beside its bytes, about. */
  private static final int OVERHEAD = 64;

  /** Nobody sends an empty one. */
  private static final byte[] LAST = {};

  private final int number;
  private final Connection connection;
  private final SocketAddress address;
  private final LinkedBlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(ROOM);
  private final AtomicBoolean dropped = new AtomicBoolean();
  private final Thread writer;

  NcMember(int number, Connection connection) {
    this.number = number;
    this.connection = connection;
    this.address = connection.remoteAddress();
    this.writer = Thread.ofVirtual().name("netsvc-broker-" + number).start(this::write);
  }

  int number() {
    return number;
  }

  SocketAddress address() {
    return address;
  }

  /** {@return whether it was taken: there was room by the deadline, or the client has gone} */
  boolean offer(byte[] bytes, long deadlineNanos) throws InterruptedException {
    if (!connection.isOpen()) {
      return true;
    }
    int cost = bytes.length + OVERHEAD;
    long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
    if (!room.tryAcquire(cost, leftNanos, TimeUnit.NANOSECONDS)) {
      return !connection.isOpen();
    }
    waiting.add(bytes);
    return true;
  }

  private void write() {
    try {
      while (true) {
        var bytes = waiting.take();
        if (bytes.length == 0) {
          return;
        }
        connection.write(ByteBuffer.wrap(bytes));
        room.release(bytes.length + OVERHEAD);
      }
    } catch (IOException e) {
      connection.abort(); // which its reader sees
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Resets the client; {@return whether it was not already} */
  boolean drop() {
    if (!dropped.compareAndSet(false, true)) {
      return false;
    }
    connection.abort();
    return true;
  }

  boolean wasDropped() {
    return dropped.get();
  }

  /** Ends the thread that writes, once it has written what was sent before. */
  void end() {
    waiting.add(LAST);
  }

  /** Waits until what was sent before is written, or so long. */
  void leave(Duration limit) throws InterruptedException {
    end();
    if (!writer.join(limit)) {
      connection.abort();
    }
  }
}
