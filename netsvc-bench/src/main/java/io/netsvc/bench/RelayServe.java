package io.netsvc.bench;

import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.RelayServer;
import io.netsvc.net.Upstreams;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A relay between two loopback ports, until it is killed. Arguments: where it listens, and to where. */
final class RelayServe {
  private RelayServe() {}

  public static void main(String[] args) throws Exception {
    var loopback = InetAddress.ofLiteral("127.0.0.1");
    var upstream = new InetSocketAddress(loopback, Integer.parseInt(args[1]));
    var connector = Connector.of(o -> o);
    var listener = Listener.open(new InetSocketAddress(loopback, Integer.parseInt(args[0])));
    try (var server = RelayServer.serve(listener, Upstreams.inTurn(connector, List.of(upstream)))) {
      new CountDownLatch(1).await();
      System.out.println(server.snapshot());
    }
  }
}
