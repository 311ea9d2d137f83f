package io.netsvc.endpoint;

import io.netsvc.linux.RelayHints;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams from and to one peer of many at the same socket; otherwise as {@link DatagramConnection}.
 * What has not been read is kept up to {@value #MAX_COUNT} datagrams or {@value #MAX_BYTES} bytes; the
 * newest is dropped.
 */
final class PeerConnection implements Connection, RelayHints {
  private static final int MAX_COUNT = 256;
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_SENT = 65_507;

  private final DatagramPeers peers;
  private final SocketAddress peer;
  private final Queue<byte[]> queue = new ArrayDeque<>();
  private int queuedBytes;
  private ByteBuffer rest = ByteBuffer.allocate(0);
  private @Nullable IOException failure;
  private boolean inputShut;
  private boolean closed;

  PeerConnection(DatagramPeers peers, SocketAddress peer) {
    this.peers = peers;
    this.peer = peer;
  }

  synchronized void deliver(byte[] datagram) {
    boolean room = queue.size() < MAX_COUNT && queuedBytes + datagram.length <= MAX_BYTES;
    if (room && datagram.length > 0 && !inputShut && !closed) {
      queue.add(datagram);
      queuedBytes += datagram.length;
      notifyAll();
    }
  }

  /** The socket has failed; what was received before can still be read. */
  synchronized void fail(IOException e) {
    failure = e;
    notifyAll();
  }

  @Override
  public boolean isOfMessages() {
    return true;
  }

  @Override
  public boolean isLossy() {
    return true;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    try {
      return take(into);
    } catch (ClosedByInterruptException e) {
      close(); // without this object's lock, which comes after the one that this takes
      throw e;
    }
  }

  private synchronized int take(ByteBuffer into) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (!into.hasRemaining()) {
      return 0;
    }
    if (!rest.hasRemaining()) {
      var next = next();
      if (next == null) {
        return -1;
      }
      rest = ByteBuffer.wrap(next);
    }
    int n = Math.min(into.remaining(), rest.remaining());
    into.put(rest.slice(rest.position(), n));
    rest.position(rest.position() + n);
    return n;
  }

  /** The next datagram; null when no more is to be read. */
  private byte @Nullable [] next() throws IOException {
    try {
      while (queue.isEmpty() && !inputShut && !closed && failure == null) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException();
    }
    if (closed) {
      throw new AsynchronousCloseException();
    }
    if (inputShut) {
      return null;
    }
    var next = queue.poll();
    if (next == null) {
      var cause = failure;
      throw new IOException("receive " + peer + ": " + (cause == null ? "" : cause.getMessage()), cause);
    }
    queuedBytes -= next.length;
    return next;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int total = 0;
    while (from.hasRemaining()) {
      if (!isOpen()) {
        throw new ClosedChannelException();
      }
      var datagram = from.slice(from.position(), Math.min(from.remaining(), MAX_SENT));
      total += datagram.remaining();
      from.position(from.position() + datagram.remaining());
      peers.send(datagram, peer);
    }
    return total;
  }

  @Override
  public SocketAddress localAddress() {
    return peers.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return peer;
  }

  @Override
  public synchronized void shutdownInput() {
    inputShut = true;
    queue.clear();
    notifyAll();
  }

  /** Tells the peer nothing: there is no such thing as an end of datagrams. */
  @Override
  public void shutdownOutput() {}

  @Override
  public void abort() {
    close();
  }

  @Override
  public synchronized boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    peers.forget(this);
    synchronized (this) {
      closed = true;
      queue.clear();
      notifyAll();
    }
  }

  @Override
  public String toString() {
    return "datagrams " + peer;
  }
}
