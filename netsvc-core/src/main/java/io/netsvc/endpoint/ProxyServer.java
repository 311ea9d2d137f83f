package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Upstream;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients say where they want to be connected to. It reads their request and not one byte more,
 * so the connection they made is itself the one to relay. {@link #upstream} does all of it for a
 * {@link io.netsvc.net.RelayServer}:
 *
 * {@snippet :
 * var connector = Connector.of(o -> o);
 * var socks = ProxyServer.socks().upstream(to -> connector.connect(to.host(), to.port()));
 * RelayServer.serve(Listener.open(address), socks);
 * }
 *
 * <p>Instances are immutable, and safe for use by multiple concurrent threads.
 */
public final class ProxyServer {
  private final boolean http;
  private final @Nullable Login login;
  private final Predicate<Target> rule;
  private final Duration timeout;

  private ProxyServer(
      boolean http, @Nullable Login login, Predicate<Target> rule, Duration timeout) {
    this.http = http;
    this.login = login;
    this.rule = rule;
    this.timeout = timeout;
  }

  /** How to get to a target. */
  @FunctionalInterface
  public interface Route {
    /**
     * Connects, on a virtual thread of the client's own: it may block.
     *
     * @throws IOException if it cannot be reached; the client is told, as {@link
     *     ProxyRequest#refuse} says
     * @throws InterruptedException if the relay is being closed
     */
    Connection connect(Target target) throws IOException, InterruptedException;
  }

  /**
   * Returns a server for SOCKS 4, 4A and 5 (RFC 1928), of which the client's first byte tells. Of the
   * commands there is CONNECT only.
   */
  public static ProxyServer socks() {
    return new ProxyServer(false, null, _ -> true, Duration.ofSeconds(10));
  }

  /** Returns a server for the CONNECT method of HTTP/1.0 and 1.1: RFC 9110 section 9.3.6. */
  public static ProxyServer http() {
    return new ProxyServer(true, null, _ -> true, Duration.ofSeconds(10));
  }

  /**
   * Returns this server for one user only, who has a password: RFC 1929 for SOCKS 5, Basic
   * authentication (RFC 7617) for HTTP. SOCKS 4 has no passwords, so it is refused then. None of that
   * is encrypted. Default: anybody.
   *
   * @param user 1 to 255 bytes of UTF-8, without colons and control characters
   * @param password up to 255 bytes of UTF-8, without control characters
   */
  public ProxyServer withCredentials(String user, String password) {
    return new ProxyServer(http, new Login(user, password), rule, timeout);
  }

  /**
   * Returns this server with a rule for which targets are allowed. It sees a name as the client
   * wrote it, not what that resolves to: a rule for addresses has to refuse names. It sees an address in
   * one spelling, IPv4-mapped ones as IPv4. Default: all are.
   */
  public ProxyServer withRule(Predicate<Target> allowed) {
    return new ProxyServer(http, login, Objects.requireNonNull(allowed, "rule"), timeout);
  }

  /** Returns this server with a positive time for all of a client's request. Default: 10 seconds. */
  public ProxyServer withTimeout(Duration limit) {
    if (!limit.isPositive()) {
      throw new IllegalArgumentException("timeout is not positive: " + limit);
    }
    return new ProxyServer(http, login, rule, limit);
  }

  /**
   * Reads what a client asks for. One that asks for what it cannot have is told so, as {@link
   * ProxyRequest#refuse} does. Whatever this throws, the connection is closed then.
   *
   * @param client from which nothing was read
   * @return the request, which is to be answered
   * @throws java.net.SocketTimeoutException if the time is up
   * @throws java.net.ProtocolException if it is no request, or one that is not granted
   * @throws IOException if the connection fails, or ends first
   */
  public ProxyRequest read(Connection client) throws IOException {
    var what = (http ? "HTTP" : "SOCKS") + " client " + client.remoteAddress();
    var handshake = new Handshake(client, what);
    var read = Deadline.within(timeout, what, client, () -> read(handshake));
    if (read.refused != null) {
      ProxyRequest.end(handshake, read.refused.reply());
      throw read.refused;
    }
    return Objects.requireNonNull(read.request);
  }

  /** Either what a client asked for, or why not. */
  private record Read(@Nullable ProxyRequest request, Dialect.@Nullable Refused refused) {}

  private Read read(Handshake handshake) throws IOException {
    try {
      var asked = http ? ConnectServer.read(handshake, login) : readSocks(handshake);
      if (!rule.test(asked.target())) {
        throw asked.dialect().refusal(handshake, Failure.NOT_ALLOWED);
      }
      return new Read(new ProxyRequest(handshake, asked), null);
    } catch (Dialect.Refused e) {
      return new Read(null, e);
    }
  }

  private Dialect.Asked readSocks(Handshake handshake) throws IOException {
    byte[] first = handshake.read(2); // all have as much, and 5 may have no more
    int second = first[1] & 0xff;
    return switch (first[0]) {
      case Socks4Server.VERSION -> Socks4Server.read(handshake, second, login);
      case Socks5Client.VERSION -> Socks5Server.read(handshake, second, login);
      default -> throw handshake.fault("version " + (first[0] & 0xff) + ", not 4 or 5");
    };
  }

  /**
   * Returns the upstream that takes each client where it asks to go, and answers it. A header of the
   * PROXY protocol that the relay sends goes to the target.
   */
  public Upstream upstream(Route route) {
    Objects.requireNonNull(route, "route");
    return new Upstream() {
      @Override
      public Connection connect() {
        throw new IllegalStateException("without a client there is no target");
      }

      @Override
      public Connection connect(Connection client) throws IOException, InterruptedException {
        return read(client).connect(route);
      }
    };
  }

  @Override
  public String toString() {
    return (http ? "HTTP" : "SOCKS") + " server" + (login == null ? "" : ", " + login);
  }
}
