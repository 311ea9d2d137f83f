package io.netsvc.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Several upstreams for the same thing. Each client gets the next one in turn, or the one with the
 * fewest open connections; one that cannot be connected to is left for the next, and then skipped
 * for a second, and after each further failure in a row for twice as long, up to a minute. Where all
 * are skipped, all are tried. A name's addresses are all tried, as {@link Connector} says. Upstreams
 * are safe for use by multiple concurrent threads.
 */
public final class Upstreams implements Upstream {
  private static final long FIRST_SKIP_NANOS = 1_000_000_000L;
  private static final long LONGEST_SKIP_NANOS = 60_000_000_000L;

  private final Connector connector;
  private final List<Target> targets = new ArrayList<>();
  private final boolean fewest;
  private final boolean onLoops;
  private final LongSupplier nanoTime;
  private final Map<Connection, Target> given = new ConcurrentHashMap<>();
  private int turn;

  Upstreams(
      Connector connector,
      List<? extends SocketAddress> addresses,
      boolean fewest,
      LongSupplier nanoTime) {
    this.connector = Objects.requireNonNull(connector, "connector");
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no upstream");
    }
    this.fewest = fewest;
    this.nanoTime = nanoTime;
    for (var address : addresses) {
      targets.add(new Target(literal(address)));
    }
    this.onLoops = targets.stream().allMatch(t -> connector.connectsOnLoops(t.address));
  }

  /** Returns upstreams that take turns; unresolved addresses are resolved for each connection. */
  public static Upstreams inTurn(Connector connector, List<? extends SocketAddress> addresses) {
    return new Upstreams(connector, addresses, false, System::nanoTime);
  }

  /** Returns upstreams of which the one with the fewest open connections is next. */
  public static Upstreams fewestConnections(
      Connector connector, List<? extends SocketAddress> addresses) {
    return new Upstreams(connector, addresses, true, System::nanoTime);
  }

  /**
   * What is known of one upstream.
   *
   * @param address as it was given
   * @param open connections that are open, or being opened
   * @param connected how often it could be connected to
   * @param failed how often it could not
   * @param skippedFor how long it is skipped from now on; zero for not at all
   */
  public record State(
      SocketAddress address, int open, long connected, long failed, Duration skippedFor) {}

  /** One upstream; guarded by the upstreams' lock. */
  private static final class Target {
    final SocketAddress address;
    int open;
    long connected;
    long failed;
    int failedInRow;
    long skippedUntilNanos;

    Target(SocketAddress address) {
      this.address = address;
    }

    long skippedFor(long now) {
      return failedInRow == 0 ? 0 : Math.max(0, skippedUntilNanos - now);
    }
  }

  /** Nothing needs to be looked up for an address that is written out. */
  private static SocketAddress literal(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      try {
        return new InetSocketAddress(InetAddress.ofLiteral(inet.getHostString()), inet.getPort());
      } catch (IllegalArgumentException e) {
        return address; // a name
      }
    }
    return address;
  }

  /** {@return what is known of each upstream, in the order they were given in} */
  public synchronized List<State> snapshot() {
    long now = nanoTime.getAsLong();
    return targets.stream()
        .map(
            t ->
                new State(
                    t.address,
                    t.open,
                    t.connected,
                    t.failed,
                    Duration.ofNanos(t.skippedFor(now))))
        .toList();
  }

  @Override
  public Connection connect() throws IOException, InterruptedException {
    IOException first = null;
    for (var target : order()) {
      begun(target);
      try {
        return connected(target, connector.connect(target.address));
      } catch (IOException e) {
        failed(target);
        first = collected(first, e);
      } catch (InterruptedException | RuntimeException | Error e) {
        gone(target);
        throw e;
      }
    }
    throw first == null ? new IOException("no upstream") : first;
  }

  private static IOException collected(@Nullable IOException first, IOException next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }

  /** {@return whether {@link #begin} can be used} */
  boolean connectsOnLoops() {
    return onLoops;
  }

  /**
   * As {@link #connect}, without a thread: what came of it is told on an event loop, which may be
   * before this returns.
   *
   * @return what makes it fail, from any thread
   */
  Runnable begin(Connecting connecting) {
    var attempt = new Attempt(connecting);
    attempt.next();
    return attempt::cancel;
  }

  /** One client's tries, on the thread of whichever loop has the present one. */
  private final class Attempt implements Connecting {
    private final Connecting connecting;
    private final List<Target> order = order();
    private @Nullable IOException first;
    private int tries;
    private Runnable cancel = () -> {};
    private boolean cancelled;

    Attempt(Connecting connecting) {
      this.connecting = connecting;
    }

    void next() {
      int number = tries;
      var target = order.get(number);
      begun(target);
      Runnable begun;
      try {
        begun = connector.begin(target.address, this);
      } catch (RuntimeException | Error e) {
        failed(new IOException("connect " + target.address + ": " + e, e));
        return;
      }
      boolean late;
      synchronized (this) {
        if (number != tries) {
          return; // it has failed already, and the next one has begun
        }
        cancel = begun;
        late = cancelled;
      }
      if (late) {
        begun.run();
      }
    }

    @Override
    public void connected(Connection connection) {
      connecting.connected(Upstreams.this.connected(order.get(tries), connection));
    }

    @Override
    public void failed(IOException cause) {
      first = collected(first, cause);
      boolean over;
      synchronized (this) {
        if (cancelled) {
          gone(order.get(tries)); // that is not its failure
        } else {
          Upstreams.this.failed(order.get(tries));
        }
        tries++;
        over = cancelled || tries == order.size();
      }
      if (over) {
        connecting.failed(first);
      } else {
        next();
      }
    }

    void cancel() {
      Runnable now;
      synchronized (this) {
        cancelled = true;
        now = cancel;
      }
      now.run();
    }
  }

  /** The upstreams for one client, the best first. */
  private synchronized List<Target> order() {
    int size = targets.size();
    if (size == 1) {
      return targets;
    }
    var order = new ArrayList<Target>(size);
    for (int i = 0; i < size; i++) {
      order.add(targets.get((turn + i) % size));
    }
    turn = (turn + 1) % size;
    long now = nanoTime.getAsLong();
    var best = Comparator.<Target>comparingLong(target -> target.skippedFor(now));
    order.sort(fewest ? best.thenComparingInt(target -> target.open) : best);
    return order;
  }

  private synchronized void begun(Target target) {
    target.open++;
  }

  private synchronized Connection connected(Target target, Connection connection) {
    target.connected++;
    target.failedInRow = 0;
    given.put(connection, target);
    return connection;
  }

  private synchronized void failed(Target target) {
    target.open--;
    target.failed++;
    target.failedInRow++;
    long skip = FIRST_SKIP_NANOS << Math.min(target.failedInRow - 1, 6);
    target.skippedUntilNanos = nanoTime.getAsLong() + Math.min(skip, LONGEST_SKIP_NANOS);
  }

  private synchronized void gone(Target target) {
    target.open--;
  }

  @Override
  public void ended(Connection connection) {
    var target = given.remove(Objects.requireNonNull(connection, "connection"));
    if (target != null) {
      gone(target);
    }
  }

  @Override
  public String toString() {
    return targets.stream().map(target -> target.address.toString()).toList().toString();
  }
}
