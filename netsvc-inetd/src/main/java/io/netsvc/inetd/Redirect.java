package io.netsvc.inetd;

import io.netsvc.net.Connection;
import io.netsvc.net.ConnectionHandler;
import io.netsvc.net.Connector;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Relay;
import java.io.IOException;

/** A service that another one serves: each client is relayed there, half-close and reset included. */
record Redirect(Endpoint endpoint) implements ConnectionHandler {
  private static final Connector CONNECTOR = Connector.of(o -> o);

  @Override
  public void serve(Connection client) throws IOException, InterruptedException {
    Connection upstream;
    try {
      upstream = CONNECTOR.connect(endpoint.resolve());
    } catch (IOException e) {
      client.abort(); // it learns at once that nobody is there
      throw e;
    }
    var relay = Relay.between(client, upstream);
    try {
      var _ = relay.await();
    } catch (InterruptedException e) {
      relay.abort();
      throw e;
    }
  }
}
