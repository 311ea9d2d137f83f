package io.netsvc.net;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener whose clients are each relayed to an upstream. A client that cannot be taken anywhere
 * is reset at once. Beyond the maximum of relays, clients wait in the backlog: nobody who was
 * accepted is dropped for want of fds.
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
  private final LongAdder forward = new LongAdder();
  private final LongAdder backward = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Thread, Connection> connecting = new HashMap<>();
  private final Set<Relay> relays = new HashSet<>();
  private int open;
  private boolean stopped;
  private boolean forced;

  private RelayServer(Listener listener, Upstream upstream, RelayServerSettings settings) {
    this.listener = listener;
    this.upstream = upstream;
    this.settings = settings;
  }

  /**
   * What a server has done.
   *
   * @param accepted clients that were accepted
   * @param failed clients that were reset because no upstream could be reached
   * @param open clients that are relayed, or about to be
   * @param forward bytes that upstreams took from clients, of relays that have ended
   * @param backward bytes that clients took from upstreams, of relays that have ended
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
    var settings = (RelayServerSettings) options.apply(RelayServerSettings.defaults());
    var server = new RelayServer(listener, upstream, settings);
    listener.onAccept(server::accepted);
    return server;
  }

  /** {@return what the server has done until now} */
  public Snapshot snapshot() {
    lock.lock();
    try {
      return new Snapshot(accepted.sum(), failed.sum(), open, forward.sum(), backward.sum());
    } finally {
      lock.unlock();
    }
  }

  private void accepted(Connection client) {
    accepted.increment();
    var thread = Thread.ofVirtual().name("netsvc-connect").unstarted(() -> connect(client));
    lock.lock();
    try {
      if (stopped) {
        client.close();
        return;
      }
      connecting.put(thread, client);
      if (++open == settings.maxRelays()) {
        listener.pause();
      }
    } finally {
      lock.unlock();
    }
    thread.start();
  }

  private void connect(Connection client) {
    var address = client.remoteAddress();
    Relay relay = null;
    try {
      relay = Relay.between(client, upstream.connect(), settings.relay());
    } catch (IOException e) {
      failed.increment();
      client.abort();
      guarded(() -> settings.events().failed(address, e));
    } catch (InterruptedException | RuntimeException | Error e) {
      client.abort();
      if (!(e instanceof InterruptedException)) {
        log.warn("upstream failed client={}", address, e);
      }
    } finally {
      connected(relay);
    }
    if (relay != null) {
      guarded(() -> settings.events().started(address));
      var begun = relay;
      relay.onEnd(
          outcome -> {
            forward.add(outcome.forward());
            backward.add(outcome.backward());
            guarded(() -> settings.events().ended(address, outcome));
            ended(begun);
          });
    }
  }

  private void connected(@Nullable Relay relay) {
    boolean late;
    lock.lock();
    try {
      connecting.remove(Thread.currentThread());
      if (relay == null) {
        freed();
        return;
      }
      relays.add(relay);
      late = stopped && forced;
    } finally {
      lock.unlock();
    }
    if (late) {
      relay.abort();
    }
  }

  private void ended(Relay relay) {
    lock.lock();
    try {
      relays.remove(relay);
      freed();
    } finally {
      lock.unlock();
    }
  }

  private void freed() {
    if (open-- == settings.maxRelays() && !stopped) {
      listener.resume();
    }
    changed.signalAll();
  }

  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      log.warn("a listener of relay events failed", e);
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
      while (open > 0) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void force() {
    lock.lock();
    try {
      forced = true;
      connecting.forEach(
          (thread, client) -> {
            thread.interrupt();
            client.abort();
          });
      relays.forEach(Relay::abort);
    } finally {
      lock.unlock();
    }
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
