package io.netsvc.cli;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams for one connection after the other: none of them closes the streams, and what
 * one was waiting for when it ended comes to the next.
 */
final class KeptStdio {
  private final Connection stdio;
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
    if ((pending != null || !read.hasRemaining()) && !ended) { // it is another's while that pends
      ended = await(over) < 0;
    }
    if (ended) {
      return -1;
    }
    int n = Math.min(into.remaining(), read.remaining());
    into.put(read.slice(read.position(), n));
    read.position(read.position() + n);
    return n;
  }

  /** Waits for more, or until the session is over; what is being read stays for the next one. */
  private int await(CompletableFuture<?> over) throws IOException {
    if (pending == null) {
      var begun = new CompletableFuture<Integer>();
      pending = begun;
      Thread.ofVirtual().name("netsvc-stdin").start(() -> fill(begun));
    }
    try {
      CompletableFuture.anyOf(pending, over).get();
      if (!pending.isDone()) {
        throw new AsynchronousCloseException();
      }
      int n = pending.get();
      pending = null;
      return n;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
    }
  }

  private void fill(CompletableFuture<Integer> into) {
    try {
      read.clear();
      int n = stdio.read(read);
      read.flip();
      into.complete(n);
    } catch (IOException e) {
      read.limit(0);
      into.completeExceptionally(e);
    }
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
