package io.netsvc.net;

import io.netsvc.net.DatagramPort.Datagram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bound datagram channel. It cannot tell which address a datagram was sent to, if several are bound. */
final class NioPort extends NioTransport.Socket<DatagramChannel> implements BoundSocket {
  /** What no datagram is longer than; a channel cuts what its buffer has no room for. */
  static final int MAX = 65_535;

  private final Optional<InetAddress> bound;
  private @Nullable ByteBuffer buffer;

  NioPort(NioLoop loop, DatagramChannel channel) throws IOException {
    super(loop, channel, SelectionKey.OP_READ);
    var address = ((InetSocketAddress) localAddress()).getAddress();
    bound = address.isAnyLocalAddress() ? Optional.empty() : Optional.of(address);
  }

  DatagramChannel channel() {
    return channel;
  }

  @Override
  public synchronized List<Datagram> receive(int max) throws IOException {
    var datagrams = new ArrayList<Datagram>();
    var into = buffer == null ? ByteBuffer.allocateDirect(MAX) : buffer;
    buffer = into;
    try {
      while (datagrams.size() < max) {
        var peer = channel.receive(into.clear());
        if (peer == null) {
          break;
        }
        datagrams.add(new Datagram(copy(into.flip()), peer, bound));
      }
    } catch (ClosedChannelException e) {
      // Nothing more.
    }
    return datagrams;
  }

  @Override
  public Optional<Datagram> peek() {
    throw Transports.onlyLinux("a look at a datagram that stays");
  }

  static ByteBuffer copy(ByteBuffer from) {
    return ByteBuffer.allocate(from.remaining()).put(from.duplicate()).flip();
  }

  @Override
  public void send(List<Datagram> datagrams) throws IOException {
    IOException first = null;
    for (var datagram : datagrams) {
      try {
        channel.send(datagram.data().duplicate(), datagram.peer());
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public DatagramHub relay() {
    return new NioDatagrams(NioLoop.next(), this);
  }
}
