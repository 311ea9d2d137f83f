package io.netsvc.endpoint;

import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.RelayEvents;
import io.netsvc.net.RelayServer;
import io.netsvc.net.Upstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A relay server on a free port whose clients say where to. */
final class Proxied implements AutoCloseable {
  private final RelayServer server;
  private final InetSocketAddress address;
  private final BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

  Proxied(ProxyServer proxy) throws IOException {
    this(proxy, connecting());
  }

  Proxied(ProxyServer proxy, ProxyServer.Route route) throws IOException {
    this(proxy.upstream(route), 12_000);
  }

  Proxied(Upstream upstream, int most) throws IOException {
    var listener =
        Listener.open(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
            o -> o.withMaxConnections(most));
    address = (InetSocketAddress) listener.localAddress();
    var events =
        new RelayEvents() {
          @Override
          public void failed(SocketAddress client, IOException cause) {
            failures.add(cause);
          }
        };
    server = RelayServer.serve(listener, upstream, o -> o.withEvents(events));
  }

  static ProxyServer.Route connecting() {
    var connector = Connector.of(o -> o);
    return target -> connector.connect(target.host(), target.port());
  }

  int port() {
    return address.getPort();
  }

  RelayServer server() {
    return server;
  }

  /** The next client that was not relayed. */
  IOException failure() throws InterruptedException {
    return failures.take();
  }

  Socket connect() throws IOException {
    var socket = new Socket(address.getAddress(), address.getPort());
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public void close() {
    server.close();
  }
}
