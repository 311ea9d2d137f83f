package io.netsvc.endpoint;

import java.util.Objects;
import java.util.Optional;

/**
 * What two ends of TLS have agreed on.
 *
 * @param version such as {@code TLSv1.3}
 * @param cipher such as {@code TLS_AES_128_GCM_SHA256}
 * @param alpn the protocol inside, where one was agreed on
 * @param serverName the name that a server was asked for, or that a client asked for
 * @param peer the subject of the peer's certificate, where it gave one: proven only if verified
 */
public record TlsSession(
    String version,
    String cipher,
    Optional<String> alpn,
    Optional<String> serverName,
    Optional<String> peer) {

  /** Takes the values as they are. */
  public TlsSession {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(cipher, "cipher");
    Objects.requireNonNull(alpn, "alpn");
    Objects.requireNonNull(serverName, "serverName");
    Objects.requireNonNull(peer, "peer");
  }
}
