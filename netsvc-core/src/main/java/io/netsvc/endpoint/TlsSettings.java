package io.netsvc.endpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;

/** The values behind {@link TlsOptions}. */
record TlsSettings(
    @Nullable String serverName,
    List<String> alpn,
    @Nullable Path trust,
    boolean verified,
    @Nullable Own own,
    ClientCertificates clients,
    Duration handshakeTimeout,
    List<String> versions,
    boolean bareEnds)
    implements TlsOptions {
  private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

  static final TlsSettings DEFAULTS =
      new TlsSettings(
          null,
          List.of(),
          null,
          true,
          null,
          ClientCertificates.NONE,
          Duration.ofSeconds(10),
          List.of(),
          false);

  /** Where the own certificate comes from. */
  sealed interface Own {}

  record Files(Path chain, Path key) implements Own {}

  record Made(List<String> names) implements Own {}

  @Override
  public TlsOptions withServerName(String name) {
    var _ = new SNIHostName(name);
    return new TlsSettings(
        name, alpn, trust, verified, own, clients, handshakeTimeout, versions, bareEnds);
  }

  @Override
  public TlsOptions withAlpn(List<String> protocols) {
    for (var protocol : protocols) {
      int length = protocol.getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > 255) {
        throw new IllegalArgumentException("ALPN protocol of " + length + " bytes");
      }
    }
    return new TlsSettings(
        serverName,
        List.copyOf(protocols),
        trust,
        verified,
        own,
        clients,
        handshakeTimeout,
        versions,
        bareEnds);
  }

  @Override
  public TlsOptions withTrust(Path pem) {
    Objects.requireNonNull(pem, "pem");
    return new TlsSettings(
        serverName, alpn, pem, verified, own, clients, handshakeTimeout, versions, bareEnds);
  }

  @Override
  public TlsOptions withoutVerification() {
    return new TlsSettings(
        serverName, alpn, trust, false, own, clients, handshakeTimeout, versions, bareEnds);
  }

  @Override
  public TlsOptions withCertificate(Path chainPem, Path keyPem) {
    Objects.requireNonNull(chainPem, "chainPem");
    Objects.requireNonNull(keyPem, "keyPem");
    return withOwn(new Files(chainPem, keyPem));
  }

  @Override
  public TlsOptions withSelfSigned(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("a certificate for no name");
    }
    for (var name : names) {
      if (SelfSigned.literal(name).isEmpty() && !name.startsWith("*.")) {
        var _ = new SNIHostName(name);
      }
    }
    return withOwn(new Made(List.copyOf(names)));
  }

  private TlsOptions withOwn(Own value) {
    return new TlsSettings(
        serverName, alpn, trust, verified, value, clients, handshakeTimeout, versions, bareEnds);
  }

  @Override
  public TlsOptions withClientCertificates(ClientCertificates demand) {
    Objects.requireNonNull(demand, "demand");
    return new TlsSettings(
        serverName, alpn, trust, verified, own, demand, handshakeTimeout, versions, bareEnds);
  }

  @Override
  public TlsOptions withHandshakeTimeout(Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("handshake timeout out of range: " + timeout);
    }
    return new TlsSettings(
        serverName, alpn, trust, verified, own, clients, timeout, versions, bareEnds);
  }

  @Override
  public TlsOptions withProtocols(List<String> values) {
    if (values.isEmpty() || !VERSIONS.containsAll(values)) {
      throw new IllegalArgumentException("versions of TLS: " + values + ", known are TLSv1.2, TLSv1.3");
    }
    return new TlsSettings(
        serverName,
        alpn,
        trust,
        verified,
        own,
        clients,
        handshakeTimeout,
        List.copyOf(values),
        bareEnds);
  }

  @Override
  public TlsOptions withBareEnds(boolean taken) {
    return new TlsSettings(
        serverName, alpn, trust, verified, own, clients, handshakeTimeout, versions, taken);
  }
}
