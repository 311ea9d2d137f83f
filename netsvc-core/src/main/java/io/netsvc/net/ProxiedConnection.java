package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.RelayHints;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** A connection under the addresses that its proxy told. */
final class ProxiedConnection implements Connection, FdHolder, RelayHints {
  private final Connection connection;
  private final SocketAddress source;
  private final SocketAddress destination;

  ProxiedConnection(Connection connection, SocketAddress source, SocketAddress destination) {
    this.connection = connection;
    this.source = source;
    this.destination = destination;
  }

  /** {@return the connection under its own addresses} */
  Connection bare() {
    return connection;
  }

  @Override
  public Fd handOver() throws IOException {
    if (connection instanceof FdHolder holder) {
      return holder.handOver();
    }
    throw Transports.onlyLinux("the fd of " + this);
  }

  @Override
  public boolean unsent() {
    return connection instanceof RelayHints hints && hints.unsent();
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return connection.read(into);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return connection.write(from);
  }

  @Override
  public SocketAddress localAddress() {
    return destination;
  }

  @Override
  public SocketAddress remoteAddress() {
    return source;
  }

  @Override
  public void shutdownInput() throws IOException {
    connection.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    connection.shutdownOutput();
  }

  @Override
  public void abort() {
    connection.abort();
  }

  @Override
  public boolean isOpen() {
    return connection.isOpen();
  }

  @Override
  public void close() {
    connection.close();
  }

  @Override
  public String toString() {
    return "connection " + source + " through " + connection.remoteAddress();
  }
}
