package io.netsvc.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a {@link RelayServer}: what is said first, the upstream, the relay. Where
 * nothing of that blocks it has no thread, but lives on the event loop that its relay will have.
 */
final class RelayClient implements Connecting {
  private static final Logger log = LoggerFactory.getLogger(RelayServer.class);

  private final RelayServer server;
  private final Connection client;
  private final Admitted.Place place;

  /** What ends it early: set before anything begins, and then for each thing that does. */
  private Runnable cancel;

  private Stage stage = Stage.ACCEPTED;
  private boolean cancelled;
  private @Nullable Connection upstream;
  private volatile @Nullable Relay relay;

  private enum Stage {
    ACCEPTED,
    CONNECTING,
    RELAYED
  }

  RelayClient(RelayServer server, Connection client, Admitted.Place place) {
    this.server = server;
    this.client = client;
    this.place = place;
    this.cancel = client::abort;
  }

  void start() {
    var settings = server.settings();
    if (server.upstream() instanceof Upstreams upstreams
        && upstreams.connectsOnLoops()
        && !settings.blocks()) {
      var begun = upstreams.begin(this);
      cancelBy(
          Stage.CONNECTING,
          () -> {
            client.abort();
            begun.run();
          });
    } else {
      var thread = Thread.ofVirtual().name("netsvc-connect").unstarted(this::connect);
      cancelBy(
          Stage.CONNECTING,
          () -> {
            client.abort();
            thread.interrupt();
          });
      thread.start();
    }
  }

  private void connect() {
    try {
      var settings = server.settings();
      var told = settings.read(client);
      var known = settings.greet(told == null ? client : told.applied(client));
      var connection = server.upstream().connect(known);
      try {
        settings.write(told, known, connection);
        server.upstream().begin(known, connection);
      } catch (IOException | InterruptedException | RuntimeException | Error e) {
        connection.close();
        server.ended(connection);
        throw e;
      }
      join(known, connection);
    } catch (IOException e) {
      failed(e);
    } catch (InterruptedException e) {
      end();
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  /** What is no failure of a peer ends this client alone. */
  void broken(Throwable cause) {
    client.abort();
    try {
      log.warn("not relayed client={}", client.remoteAddress(), cause);
    } finally {
      leave();
    }
  }

  @Override
  public void connected(Connection connection) {
    try {
      join(client, connection);
    } catch (IOException e) {
      failed(e);
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  /** Relays from now on; both connections are the relay's then, or closed. */
  private void join(Connection known, Connection connection) throws IOException {
    upstream = connection;
    var begun = Relay.between(known, connection, o -> server.settings().relay(o, known, connection));
    relay = begun;
    var address = known.remoteAddress();
    server.started(address);
    cancelBy(Stage.RELAYED, begun::abort);
    begun.onEnd(
        outcome -> {
          server.ended(address, outcome);
          leave();
        });
  }

  /** How far its relay has come; from any thread. */
  Relay.Progress progress() {
    var begun = relay;
    return begun == null ? new Relay.Progress(0, 0) : begun.progress();
  }

  @Override
  public void failed(IOException cause) {
    client.abort();
    server.failed(client.remoteAddress(), cause);
    leave();
  }

  private void end() {
    client.abort();
    leave();
  }

  /** Everything is closed: who counts it no longer has an upstream's figures right, the place last. */
  private void leave() {
    try {
      if (upstream != null) {
        server.ended(upstream);
      }
      server.left(this);
    } finally {
      place.close();
    }
  }

  /** Ends it, from any thread. */
  void cancel() {
    Runnable now;
    synchronized (this) {
      cancelled = true;
      now = cancel;
    }
    now.run();
  }

  /** A loop may have gone on to the next stage before the one before it was told here. */
  private void cancelBy(Stage next, Runnable by) {
    boolean late;
    synchronized (this) {
      if (next.compareTo(stage) < 0) {
        return;
      }
      stage = next;
      cancel = by;
      late = cancelled;
    }
    if (late) {
      by.run();
    }
  }
}
