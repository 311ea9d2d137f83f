package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
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
  private final DatagramTuning tuning;
  private @Nullable Datagrams bound;

  DatagramEnd(
      String name,
      Endpoint place,
      boolean listens,
      Optional<SocketAddress> source,
      DatagramTuning tuning) {
    this.name = name;
    this.place = place;
    this.listens = listens;
    this.source = source;
    this.tuning = tuning;
  }

  @Override
  public Connection open() throws IOException {
    return listens ? first() : connected();
  }

  private Connection connected() throws IOException {
    var peer =
        place.host().isEmpty()
            ? new InetSocketAddress("localhost", place.port())
            : (InetSocketAddress) place.resolve().getFirst();
    try {
      var from = (InetSocketAddress) source.orElse(null);
      return new DatagramConnection(Datagrams.open(from, peer, tuning.on(peer)), peer, null);
    } catch (IOException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
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

  private synchronized Datagrams bind() throws IOException {
    var addresses = place.resolve();
    // Of both wildcards the IPv6 one takes IPv4 too.
    var address =
        (InetSocketAddress)
            (place.host().isEmpty() ? addresses.getLast() : addresses.getFirst());
    try {
      var opened = Datagrams.open(address, null, tuning.on(address));
      bound = opened;
      return opened;
    } catch (IOException e) {
      throw new IOException(name + ": bind " + address + ": " + e.getMessage(), e);
    }
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
