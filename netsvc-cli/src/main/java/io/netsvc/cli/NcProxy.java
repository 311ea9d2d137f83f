package io.netsvc.cli;

import io.netsvc.endpoint.ProxyClient;
import io.netsvc.net.Endpoint;
import io.netsvc.services.ServicesDatabase;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of nc for a proxy to connect through. */
final class NcProxy {
  @Option(names = {"-x", "--proxy"}, paramLabel = "HOST[:PORT]", description = "Connect through a proxy.")
  private @Nullable String proxy;

  @Option(names = {"-X", "--proxy-type"}, paramLabel = "KIND", description = "4, 4a, 5 or connect. Default: 5.")
  private String proxyKind = "5";

  @Option(names = "-P", paramLabel = "USER", description = "For the proxy; asks for the password.")
  private @Nullable String proxyUser;

  @Option(names = "--proxy-auth", paramLabel = "USER:PASSWORD", description = "For the proxy.")
  private @Nullable String proxyLogin;

  boolean isWanted() {
    return proxy != null;
  }

  /**
   * {@return what these options ask for; null for no proxy}
   *
   * @param timeout how long its handshake may take; null for the default
   * @throws IllegalArgumentException in one line
   */
  NcOptions.@Nullable Proxy of(@Nullable Duration timeout) {
    if (proxy == null) {
      return null;
    }
    var place = proxy;
    var kind =
        switch (proxyKind.toLowerCase(Locale.ROOT)) {
          case "4", "socks4" -> ProxyClient.Kind.SOCKS4;
          case "4a", "socks4a" -> ProxyClient.Kind.SOCKS4A;
          case "5", "socks5", "socks" -> ProxyClient.Kind.SOCKS5;
          case "connect", "http" -> ProxyClient.Kind.HTTP;
          default -> throw misused("-X: read \"" + proxyKind + "\", expected 4, 4a, 5 or connect");
        };
    boolean hasPort = place.matches("\\[.*]:.*|[^:\\[]*:.*");
    var at =
        Endpoint.parse(
            hasPort ? place : place + (kind == ProxyClient.Kind.HTTP ? ":3128" : ":1080"),
            ServicesDatabase.system()::resolve);
    var client = ProxyClient.of(kind);
    if (timeout != null) {
      client = client.withTimeout(timeout);
    }
    var login = login();
    if (login != null) {
      int colon = login.indexOf(':');
      client = client.withCredentials(login.substring(0, colon), login.substring(colon + 1));
    }
    return new NcOptions.Proxy(
        InetSocketAddress.createUnresolved(at.host().isEmpty() ? "localhost" : at.host(), at.port()),
        client);
  }

  /** The user, a colon and the password; null for nobody. */
  @SuppressWarnings("SystemConsoleNull") // it may be, by its Javadoc
  private @Nullable String login() {
    if (proxyLogin != null) {
      if (proxyLogin.indexOf(':') < 1) {
        throw misused("--proxy-auth: expected USER:PASSWORD");
      }
      return proxyLogin;
    }
    if (proxyUser == null) {
      return null;
    }
    var console = System.console();
    if (console == null || !console.isTerminal()) {
      throw misused("-P: no terminal to ask for the password; --proxy-auth gives it");
    }
    var password = console.readPassword("Proxy password for %s: ", proxyUser);
    return proxyUser + ':' + new String(password);
  }

  private static IllegalArgumentException misused(String message) {
    return new IllegalArgumentException(message);
  }
}
