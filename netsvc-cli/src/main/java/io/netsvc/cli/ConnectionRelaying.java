package io.netsvc.cli;

import io.netsvc.net.RelayServer;
import io.netsvc.net.Stopped;
import java.time.Duration;

/** A relay of connections. */
final class ConnectionRelaying implements Relaying {
  private static final double MIB = 1 << 20;

  private final RelayServer server;
  private RelayServer.Snapshot before;

  ConnectionRelaying(RelayServer server) {
    this.server = server;
    this.before = server.snapshot();
  }

  @Override
  public String progress() {
    var now = server.snapshot();
    var line =
        "accepted %d, failed %d, open %d, %.1f MiB to (%.1f/s), %.1f MiB from (%.1f/s)"
            .formatted(
                now.accepted(),
                now.failed(),
                now.open(),
                now.forward() / MIB,
                (now.forward() - before.forward()) / MIB,
                now.backward() / MIB,
                (now.backward() - before.backward()) / MIB);
    before = now;
    return line;
  }

  @Override
  public Stopped stop(Duration grace) {
    return server.stop(grace);
  }
}
