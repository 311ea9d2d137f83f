package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.ProxyHeader;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;

/** A place to connect to, over TCP or a Unix stream socket. */
final class ConnectEnd implements End {
  private final String name;
  private final Connector connector;
  private final SocketAddress address;
  private final Optional<ProxyHeader.Version> proxyHeader;

  ConnectEnd(
      String name,
      Connector connector,
      SocketAddress address,
      Optional<ProxyHeader.Version> proxyHeader) {
    this.name = name;
    this.connector = connector;
    this.address = address;
    this.proxyHeader = proxyHeader;
  }

  @Override
  public Connection open() throws IOException, InterruptedException {
    var connection = connector.connect(address);
    if (proxyHeader.isEmpty()) {
      return connection;
    }
    try {
      // Whose connection it is nobody told this end: its own.
      ProxyHeader.local().withVersion(proxyHeader.get()).write(connection);
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.abort();
      throw e;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
