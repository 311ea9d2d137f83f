package io.netsvc.cli;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams for one connection after the other: none of them closes the streams, and what
 * one was waiting for when it ended comes to the next.
 */
final class KeptStdio {
  private final Connection stdio;
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteBuffer read = ByteBuffer.allocate(64 * 1024).limit(0);
  private @Nullable CompletableFuture<Integer> pending;
  private boolean ended;

  KeptStdio(Connection stdio) {
    this.stdio = stdio;
  }

  /** {@return the streams for a connection, whose end is the end of their input for it} */
  Connection session() {
    return new Session();
  }

  private int read(ByteBuffer into, CompletableFuture<?> over) throws IOException {
    while (true) {
      CompletableFuture<Integer> waiting;
      lock.lock();
      try {
        if (over.isDone()) {
          throw new AsynchronousCloseException(); // the rest is the next one's
        }
        if (pending != null && pending.isDone()) {
          waiting = pending;
          pending = null;
          ended = get(waiting) < 0;
        }
        if (ended) {
          return -1;
        }
        if (pending == null && read.hasRemaining()) {
          int n = Math.min(into.remaining(), read.remaining());
          into.put(read.slice(read.position(), n));
          read.position(read.position() + n);
          return n;
        }
        if (pending == null) {
          pending = begin();
        }
        waiting = pending;
      } finally {
        lock.unlock();
      }
      await(CompletableFuture.anyOf(waiting.exceptionally(_ -> 0), over));
    }
  }

  private static int get(CompletableFuture<Integer> over) throws IOException {
    try {
      return over.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause());
    }
  }

  private static void await(CompletableFuture<?> either) throws IOException {
    try {
      either.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    } catch (ExecutionException e) {
      throw new AssertionError(e); // neither fails
    }
  }

  /** Reads more, for whoever is there when it comes. */
  private CompletableFuture<Integer> begin() {
    var begun = new CompletableFuture<Integer>();
    Thread.ofVirtual()
        .name("netsvc-stdin")
        .start(
            () -> {
              try {
                read.clear();
                int n = stdio.read(read);
                read.flip();
                begun.complete(n);
              } catch (IOException | RuntimeException e) {
                read.limit(0);
                begun.completeExceptionally(e);
              }
            });
    return begun;
  }

  private final class Session implements Connection {
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private volatile boolean closed;

    @Override
    public int read(ByteBuffer into) throws IOException {
      try {
        return KeptStdio.this.read(into, over);
      } catch (AsynchronousCloseException e) {
        if (over.isDone() && !closed) {
          return -1;
        }
        throw e;
      }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      return stdio.write(from);
    }

    @Override
    public SocketAddress localAddress() {
      return stdio.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
      return stdio.remoteAddress();
    }

    @Override
    public void shutdownInput() {
      over.complete(true);
    }

    /** Who waits for the next client has no use for the rest of this one. */
    @Override
    public void shutdownOutput() {
      over.complete(true);
    }

    @Override
    public void abort() {
      close();
    }

    @Override
    public boolean isOpen() {
      return !closed;
    }

    @Override
    public void close() {
      closed = true;
      over.complete(true);
    }
  }
}
