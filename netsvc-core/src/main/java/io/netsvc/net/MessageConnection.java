package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdChannel;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.RelayHints;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;

/**
 * A Unix socket of messages, sequenced packets or datagrams. Each write is one, in pieces where it is
 * longer than 65,536 bytes; each read is one, or what the buffer has not held of the one before.
 * Packets end as a stream does. Datagrams do not: an empty one is passed over, and to end the output
 * tells the peer nothing.
 */
final class MessageConnection implements Connection, RelayHints {
  /** More than the kernel's usual send buffer, net.core.wmem_default, takes of one message. */
  private static final int MAX = 256 * 1024;

  private final FdChannel channel;
  private final SocketAddress local;
  private final SocketAddress remote;
  private final boolean packets;
  private final boolean filters;
  private final Optional<UnixSocketFile> file;
  private ByteBuffer received;
  private volatile boolean inputShut;

  private MessageConnection(
      FdChannel channel,
      SocketAddress local,
      SocketAddress remote,
      boolean packets,
      boolean filters,
      Optional<UnixSocketFile> file,
      ByteBuffer received) {
    this.channel = channel;
    this.local = local;
    this.remote = remote;
    this.packets = packets;
    this.filters = filters;
    this.file = file;
    this.received = received;
  }

  /** Takes over a connected socket of sequenced packets. */
  static MessageConnection ofPackets(Fd fd, SocketAddress remote) throws IOException {
    return new MessageConnection(
        FdChannel.ofSocket(fd), Sockets.localAddress(fd), remote, true, false, Optional.empty(), none());
  }

  /**
   * Takes over a datagram socket that was connected when others could have sent there already.
   *
   * @param file what it is bound to, which goes with it
   * @param received what has come from the peer already, in a buffer of {@link #buffer}'s size, which
   *     the connection has from then on
   */
  static MessageConnection ofDatagrams(
      FdChannel channel,
      SocketAddress local,
      SocketAddress remote,
      Optional<UnixSocketFile> file,
      ByteBuffer received) {
    return new MessageConnection(channel, local, remote, false, true, file, received);
  }

  /** Takes over a datagram socket that was connected before anybody knew it. */
  static MessageConnection ofDatagrams(Fd fd, SocketAddress remote) throws IOException {
    return new MessageConnection(
        FdChannel.ofSocket(fd), Sockets.localAddress(fd), remote, false, false, Optional.empty(), none());
  }

  /** {@return a buffer for the longest message} */
  static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(MAX);
  }

  private static ByteBuffer none() {
    return ByteBuffer.allocate(0);
  }

  @Override
  public boolean isOfMessages() {
    return true;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    while (!received.hasRemaining()) {
      if (inputShut && isOpen()) {
        return -1;
      }
      if (receive() == 0 && packets) {
        return -1;
      }
    }
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    int n = Math.min(into.remaining(), received.remaining());
    into.put(received.slice(received.position(), n));
    received.position(received.position() + n);
    return n;
  }

  private int receive() throws IOException {
    if (received.capacity() == 0) {
      received = buffer();
    }
    received.clear();
    boolean done = false;
    try {
      var message = channel.receive(received);
      // What others had sent before the socket was connected is still in its queue.
      done = !filters || message.from().equals(remote);
      return message.length();
    } catch (LinuxException e) {
      throw e.at(remote);
    } finally {
      received.flip().limit(done ? received.limit() : 0);
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    try {
      return channel.write(from);
    } catch (LinuxException e) {
      throw e.at(remote);
    }
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  /** Of datagrams, a read that waits already goes on: the kernel would say that one is readable. */
  @Override
  public void shutdownInput() throws IOException {
    inputShut = true;
    if (packets) {
      channel.shutdown(Sockets.SHUT_RD);
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (packets) {
      channel.shutdown(Sockets.SHUT_WR);
    }
  }

  /** There is no RST among Unix sockets. */
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
    if (isOpen()) {
      file.ifPresent(UnixSocketFile::remove); // as long as the socket is open: see there
    }
    channel.close();
  }

  @Override
  public String toString() {
    return "messages " + remote;
  }
}
