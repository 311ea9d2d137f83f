package io.netsvc.endpoint;

import io.netsvc.endpoint.TlsOptions.ClientCertificates;
import io.netsvc.net.AddressText;
import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One side of TLS (RFC 8446, RFC 5246), with its certificates: files are read when it is made, and
 * not again. The certificate of a server is verified, and that it is for the name (RFC 9525), unless
 * the options say otherwise.
 *
 * <p>Its connections end in each direction by a close_notify: one that ends without, by a FIN that
 * anybody may have sent, throws an {@link IOException} at the reader after what came before it. With
 * TLS 1.3 each direction ends by itself; before that a close_notify of the peer's ends both.
 *
 * <p>Instances are safe for use by multiple concurrent threads.
 */
public final class Tls {
  private final SSLContext context;
  private final TlsSettings settings;
  private final @Nullable Identity identity;
  private final boolean client;

  private Tls(
      SSLContext context, TlsSettings settings, @Nullable Identity identity, boolean client) {
    this.context = context;
    this.settings = settings;
    this.identity = identity;
    this.client = client;
  }

  /**
   * Returns the client's side.
   *
   * @throws IOException if a file cannot be read or used; the message begins with its name
   */
  public static Tls client(UnaryOperator<TlsOptions> options) throws IOException {
    return of((TlsSettings) options.apply(TlsSettings.DEFAULTS), true);
  }

  /**
   * Returns the server's side.
   *
   * @throws IOException if a file cannot be read or used; the message begins with its name
   * @throws IllegalArgumentException if certificates of clients are asked for and no issuer is given
   */
  public static Tls server(UnaryOperator<TlsOptions> options) throws IOException {
    return of((TlsSettings) options.apply(TlsSettings.DEFAULTS), false);
  }

  private static Tls of(TlsSettings settings, boolean client) throws IOException {
    boolean asks = !client && settings.clients() != ClientCertificates.NONE;
    if (asks && settings.verified() && settings.trust() == null) {
      throw new IllegalArgumentException("no issuer of the clients' certificates: withTrust");
    }
    var identity = identity(settings, client);
    var keys = identity == null ? new KeyManager[0] : new KeyManager[] {identity.keyManager()};
    var trust = settings.verified() ? Trust.of(settings.trust()) : new TrustAnyone();
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(keys, new TrustManager[] {trust}, null);
      return new Tls(context, settings, identity, client);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS: " + e.getMessage(), e);
    }
  }

  private static @Nullable Identity identity(TlsSettings settings, boolean client)
      throws IOException {
    return switch (settings.own()) {
      case null -> client ? null : SelfSigned.of(SelfSigned.LOCAL);
      case TlsSettings.Files files -> Identity.of(files.chain(), files.key());
      case TlsSettings.Made made -> SelfSigned.of(made.names());
    };
  }

  /**
   * Shakes hands with a server over a connection, which the returned one owns; if that fails, it is
   * reset.
   *
   * @param host the name or the address of the server, as the user gave it
   * @param port for the messages, and to resume sessions; 0 to 65535
   * @throws java.net.SocketTimeoutException if the time for it is up
   * @throws IOException if it fails or the server is not who it should be, in one line
   * @throws IllegalStateException if this is a server's side
   */
  public Connection connect(Connection raw, String host, int port) throws IOException {
    Objects.requireNonNull(raw, "raw");
    Objects.requireNonNull(host, "host");
    must(client, "a server's side does not connect");
    var bare = bare(host);
    var name = settings.serverName() == null ? bare : settings.serverName();
    var engine = context.createSSLEngine(name, port);
    engine.setUseClientMode(true);
    var parameters = engine.getSSLParameters();
    sni(name).ifPresent(sni -> parameters.setServerNames(List.of(sni)));
    if (settings.verified()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    engine.setSSLParameters(parameters);
    var shown = bare.indexOf(':') < 0 ? bare : '[' + bare + ']';
    return open(raw, engine, "TLS with " + TlsFailure.visible(shown) + ':' + port);
  }

  /**
   * Shakes hands with a client over a connection, which the returned one owns; if that fails, it is
   * reset.
   *
   * @throws java.net.SocketTimeoutException if the time for it is up
   * @throws IOException if it fails, in one line
   * @throws IllegalStateException if this is a client's side
   */
  public Connection accept(Connection raw) throws IOException {
    Objects.requireNonNull(raw, "raw");
    must(!client, "a client's side does not accept");
    var engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    switch (settings.clients()) {
      case NONE -> {}
      case WANTED -> engine.setWantClientAuth(true);
      case REQUIRED -> engine.setNeedClientAuth(true);
    }
    return open(raw, engine, "TLS with " + text(raw.remoteAddress()));
  }

  private static void must(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalStateException(otherwise);
    }
  }

  private Connection open(Connection raw, SSLEngine engine, String what) throws IOException {
    if (!settings.versions().isEmpty()) {
      engine.setEnabledProtocols(settings.versions().toArray(String[]::new));
    }
    var parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(settings.alpn().toArray(String[]::new));
    engine.setSSLParameters(parameters);
    return TlsConnection.open(raw, engine, what, settings);
  }

  /** The host without brackets, and without the dot that makes a name absolute. */
  private static String bare(String host) {
    if (host.startsWith("[") && host.endsWith("]")) {
      return host.substring(1, host.length() - 1);
    }
    return host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** The name to ask for: addresses are not, and names that DNS could not have. */
  private static Optional<SNIServerName> sni(String name) {
    if (SelfSigned.literal(name).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SNIHostName(name));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && !inet.isUnresolved()) {
      var host = AddressText.of(inet.getAddress());
      return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + inet.getPort();
    }
    var text = TlsFailure.visible(address.toString());
    return text.isEmpty() ? "a local peer" : text;
  }

  /**
   * {@return the SHA-256 of this side's certificate in hexadecimal, such as {@code 0A:1B:...}, as
   * {@code openssl x509 -fingerprint -sha256} prints it; empty if it has none}
   */
  public Optional<String> fingerprint() {
    return Optional.ofNullable(identity).map(Identity::fingerprint);
  }

  /** {@return what a connection of {@link #connect} or {@link #accept} speaks; empty for others} */
  public static Optional<TlsSession> session(Connection connection) {
    Objects.requireNonNull(connection, "connection");
    if (!(connection instanceof TlsConnection tls)) {
      return Optional.empty();
    }
    var engine = tls.engine();
    var session = engine.getSession();
    return Optional.of(
        new TlsSession(
            session.getProtocol(),
            session.getCipherSuite(),
            Optional.ofNullable(engine.getApplicationProtocol()).filter(name -> !name.isEmpty()),
            session instanceof ExtendedSSLSession extended ? asked(extended) : Optional.empty(),
            peer(engine)));
  }

  private static Optional<String> asked(ExtendedSSLSession session) {
    for (var name : session.getRequestedServerNames()) {
      if (name instanceof SNIHostName host) {
        return Optional.of(TlsFailure.visible(host.getAsciiName()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> peer(SSLEngine engine) {
    try {
      return engine.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate
          ? Optional.of(Trust.name(certificate))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty();
    }
  }

  @Nullable Identity identity() {
    return identity;
  }
}
