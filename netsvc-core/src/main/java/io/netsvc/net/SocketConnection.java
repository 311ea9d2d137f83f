package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdChannel;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;

/** A stream socket of our own, which a child can have as long as Java has not read or written it. */
final class SocketConnection implements Connection, FdHolder {
  private final FdChannel channel;

  SocketConnection(Fd fd) {
    this.channel = FdChannel.ofSocket(fd);
  }

  @Override
  public Fd fd() {
    return channel.fd();
  }

  @Override
  public SocketAddress localAddress() {
    return addressOf(true);
  }

  @Override
  public SocketAddress remoteAddress() {
    return addressOf(false);
  }

  private SocketAddress addressOf(boolean local) {
    try {
      return local ? Sockets.localAddress(fd()) : Sockets.remoteAddress(fd());
    } catch (IOException | IllegalStateException e) {
      return UnixDomainSocketAddress.of(""); // gone already
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    try {
      return channel.read(into);
    } catch (LinuxException e) {
      throw e.at(remoteAddress());
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    try {
      return channel.write(from);
    } catch (LinuxException e) {
      throw e.at(remoteAddress());
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    Sockets.shutdown(fd(), Sockets.SHUT_RD);
  }

  @Override
  public void shutdownOutput() throws IOException {
    Sockets.shutdown(fd(), Sockets.SHUT_WR);
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
    return isOpen() ? "connection " + remoteAddress() : "connection (closed)";
  }
}
