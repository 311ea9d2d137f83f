package io.netsvc.endpoint;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** How a {@link Tls} speaks TLS; immutable, so an instance may be shared and reused. */
public sealed interface TlsOptions permits TlsSettings {

  /** Whether a server asks its clients for certificates. */
  enum ClientCertificates {
    /** It does not ask. */
    NONE,
    /** It asks, and takes clients that have none; one that is not trusted ends the handshake. */
    WANTED,
    /** Clients without a trusted certificate are not let in. */
    REQUIRED
  }

  /**
   * Returns these options with the name that a client asks the server for (SNI, RFC 6066 section 3)
   * and that the server's certificate must be for. Default: the host that is connected to; one that
   * is an address is not sent, but must be in the certificate.
   *
   * @throws IllegalArgumentException if it is no host name
   */
  TlsOptions withServerName(String name);

  /**
   * Returns these options with these protocols offered or taken, the preferred ones first (ALPN, RFC
   * 7301). A server that has none of a client's ends the handshake. Default: none, no ALPN.
   *
   * @throws IllegalArgumentException if one is empty or longer than 255 bytes
   */
  TlsOptions withAlpn(List<String> protocols);

  /**
   * Returns these options with the issuers in this PEM file trusted, and no others: a client's for
   * its servers, a server's for its clients. A self-signed certificate is its own issuer. Default:
   * those that the JVM trusts.
   */
  TlsOptions withTrust(Path pem);

  /** Returns these options with any certificate for any name taken: anybody may be in the middle. */
  TlsOptions withoutVerification();

  /**
   * Returns these options with this certificate shown to the peer, a client's only if the server
   * asks. The chain has the certificate first and then its issuers, all PEM; the key is unencrypted
   * PEM, of PKCS#8 or of the older forms for RSA and EC. Default: a client has none, a server a
   * self-signed one.
   */
  TlsOptions withCertificate(Path chainPem, Path keyPem);

  /**
   * Returns these options with a certificate made for these host names and addresses, at least one,
   * in memory: P-256, signed by itself, valid from yesterday for 30 days. Default for a server
   * without a certificate: {@code localhost}, {@code 127.0.0.1} and {@code ::1}.
   *
   * @throws IllegalArgumentException if one is neither a host name nor an address
   */
  TlsOptions withSelfSigned(List<String> names);

  /**
   * Returns these options with clients asked for certificates by the issuers of {@link #withTrust},
   * which must be given unless nothing is verified. Default: {@code NONE}. For servers.
   */
  TlsOptions withClientCertificates(ClientCertificates demand);

  /** Returns these options with this long for a handshake; positive. Default: 10 s. */
  TlsOptions withHandshakeTimeout(Duration timeout);

  /**
   * Returns these options with these versions alone: {@code TLSv1.2}, {@code TLSv1.3}, at least one.
   * Default: what the JVM has on, as a rule both.
   *
   * @throws IllegalArgumentException if one is another
   */
  TlsOptions withProtocols(List<String> versions);

  /**
   * Returns these options with a FIN between two records taken as an end of the stream, though it
   * comes without a close_notify, as ncat sends it: whoever cuts the connection can feign one (RFC
   * 8446 section 6.1). Default: it is a failure.
   */
  TlsOptions withBareEnds(boolean taken);
}
