package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peers of a bound UDP socket, each with a connection of its own. One thread reads the socket, and
 * drops what there is no room for, as a socket's buffer does: what of one peer has not been read, and
 * peers that nobody has taken yet. The socket is open until this is closed and each connection that was
 * given is, too.
 *
 * <p>The lock of this object comes before that of a connection.
 */
final class DatagramPeers implements AutoCloseable {
  private static final int MAX = 65_535;
  private static final int MAX_WAITING = 128;
  private static final Duration LAST_CALL = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(End.class);

  private final Datagrams socket;
  private final SocketAddress local; // a closed one has none
  private final Thread reader;
  private final Map<SocketAddress, PeerConnection> peers = new HashMap<>();
  private final Queue<PeerConnection> waiting = new ArrayDeque<>();
  private @Nullable IOException failure;
  private boolean closed;

  /** Takes over a bound socket. */
  DatagramPeers(Datagrams socket) throws IOException {
    this.socket = socket;
    this.local = socket.localAddress();
    // While a virtual thread receives, a close frees the address only some time later.
    reader = Thread.ofPlatform().daemon().name("netsvc-datagrams").start(this::receive);
  }

  private void receive() {
    var buffer = ByteBuffer.allocate(MAX);
    try {
      while (true) {
        var from = socket.receive(buffer.clear());
        deliver(from, buffer.flip());
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  private synchronized void deliver(SocketAddress from, ByteBuffer bytes) {
    var peer = peers.get(from);
    if (peer == null) {
      if (closed || waiting.size() == MAX_WAITING) {
        log.debug("dropped a datagram of a new peer={}", from);
        return;
      }
      peer = new PeerConnection(this, from);
      peers.put(from, peer);
      waiting.add(peer);
      notifyAll();
    }
    var datagram = new byte[bytes.remaining()];
    bytes.get(datagram);
    peer.deliver(datagram);
  }

  private synchronized void fail(IOException e) {
    failure = e;
    closeSocket();
    peers.values().forEach(peer -> peer.fail(e));
    notifyAll();
  }

  /**
   * Waits for the next new peer.
   *
   * @throws ClosedChannelException if this was closed, or is now
   */
  synchronized Connection next() throws IOException, InterruptedException {
    if (closed) {
      throw new ClosedChannelException();
    }
    while (waiting.isEmpty() && !closed && failure == null) {
      wait();
    }
    if (closed) {
      throw new AsynchronousCloseException();
    }
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    return waiting.remove();
  }

  void send(ByteBuffer bytes, SocketAddress to) throws IOException {
    socket.send(bytes, to);
  }

  SocketAddress localAddress() {
    return local;
  }

  /** A peer's connection was closed: what it sends from now on is a new one's. */
  void forget(PeerConnection connection) {
    synchronized (this) {
      peers.remove(connection.remoteAddress(), connection);
    }
    closeUnused();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      waiting.forEach(peer -> peers.remove(peer.remoteAddress(), peer));
      waiting.clear();
      notifyAll();
    }
    closeUnused();
  }

  private void closeUnused() {
    synchronized (this) {
      if (!closed || !peers.isEmpty()) {
        return;
      }
    }
    closeSocket();
    try {
      reader.join(LAST_CALL); // until it is out of its system call the address is in use
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("close of {} cause=\"{}\"", local, e.getMessage());
    }
  }
}
