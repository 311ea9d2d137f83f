package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link SocketChannel} in blocking mode. */
final class NioConnection implements Connection {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final SocketChannel channel;
  private final SocketAddress local;
  private final SocketAddress remote;

  NioConnection(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.local = channel.getLocalAddress();
    this.remote = channel.getRemoteAddress();
  }

  SocketChannel channel() {
    return channel;
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
    return channel.read(into);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int total = 0;
    while (from.hasRemaining()) { // from a virtual thread, one call may write a part
      total += channel.write(from);
    }
    return total;
  }

  @Override
  public void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void abort() {
    if (!(local instanceof UnixDomainSocketAddress)) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        log.debug("cannot reset peer={} cause=\"{}\"", remote, e.getMessage());
      }
    }
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
      log.debug("close failed peer={} cause=\"{}\"", remote, e.getMessage());
    }
  }

  @Override
  public String toString() {
    return "connection " + remote;
  }
}
