package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** A connection on which certain segments come, one at each read, and then the end. */
final class Segments implements Connection {
  private final Deque<ByteBuffer> segments = new ArrayDeque<>();
  private boolean closed;

  Segments(byte[]... segments) {
    for (byte[] segment : segments) {
      if (segment.length > 0) {
        this.segments.add(ByteBuffer.wrap(segment));
      }
    }
  }

  /** How many bytes nobody has read. */
  int left() {
    return segments.stream().mapToInt(ByteBuffer::remaining).sum();
  }

  @Override
  public int read(ByteBuffer into) {
    var next = segments.peek();
    if (next == null) {
      return -1;
    }
    int length = Math.min(into.remaining(), next.remaining());
    into.put(next.slice(next.position(), length));
    next.position(next.position() + length);
    if (!next.hasRemaining()) {
      segments.remove();
    }
    return length;
  }

  @Override
  public int write(ByteBuffer from) {
    int length = from.remaining();
    from.position(from.limit());
    return length;
  }

  @Override
  public SocketAddress localAddress() {
    return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1);
  }

  @Override
  public SocketAddress remoteAddress() {
    return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 2);
  }

  @Override
  public void shutdownInput() {}

  @Override
  public void shutdownOutput() {}

  @Override
  public void abort() {
    closed = true;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
