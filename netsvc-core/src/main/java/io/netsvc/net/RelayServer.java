package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener whose clients are each relayed to an upstream. A client that cannot be taken anywhere
 * is reset at once. Beyond the {@linkplain ListenOptions#withMaxConnections listener's maximum} clients
 * wait in the backlog: nobody who was accepted is dropped for want of fds.
 *
 * <p>The server owns the listener and all connections. Servers are safe for use by multiple
 * concurrent threads.
 */
public final class RelayServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RelayServer.class);

  private final Listener listener;
  private final Upstream upstream;
  private final RelayServerSettings settings;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition none = lock.newCondition();
  private final Set<RelayClient> clients = new HashSet<>();
  private boolean stopped;

  /** What relays that have ended moved. */
  private long forward;

  private long backward;

  private RelayServer(Listener listener, Upstream upstream, RelayServerSettings settings) {
    this.listener = listener;
    this.upstream = upstream;
    this.settings = settings;
  }

  /**
   * What a server has done.
   *
   * @param accepted clients that were accepted
   * @param failed clients that were reset for what they said first, or for want of an upstream
   * @param open clients that are relayed, or about to be
   * @param forward bytes that upstreams took from clients
   * @param backward bytes that clients took from upstreams
   */
  public record Snapshot(long accepted, long failed, int open, long forward, long backward) {}

  /** Relays with the default options. */
  public static RelayServer serve(Listener listener, Upstream upstream) throws IOException {
    return serve(listener, upstream, options -> options);
  }

  /** Relays each client that the listener accepts, until the server is closed. */
  public static RelayServer serve(
      Listener listener, Upstream upstream, UnaryOperator<RelayServerOptions> options)
      throws IOException {
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(upstream, "upstream");
    var settings = (RelayServerSettings) options.apply(RelayServerSettings.DEFAULTS);
    var server = new RelayServer(listener, upstream, settings);
    listener.onAdmitted(server::accepted);
    return server;
  }

  /** {@return what the server has done until now} */
  public Snapshot snapshot() {
    lock.lock();
    try {
      long to = forward;
      long from = backward;
      for (var client : clients) {
        var moved = client.progress();
        to += moved.forward();
        from += moved.backward();
      }
      return new Snapshot(accepted.sum(), failed.sum(), clients.size(), to, from);
    } finally {
      lock.unlock();
    }
  }

  private void accepted(Connection connection, Admitted.Place place) {
    var client = new RelayClient(this, connection, place);
    accepted.increment();
    lock.lock();
    try {
      if (stopped) {
        connection.close();
        place.close();
        return;
      }
      clients.add(client);
    } finally {
      lock.unlock();
    }
    try {
      client.start();
    } catch (RuntimeException | Error e) {
      client.broken(e);
    }
  }

  RelayServerSettings settings() {
    return settings;
  }

  Upstream upstream() {
    return upstream;
  }

  void started(SocketAddress client) {
    guarded(() -> settings.events().started(client));
  }

  void failed(SocketAddress client, IOException cause) {
    failed.increment();
    guarded(() -> settings.events().failed(client, cause));
  }

  void ended(SocketAddress client, Outcome outcome) {
    guarded(() -> settings.events().ended(client, outcome));
  }

  /** The connection to an upstream has ended. */
  void ended(Connection connection) {
    guarded(() -> upstream.ended(connection));
  }

  void left(RelayClient client) {
    var moved = client.progress();
    lock.lock();
    try {
      clients.remove(client);
      forward += moved.forward();
      backward += moved.backward();
      if (clients.isEmpty()) {
        none.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      log.warn("a callback of a relay server failed", e);
    }
  }

  /**
   * Stops listening at once, gives relays this long to end by themselves, and resets those that
   * have not. An interrupt ends the grace, and is set again.
   *
   * @param grace zero or negative for no time at all
   */
  public Stopped stop(Duration grace) {
    lock.lock();
    try {
      stopped = true;
    } finally {
      lock.unlock();
    }
    listener.close();
    boolean interrupted = false;
    boolean graceful = false;
    try {
      graceful = awaitNone(TimeUnit.NANOSECONDS.convert(grace));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (!graceful) {
      force();
      while (true) {
        try {
          if (awaitNone(Long.MAX_VALUE)) {
            break;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return graceful ? Stopped.GRACEFUL : Stopped.FORCED;
  }

  private boolean awaitNone(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!clients.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = none.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void force() {
    List<RelayClient> all;
    lock.lock();
    try {
      all = List.copyOf(clients);
    } finally {
      lock.unlock();
    }
    all.forEach(RelayClient::cancel);
  }

  /** Stops listening, resets every client, and returns when all are closed. */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  @Override
  public String toString() {
    return "relay " + listener.localAddress();
  }
}
