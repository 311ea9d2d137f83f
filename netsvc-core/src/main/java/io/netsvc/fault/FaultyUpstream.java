package io.netsvc.fault;

import io.netsvc.net.Connection;
import io.netsvc.net.Upstream;
import java.io.IOException;

/** An upstream whose connections have faults, once they are connected. */
record FaultyUpstream(Upstream upstream, Faults faults) implements Upstream {
  @Override
  public Connection connect() throws IOException, InterruptedException {
    return faults.on(upstream.connect());
  }

  @Override
  public Connection connect(Connection client) throws IOException, InterruptedException {
    return faults.on(upstream.connect(client));
  }

  @Override
  public void begin(Connection client, Connection connection)
      throws IOException, InterruptedException {
    upstream.begin(client, FaultyConnection.bare(connection));
  }

  @Override
  public void ended(Connection connection) {
    upstream.ended(FaultyConnection.bare(connection));
  }
}
