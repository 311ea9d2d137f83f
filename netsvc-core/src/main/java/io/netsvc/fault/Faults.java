package io.netsvc.fault;

import io.netsvc.endpoint.End;
import io.netsvc.net.Connection;
import io.netsvc.net.Upstream;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * Faults of a network that an app's connections have: put it in front of a real server, and switch
 * it while they run.
 *
 * {@snippet :
 * var faults = Faults.none();
 * try (var proxy = RelayServer.serve(listener, faults.upstream(server))) {
 *   faults.set(o -> o.withLatency(Duration.ofMillis(200)));
 *   faults.resetAll();
 *   faults.clear();
 * }
 * }
 *
 * <p>Connections without faults that were not decorated have nothing in their way. One that was, and
 * has had no fault until now, makes the calls of the connection beneath, with no thread and no copy;
 * from its first fault on it has a virtual thread for each direction, and up to 1 MiB on the way. A
 * relay moves decorated connections by copies. Safe for use by multiple concurrent threads.
 */
public final class Faults {
  private final Random random;
  private final Set<FaultyConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile FaultSettings input = FaultSettings.NONE;
  private volatile FaultSettings output = FaultSettings.NONE;

  private Faults(Random random) {
    this.random = random;
  }

  /** Which way bytes go, as the decorated connection's user sees it. */
  public enum Direction {
    /** What is read from the connection; of an upstream's: the answers. */
    INPUT,
    /** What is written to the connection; of an upstream's: the requests. */
    OUTPUT
  }

  /** No faults until they are set. */
  public static Faults none() {
    return new Faults(new Random());
  }

  /** As {@link #none}, with chances that are the same in each run, as far as the timing is. */
  public static Faults seeded(long seed) {
    return new Faults(new Random(seed));
  }

  /** Sets the faults of both directions, from none; connections that are open have them at once. */
  public void set(UnaryOperator<FaultOptions> options) {
    var settings = FaultSettings.of(options);
    input = settings;
    output = settings;
    connections.forEach(FaultyConnection::changed);
  }

  /** Sets the faults of one direction, from none; the other keeps its own. */
  public void set(Direction direction, UnaryOperator<FaultOptions> options) {
    var settings = FaultSettings.of(options);
    switch (direction) {
      case INPUT -> input = settings;
      case OUTPUT -> output = settings;
    }
    connections.forEach(FaultyConnection::changed);
  }

  /** Ends all faults; what was kept back comes at once, and a stream that was cut stays so. */
  public void clear() {
    set(options -> options);
  }

  /** Resets all connections that are open now. */
  public void resetAll() {
    connections.forEach(FaultyConnection::abort);
  }

  /** Decorates a connection, which the returned one closes. */
  public Connection on(Connection connection) {
    return new FaultyConnection(Objects.requireNonNull(connection, "connection"), this);
  }

  /** Decorates the connections of an upstream. */
  public Upstream upstream(Upstream upstream) {
    return new FaultyUpstream(Objects.requireNonNull(upstream, "upstream"), this);
  }

  /** Decorates the connections of an end. */
  public End end(End end) {
    return new FaultyEnd(Objects.requireNonNull(end, "end"), this);
  }

  FaultSettings input() {
    return input;
  }

  FaultSettings output() {
    return output;
  }

  Random random() {
    return random;
  }

  void opened(FaultyConnection connection) {
    connections.add(connection);
  }

  void closed(FaultyConnection connection) {
    connections.remove(connection);
  }
}
