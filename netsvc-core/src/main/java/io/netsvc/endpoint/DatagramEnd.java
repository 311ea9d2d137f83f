package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A peer to exchange UDP datagrams with: the one at a place, or the next one that sends there. One
 * socket, bound at the first {@link #open}, has a connection for each peer; it is closed with the last
 * of them once this end is.
 */
final class DatagramEnd implements End {
  private final String name;
  private final Endpoint place;
  private final boolean listens;
  private final Optional<SocketAddress> source;
  private final DatagramTuning tuning;
  private @Nullable DatagramPeers peers;
  private boolean closed;

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
  public Connection open() throws IOException, InterruptedException {
    return listens ? peers().next() : connected();
  }

  private Connection connected() throws IOException {
    var peer =
        place.host().isEmpty()
            ? new InetSocketAddress("localhost", place.port())
            : (InetSocketAddress) place.resolve().getFirst();
    try {
      var from = (InetSocketAddress) source.orElse(null);
      return new DatagramConnection(Datagrams.open(from, peer, tuning.on(peer)), peer);
    } catch (IOException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    } catch (RuntimeException e) { // of an address of another kind
      throw new IOException(name + ": " + e, e);
    }
  }

  private synchronized DatagramPeers peers() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (peers == null) {
      peers = new DatagramPeers(bind());
    }
    return peers;
  }

  private Datagrams bind() throws IOException {
    var addresses = place.resolve();
    // Of both wildcards the IPv6 one takes IPv4 too.
    var address =
        (InetSocketAddress) (place.host().isEmpty() ? addresses.getLast() : addresses.getFirst());
    try {
      return Datagrams.bound(address, tuning.on(address));
    } catch (IOException e) {
      throw new IOException(name + ": bind " + address + ": " + e.getMessage(), e);
    }
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
    closed = true;
    if (peers != null) {
      peers.close();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
