package io.netsvc.inetd;

import io.netsvc.net.Connection;
import io.netsvc.net.ConnectionHandler;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Relay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * A service that another one serves: each client is relayed there, half-close and reset included.
 * A name is looked up for each client anew, within the connector's deadline.
 */
record Redirect(Endpoint endpoint, Connector connector) implements ConnectionHandler {
  private static final Connector CONNECTOR = Connector.of(o -> o);

  /** Nobody could be reached there. */
  static final class Unreachable extends IOException {
    private static final long serialVersionUID = 1;

    Unreachable(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Returns a redirect with the default deadline.
   *
   * @throws IllegalArgumentException if there can be no connection to such an endpoint
   */
  static Redirect to(Endpoint endpoint) {
    switch (endpoint.scheme()) {
      case TCP, UNIX -> {}
      case UDP, UNIX_DATAGRAM ->
          throw new IllegalArgumentException("read \"" + endpoint + "\", expected tcp: or unix: to redirect to");
    }
    return new Redirect(endpoint, CONNECTOR);
  }

  @Override
  public void serve(Connection client) throws IOException, InterruptedException {
    Connection upstream;
    try {
      upstream = connector.connect(addresses());
    } catch (IOException e) {
      client.abort(); // it learns at once that nobody is there
      throw new Unreachable(e);
    }
    var relay = Relay.between(client, upstream);
    try {
      var _ = relay.await();
    } catch (InterruptedException e) {
      relay.abort();
      throw e;
    }
  }

  /** Leaves names to the connector, which has a deadline for them. */
  private List<SocketAddress> addresses() throws IOException {
    return endpoint.host().isEmpty()
        ? endpoint.resolve()
        : List.of(InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port()));
  }
}
