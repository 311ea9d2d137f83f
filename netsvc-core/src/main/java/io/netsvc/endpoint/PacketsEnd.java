package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;

/** A Unix socket of sequenced packets to connect to: messages, with the ends of a stream. */
final class PacketsEnd implements End {
  private final String name;
  private final Connector connector;
  private final UnixDomainSocketAddress place;

  private PacketsEnd(String name, Connector connector, UnixDomainSocketAddress place) {
    this.name = name;
    this.connector = connector;
    this.place = place;
  }

  /** Makes one from the options of its URI. */
  static End of(String uri, UnixDomainSocketAddress place, EndOptions options) {
    var timeout = options.seconds("timeout");
    return new PacketsEnd(
        uri,
        Connector.of(
            o -> timeout.isPresent() ? o.withPackets(true).withTimeout(timeout.get()) : o.withPackets(true)),
        place);
  }

  @Override
  public Connection open() throws IOException, InterruptedException {
    return connector.connect(place);
  }

  @Override
  public String toString() {
    return name;
  }
}
