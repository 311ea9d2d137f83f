package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A connection over files, one for each direction: the standard streams, a fifo, a file. Their calls
 * block, and are made on platform threads: a virtual thread that makes them keeps no carrier busy.
 * Nothing is set on the files, which other processes share.
 */
final class FileConnection implements Connection {
  /** For calls that no virtual thread may make: one that blocks would keep a carrier busy. */
  static final ExecutorService THREADS =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("netsvc-file-", 0).factory());

  private static final long LONGEST_WAIT = 20; // milliseconds
  private static final SocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  private final String name;
  private final @Nullable FileChannel in;
  private final @Nullable FileChannel out;
  private final boolean endsWhole;
  private volatile boolean inputShut;
  private volatile boolean closed;

  /**
   * A connection over what is open.
   *
   * @param in to read; null for an end of input at once
   * @param out to write; null for one that takes everything
   * @param endsWhole whether no more input is wanted once the output has ended
   */
  FileConnection(
      String name, @Nullable FileChannel in, @Nullable FileChannel out, boolean endsWhole) {
    this.name = name;
    this.in = in;
    this.out = out;
    this.endsWhole = endsWhole;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    var channel = in;
    if (inputShut || channel == null) {
      return -1;
    }
    try {
      return blocking(() -> read(channel, into));
    } catch (ClosedChannelException e) {
      if (inputShut && !closed) {
        return -1;
      }
      throw e;
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    var channel = out;
    if (channel == null) {
      int all = from.remaining();
      from.position(from.limit());
      return all;
    }
    try {
      return blocking(
          () -> {
            int total = 0;
            int idle = 0;
            while (from.hasRemaining()) {
              int n = channel.write(from);
              total += n;
              idle = n > 0 ? 0 : waited(idle);
            }
            return total;
          });
    } catch (IOException e) {
      // Who reads the output is gone: nobody waits for what the input would bring.
      shutdownInput();
      throw e;
    }
  }

  /** A read of nothing: somebody who shares the file has set O_NONBLOCK. */
  private static int read(FileChannel channel, ByteBuffer into) throws IOException {
    int n = channel.read(into);
    for (int idle = 0; n == 0 && into.hasRemaining(); idle = waited(idle)) {
      n = channel.read(into);
    }
    return n;
  }

  /** Nobody tells a FileChannel when there is more: it looks again, the later the longer it waits. */
  private static int waited(int idle) throws IOException {
    try {
      Thread.sleep(Math.min(1L << Math.min(idle, 10), LONGEST_WAIT));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    }
    return idle + 1;
  }

  private int blocking(Callable<Integer> call) throws IOException {
    try {
      return Thread.currentThread().isVirtual() ? THREADS.submit(call).get() : call.call();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new AsynchronousCloseException();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (Exception e) {
      throw failure(e);
    }
  }

  private IOException failure(@Nullable Throwable cause) {
    return switch (cause) {
      case ClosedChannelException e -> e;
      case IOException e -> new IOException(name + ": " + e.getMessage(), e);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new AssertionError(cause);
    };
  }

  @Override
  public SocketAddress localAddress() {
    return UNNAMED;
  }

  @Override
  public SocketAddress remoteAddress() {
    return UNNAMED;
  }

  @Override
  public void shutdownInput() throws IOException {
    inputShut = true;
    if (in != null) {
      in.close();
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (out != null) {
      out.close();
    }
    if (endsWhole) {
      shutdownInput();
    }
  }

  /** There is no RST among files. */
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
    closeQuietly(in);
    closeQuietly(out);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was said about the last write either: it went to the kernel, which has it.
    }
  }

  @Override
  public String toString() {
    return "connection " + name;
  }
}
