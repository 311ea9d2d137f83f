package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdChannel;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.RelayHints;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** A stream socket of our own, which a child can have as long as Java has not read or written it. */
final class LinuxConnection implements Connection, FdHolder, RelayHints {
  private final FdChannel channel;
  private final SocketAddress local;
  private final SocketAddress remote;
  private volatile boolean inputShut;

  LinuxConnection(Fd fd, SocketAddress remote) throws IOException {
    this.channel = FdChannel.ofSocket(fd);
    this.local = Sockets.localAddress(fd);
    this.remote = remote;
  }

  @Override
  public Fd handOver() throws IOException {
    return channel.handOver();
  }

  /** Gives the socket up; this connection is closed from then on. */
  Fd detach() throws IOException {
    return channel.detach();
  }

  @Override
  public boolean unsent() {
    return channel.unsent();
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    try {
      return inputShut && isOpen() ? -1 : channel.read(into);
    } catch (LinuxException e) {
      throw e.at(remote);
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
  public void shutdownInput() throws IOException {
    inputShut = true; // the kernel would still give what it has
    channel.shutdown(Sockets.SHUT_RD);
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdown(Sockets.SHUT_WR);
  }

  @Override
  public void abort() {
    channel.resetOnClose();
    channel.close();
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    channel.close();
  }

  @Override
  public String toString() {
    return "connection " + remote;
  }
}
