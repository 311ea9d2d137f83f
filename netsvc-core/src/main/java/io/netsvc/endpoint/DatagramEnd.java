package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A peer to exchange UDP datagrams with: the one at a place, or whoever sends the first one there.
 * That one's alone are taken from then on.
 */
final class DatagramEnd implements End {
  private final String name;
  private final Endpoint place;
  private final boolean listens;
  private final Optional<SocketAddress> source;
  private @Nullable DatagramChannel bound;

  DatagramEnd(String name, Endpoint place, boolean listens, Optional<SocketAddress> source) {
    this.name = name;
    this.place = place;
    this.listens = listens;
    this.source = source;
  }

  @Override
  public Connection open() throws IOException {
    return listens ? first() : connected();
  }

  private Connection connected() throws IOException {
    var peer =
        place.host().isEmpty()
            ? new InetSocketAddress("localhost", place.port())
            : place.resolve().getFirst();
    var channel = DatagramChannel.open(family(peer));
    try {
      if (source.isPresent()) {
        channel.bind(source.get());
      }
      channel.connect(peer);
      return new DatagramConnection(channel, peer, null);
    } catch (IOException e) {
      channel.close();
      throw new IOException(name + ": " + e.getMessage(), e);
    } catch (RuntimeException e) { // of an address of another kind
      channel.close();
      throw new IOException(name + ": " + e, e);
    }
  }

  private static StandardProtocolFamily family(SocketAddress address) {
    return address instanceof InetSocketAddress inet
            && inet.getAddress() instanceof java.net.Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  private Connection first() throws IOException {
    var channel = bind();
    var buffer = ByteBuffer.allocate(65_535);
    try {
      var peer = channel.receive(buffer);
      synchronized (this) {
        bound = null; // it is the connection's now
      }
      return new DatagramConnection(channel, peer, buffer.flip());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private synchronized DatagramChannel bind() throws IOException {
    var addresses = place.resolve();
    // Of both wildcards the IPv6 one takes IPv4 too.
    var address = place.host().isEmpty() ? addresses.getLast() : addresses.getFirst();
    var channel = DatagramChannel.open(family(address));
    try {
      channel.bind(address);
    } catch (IOException e) {
      channel.close();
      throw new IOException(name + ": bind " + address + ": " + e.getMessage(), e);
    }
    bound = channel;
    return channel;
  }

  @Override
  public boolean accepts() {
    return listens;
  }

  @Override
  public boolean isDatagram() {
    return true;
  }

  @Override
  public synchronized void close() {
    try {
      if (bound != null) {
        bound.close();
      }
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
