package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/**
 * The two pipes of a program, by the streams that its {@link io.netsvc.process.SpawnedProcess} has
 * of them: they keep no carrier busy, and to close one wakes whoever waits there.
 */
final class PipeConnection implements Connection {
  private static final int CHUNK = 64 * 1024;
  private static final SocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  private final String name;
  private final InputStream in;
  private final OutputStream out;
  private volatile boolean inputShut;
  private volatile boolean closed;

  /**
   * Takes over two streams.
   *
   * @param in what the program writes
   * @param out what the program reads
   */
  PipeConnection(String name, InputStream in, OutputStream out) {
    this.name = name;
    this.in = in;
    this.out = out;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (inputShut) {
      return -1;
    }
    try {
      return into.hasArray() ? readArray(into) : readCopy(into);
    } catch (ClosedChannelException e) {
      if (inputShut && !closed) {
        return -1;
      }
      throw e;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private int readArray(ByteBuffer into) throws IOException {
    int n = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
    if (n > 0) {
      into.position(into.position() + n);
    }
    return n;
  }

  private int readCopy(ByteBuffer into) throws IOException {
    var copy = new byte[Math.min(into.remaining(), CHUNK)];
    int n = in.read(copy);
    if (n > 0) {
      into.put(copy, 0, n);
    }
    return n;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int total = 0;
    var copy = new byte[from.hasArray() ? 0 : Math.min(from.remaining(), CHUNK)];
    try {
      while (from.hasRemaining()) {
        int n = from.remaining();
        if (from.hasArray()) {
          out.write(from.array(), from.arrayOffset() + from.position(), n);
        } else {
          n = Math.min(n, copy.length);
          from.get(from.position(), copy, 0, n);
          out.write(copy, 0, n);
        }
        from.position(from.position() + n);
        total += n;
      }
      return total;
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private IOException failure(IOException e) {
    return new IOException(name + ": " + e.getMessage(), e);
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
    in.close(); // a program that writes on gets SIGPIPE
  }

  @Override
  public void shutdownOutput() throws IOException {
    out.close();
  }

  /** A pipe has no RST. */
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
    for (var stream : new AutoCloseable[] {in, out}) {
      try {
        stream.close();
      } catch (Exception e) {
        // What was written is in the pipe: nothing is lost.
      }
    }
  }

  @Override
  public String toString() {
    return "connection " + name;
  }
}
