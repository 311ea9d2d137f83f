package io.netsvc.endpoint;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdChannel;
import io.netsvc.linux.NativeAccess;
import io.netsvc.linux.SocketOption;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A bound datagram socket; a close from any thread wakes whoever waits. */
interface Datagrams {

  /** Waits for a datagram, for a buffer with an array; returns its sender. */
  SocketAddress receive(ByteBuffer into) throws IOException;

  /** Sends a datagram. */
  void send(ByteBuffer from, SocketAddress to) throws IOException;

  SocketAddress localAddress() throws IOException;

  boolean isOpen();

  void close() throws IOException;

  /**
   * Opens a socket: the JDK's, unless it is told what the JDK has no word for.
   *
   * @param local null for any of the peer's family
   * @param peer to connect to; null for anyone
   * @throws UnsupportedOperationException if only Linux has the options
   */
  static Datagrams open(
      @Nullable InetSocketAddress local,
      @Nullable InetSocketAddress peer,
      Map<SocketOption, Integer> options)
      throws IOException {
    if (options.isEmpty()) {
      return new Nio(nio(local, peer));
    }
    var missing = NativeAccess.missing();
    if (missing.isPresent()) {
      throw new UnsupportedOperationException(options.keySet() + " need " + missing.get());
    }
    return new Linux(linux(local, peer, options), peer);
  }

  /** As {@link #open}, for datagrams of many peers. */
  static Datagrams bound(InetSocketAddress local, Map<SocketOption, Integer> options)
      throws IOException {
    if (!options.isEmpty()) {
      return open(local, null, options);
    }
    var socket = new DatagramSocket(null);
    try {
      socket.bind(local);
      return new Shared(socket, socket.getLocalSocketAddress());
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static DatagramChannel nio(
      @Nullable InetSocketAddress local, @Nullable InetSocketAddress peer) throws IOException {
    boolean four = isFour(local, peer);
    var channel =
        DatagramChannel.open(four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
    try {
      if (local != null) {
        channel.bind(local);
      }
      return peer == null ? channel : channel.connect(peer);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static Fd linux(
      @Nullable InetSocketAddress local,
      @Nullable InetSocketAddress peer,
      Map<SocketOption, Integer> options)
      throws IOException {
    var any = new InetSocketAddress(isFour(local, peer) ? "0.0.0.0" : "::", 0);
    var fd = Sockets.datagram(local == null ? any : local, opened -> Sockets.set(opened, options));
    try {
      if (peer != null) {
        Sockets.connect(fd, peer);
      }
      return fd;
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private static boolean isFour(
      @Nullable InetSocketAddress local, @Nullable InetSocketAddress peer) {
    var of = peer == null ? local : peer;
    return of != null && of.getAddress() instanceof Inet4Address;
  }

  /** The JDK's. */
  record Nio(DatagramChannel channel) implements Datagrams {
    @Override
    public SocketAddress receive(ByteBuffer into) throws IOException {
      return channel.receive(into);
    }

    @Override
    public void send(ByteBuffer from, SocketAddress to) throws IOException {
      channel.send(from, to);
    }

    @Override
    public SocketAddress localAddress() throws IOException {
      return channel.getLocalAddress();
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** The JDK's for many peers: a channel would be closed by an interrupt of one who sends. */
  record Shared(DatagramSocket socket, SocketAddress localAddress) implements Datagrams {
    @Override
    public SocketAddress receive(ByteBuffer into) throws IOException {
      var packet =
          new DatagramPacket(
              into.array(), into.arrayOffset() + into.position(), into.remaining());
      socket.receive(packet);
      into.position(into.position() + packet.getLength());
      return packet.getSocketAddress();
    }

    @Override
    public void send(ByteBuffer from, SocketAddress to) throws IOException {
      var bytes = new byte[from.remaining()];
      from.get(bytes);
      socket.send(new DatagramPacket(bytes, bytes.length, to));
    }

    @Override
    public boolean isOpen() {
      return !socket.isClosed();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  /**
   * Our own.
   *
   * @param peer that the socket is connected to; null for none
   * @param sending whoever sends
   */
  record Linux(
      FdChannel channel, SocketAddress localAddress, @Nullable SocketAddress peer, Lock sending)
      implements Datagrams {
    Linux(Fd fd, @Nullable SocketAddress peer) throws IOException {
      this(FdChannel.ofSocket(fd), Sockets.localAddress(fd), peer, new ReentrantLock());
    }

    @Override
    public SocketAddress receive(ByteBuffer into) throws IOException {
      return channel.receive(into).from();
    }

    @Override
    public void send(ByteBuffer from, SocketAddress to) throws IOException {
      sending.lock(); // of many peers; the channel has room for one that waits
      try {
        channel.send(from, peer == null ? mapped(to) : null);
      } finally {
        sending.unlock();
      }
    }

    /** A socket of IPv6 wants an IPv4 address as ::ffff:192.0.2.1, which decoding undid. */
    private SocketAddress mapped(SocketAddress to) throws IOException {
      if (!(to instanceof InetSocketAddress inet)
          || !(inet.getAddress() instanceof Inet4Address four)
          || isFour((InetSocketAddress) localAddress, null)) {
        return to;
      }
      var bytes = new byte[16];
      bytes[10] = -1;
      bytes[11] = -1;
      System.arraycopy(four.getAddress(), 0, bytes, 12, 4);
      return new InetSocketAddress(Inet6Address.getByAddress(null, bytes, -1), inet.getPort());
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() {
      channel.close();
    }
  }
}
