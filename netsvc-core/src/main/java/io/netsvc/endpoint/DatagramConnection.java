package io.netsvc.endpoint;

import io.netsvc.linux.RelayHints;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * Datagrams from and to one peer: each write is one, and each read is one, or what the buffer has not
 * held of the one before. Empty ones are passed over, for a stream has no such thing. There is no end
 * of input, and ending the output tells the peer nothing.
 */
final class DatagramConnection implements Connection, RelayHints {
  private static final int MAX = 65_535;

  private final Datagrams channel;
  private final SocketAddress peer;
  private final ByteBuffer received;
  private volatile boolean inputShut;

  /** Takes over a socket. */
  DatagramConnection(Datagrams channel, SocketAddress peer) {
    this.channel = channel;
    this.peer = peer;
    this.received = ByteBuffer.allocate(MAX).limit(0);
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
    while (!received.hasRemaining()) {
      if (inputShut) {
        return -1;
      }
      receive();
    }
    int n = Math.min(into.remaining(), received.remaining());
    into.put(received.slice(received.position(), n));
    received.position(received.position() + n);
    return n;
  }

  private void receive() throws IOException {
    received.clear().limit(0);
    received.limit(MAX);
    var from = channel.receive(received);
    received.flip();
    if (!peer.equals(from)) {
      received.limit(0); // a stranger's
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int total = 0;
    while (from.hasRemaining()) {
      var datagram = from.slice(from.position(), Math.min(from.remaining(), 65_507));
      total += datagram.remaining();
      from.position(from.position() + datagram.remaining());
      channel.send(datagram, peer);
    }
    return total;
  }

  @Override
  public SocketAddress localAddress() {
    try {
      return channel.localAddress();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public SocketAddress remoteAddress() {
    return peer;
  }

  @Override
  public void shutdownInput() {
    inputShut = true;
  }

  @Override
  public void shutdownOutput() {}

  @Override
  public void abort() {
    close();
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  @Override
  public String toString() {
    return "datagrams " + peer;
  }
}
