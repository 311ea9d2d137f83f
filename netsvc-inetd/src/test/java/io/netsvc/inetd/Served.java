package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.InetdConfig;
import java.time.Duration;

/** One entry of an inetd.conf, served at a port of its own for as long as it is open. */
final class Served implements AutoCloseable {
  private final InetdServer server;
  private final int port;

  private Served(InetdServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Serves an entry: all its fields but the first, which is a free port of 127.0.0.1. */
  static Served by(String entry) throws Exception {
    return at(Programs.freePort(), entry);
  }

  /** As {@link #by}, at a port that the entry or the program's own files name, too. */
  static Served at(int port, String entry) {
    var line = "127.0.0.1:" + port + ' ' + entry + '\n';
    var server =
        InetdServer.start(
            InetdConfig.parse("inetd.conf", line), o -> o.withKillDelay(Duration.ofSeconds(2)));
    assertThat(server.diagnostics()).isEmpty();
    return new Served(server, port);
  }

  int port() {
    return port;
  }

  /** Returns the port within a text, at each {@code PORT}. */
  String with(String text) {
    return text.replace("PORT", String.valueOf(port));
  }

  String ask(String request) throws Exception {
    return Clients.ask(port, request);
  }

  ServiceState state() {
    return server.services().getFirst();
  }

  /** Waits until nothing runs that was started: programs end a moment after their clients. */
  void awaitEnd() throws Exception {
    Programs.await("its end", () -> state().running() == 0);
  }

  @Override
  public void close() {
    server.close();
  }
}
