package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks a proxy for a connection to somewhere else. It reads the proxy's replies and not one byte
 * more, so the connection to the proxy is itself the one to the target then, for a relay or a program
 * as well. Instances are immutable, and safe for use by multiple concurrent threads.
 */
public final class ProxyClient {
  private final Kind kind;
  private final @Nullable Login login;
  private final Duration timeout;

  private ProxyClient(Kind kind, @Nullable Login login, Duration timeout) {
    this.kind = kind;
    this.login = login;
    this.timeout = timeout;
  }

  /** What a proxy speaks. */
  public enum Kind {
    /** Version 4 of SOCKS: the targets are IPv4 addresses. There are users, but no passwords. */
    SOCKS4,
    /** SOCKS 4A: the proxy looks names up too. There are users, but no passwords. */
    SOCKS4A,
    /** Version 5 of SOCKS: RFC 1928, and RFC 1929 for users. The proxy looks names up. */
    SOCKS5,
    /** The CONNECT method of HTTP/1.1: RFC 9110 section 9.3.6, and RFC 7617 for users. */
    HTTP
  }

  /** Returns a client without a user, which waits for up to 10 seconds. */
  public static ProxyClient of(Kind kind) {
    return new ProxyClient(Objects.requireNonNull(kind, "kind"), null, Duration.ofSeconds(10));
  }

  /**
   * Returns this client with a user and a password for proxies that want them. HTTP sends them
   * unasked, SOCKS 4 only the user. None of that is encrypted. Default: none.
   *
   * @param user 1 to 255 bytes of UTF-8, without colons and control characters
   * @param password up to 255 bytes of UTF-8, without control characters
   */
  public ProxyClient withCredentials(String user, String password) {
    return new ProxyClient(kind, new Login(user, password), timeout);
  }

  /** Returns this client with a positive time for the whole handshake. Default: 10 seconds. */
  public ProxyClient withTimeout(Duration limit) {
    if (!limit.isPositive()) {
      throw new IllegalArgumentException("timeout is not positive: " + limit);
    }
    return new ProxyClient(kind, login, limit);
  }

  /**
   * Asks for a connection to a target. Whatever it throws, the connection to the proxy is reset then.
   *
   * @param toProxy on which nothing was read or written
   * @param host a name or an address, as {@link Target} says
   * @param port 1 to 65535
   * @return the same connection, which the caller closes
   * @throws IllegalArgumentException if host or port are none
   * @throws java.net.SocketTimeoutException if the time is up, or the proxy says so of its own
   * @throws java.net.ConnectException if the proxy says that the target refused
   * @throws java.net.NoRouteToHostException if it says that there is no way there
   * @throws java.net.ProtocolException if what it says is not of its kind
   * @throws IOException if it refuses for another reason, which the message tells, or the connection fails
   */
  public Connection connect(Connection toProxy, String host, int port) throws IOException {
    Objects.requireNonNull(host, "host");
    var proxy = kind + " proxy " + toProxy.remoteAddress();
    return Deadline.within(
        timeout,
        "connect through " + proxy,
        toProxy,
        () -> {
          var target = new Target(host, port);
          ask(new Handshake(toProxy, "connect " + target + " through " + proxy), target);
          return toProxy;
        });
  }

  private void ask(Handshake handshake, Target target) throws IOException {
    switch (kind) {
      case SOCKS4 -> Socks4Client.ask(handshake, target, false, login);
      case SOCKS4A -> Socks4Client.ask(handshake, target, true, login);
      case SOCKS5 -> Socks5Client.ask(handshake, target, login);
      case HTTP -> ConnectClient.ask(handshake, target, login);
    }
  }

  @Override
  public String toString() {
    return kind + " client" + (login == null ? "" : ", " + login);
  }
}
