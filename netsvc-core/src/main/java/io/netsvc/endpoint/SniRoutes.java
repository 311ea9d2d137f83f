package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Upstream;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Upstreams by the name that TLS clients ask for (RFC 6066 section 3), which stays encrypted all the
 * way: no certificate is needed here. The client's first message is read, and then written to the
 * upstream; the rest is relayed as it is. Names that clients encrypt (ECH) are those of the outer
 * message. Instances are immutable but for what they have given, and safe for use by multiple
 * concurrent threads; each is for one relay server.
 */
public final class SniRoutes implements Upstream {
  private static final Pattern NAME = Pattern.compile("(\\*\\.)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,250}");

  /** {@code unrecognized_name}, fatal: RFC 6066 section 3, in a record of RFC 8446 section 5.1. */
  private static final byte[] UNRECOGNIZED = {21, 3, 1, 0, 2, 2, 112};

  private static final byte[] NOTHING = {};

  private final Map<String, Upstream> routes;
  private final @Nullable Upstream byDefault;
  private final Duration timeout;
  private final Map<Connection, Given> given = new ConcurrentHashMap<>();

  private SniRoutes(Map<String, Upstream> routes, @Nullable Upstream byDefault, Duration timeout) {
    this.routes = Map.copyOf(routes);
    this.byDefault = byDefault;
    this.timeout = timeout;
  }

  /** Whose a connection is, and what it is to see first. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Given(Upstream by, byte[] first) {}

  /** Returns routes to nowhere: every client is refused. */
  public static SniRoutes none() {
    return new SniRoutes(Map.of(), null, Duration.ofSeconds(10));
  }

  /**
   * Returns these routes with one more, or another one for the same name.
   *
   * @param name in any case, such as {@code www.example.org}; or {@code *.example.org} for all that end
   *     so, but not {@code example.org} itself. The exact name is best, then the longest end.
   */
  public SniRoutes withRoute(String name, Upstream upstream) {
    Objects.requireNonNull(upstream, "upstream");
    if (!NAME.matcher(name).matches() || name.endsWith(".")) {
      throw new IllegalArgumentException("no name, and no *. before one");
    }
    var more = new HashMap<>(routes);
    more.put(name.toLowerCase(Locale.ROOT), upstream);
    return new SniRoutes(more, byDefault, timeout);
  }

  /**
   * Returns these routes with an upstream for all other names, for TLS without a name, and for what
   * is no TLS. Default: the name is refused with TLS's alert, and what is no TLS with a reset.
   */
  public SniRoutes withDefault(Upstream upstream) {
    return new SniRoutes(routes, Objects.requireNonNull(upstream, "upstream"), timeout);
  }

  /**
   * Returns these routes with a positive time for the client to say its first message, of up to 64
   * KiB, which is reset then. One who waits for the other end to begin never says one. Default: 10
   * seconds.
   */
  public SniRoutes withTimeout(Duration limit) {
    if (!limit.isPositive()) {
      throw new IllegalArgumentException("timeout is not positive: " + limit);
    }
    return new SniRoutes(routes, byDefault, limit);
  }

  @Override
  public Connection connect() {
    throw new IllegalStateException("without a client there is no name");
  }

  @Override
  public Connection connect(Connection client) throws IOException, InterruptedException {
    var handshake = new Handshake(client, "TLS client " + client.remoteAddress());
    var hello =
        Deadline.within(timeout, handshake.what(), client, () -> ClientHello.read(handshake));
    var upstream = hello.serverName().flatMap(this::route).orElse(byDefault);
    if (upstream == null) {
      throw refused(handshake, hello);
    }
    var connection = upstream.connect(client);
    given.put(connection, new Given(upstream, hello.bytes()));
    return connection;
  }

  private static ProtocolException refused(Handshake handshake, ClientHello hello) {
    if (!hello.tls()) {
      return handshake.fault("no TLS");
    }
    ProxyRequest.end(handshake, UNRECOGNIZED);
    return handshake.fault(
        hello.serverName().map(name -> "no route to " + name).orElse("asks for no name"));
  }

  private Optional<Upstream> route(String name) {
    var exact = routes.get(name);
    int dot = name.indexOf('.');
    while (exact == null && dot >= 0) {
      exact = routes.get('*' + name.substring(dot));
      dot = name.indexOf('.', dot + 1);
    }
    return Optional.ofNullable(exact);
  }

  @Override
  public void begin(Connection client, Connection connection)
      throws IOException, InterruptedException {
    Objects.requireNonNull(client, "client");
    var ours = given.get(Objects.requireNonNull(connection, "connection"));
    if (ours != null) {
      ours.by.begin(client, connection);
      new Handshake(connection, "first message").write(ours.first);
      given.put(connection, new Given(ours.by, NOTHING)); // it is not kept
    }
  }

  @Override
  public void ended(Connection connection) {
    var ours = given.remove(Objects.requireNonNull(connection, "connection"));
    if (ours != null) {
      ours.by.ended(connection);
    }
  }

  @Override
  public String toString() {
    return routes.keySet().toString();
  }
}
