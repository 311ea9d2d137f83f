package io.netsvc.fault;

import io.netsvc.endpoint.End;
import io.netsvc.net.Connection;
import io.netsvc.net.Listener;
import io.netsvc.net.Upstream;
import java.io.IOException;
import java.util.Optional;

/** An end whose connections have faults, once they are open. */
record FaultyEnd(End end, Faults faults) implements End {
  @Override
  public Connection open() throws IOException, InterruptedException {
    return faults.on(end.open());
  }

  @Override
  public Optional<Listener> listener() throws IOException {
    return end.listener();
  }

  @Override
  public Connection greet(Connection accepted) throws IOException, InterruptedException {
    return faults.on(end.greet(accepted));
  }

  @Override
  public Optional<Upstream> upstream() {
    return end.upstream();
  }

  @Override
  public boolean accepts() {
    return end.accepts();
  }

  @Override
  public boolean isDatagram() {
    return end.isDatagram();
  }

  @Override
  public boolean isSingle() {
    return end.isSingle();
  }

  @Override
  public void close() {
    end.close();
  }

  @Override
  public String toString() {
    return end.toString();
  }
}
