package io.netsvc.endpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The TLS of an end, as the options of its URI say. */
final class TlsUri {
  private TlsUri() {}

  /** Of one that connects: verified, unless it says otherwise. */
  static Tls client(EndOptions options) {
    var name = options.text("sni");
    boolean verifies = options.flag("verify", true);
    return made(
        options,
        parts ->
            Tls.client(
                o -> {
                  var all = parts.on(o);
                  all = name.isPresent() ? all.withServerName(name.get()) : all;
                  return verifies ? all : all.withoutVerification();
                }));
  }

  /** Of one that listens: with a certificate of its own making, unless one is given. */
  static Tls server(EndOptions options) {
    var clients = options.text("client-cert").map(text -> clients(text, options));
    return made(
        options,
        parts ->
            Tls.server(
                o -> {
                  var all = parts.on(o);
                  // Whom to trust means nothing unless somebody is asked who they are.
                  return clients.isPresent() || parts.trust().isPresent()
                      ? all.withClientCertificates(
                          clients.orElse(TlsOptions.ClientCertificates.REQUIRED))
                      : all;
                }));
  }

  private static TlsOptions.ClientCertificates clients(String text, EndOptions options) {
    return switch (text) {
      case "no", "none" -> TlsOptions.ClientCertificates.NONE;
      case "wanted" -> TlsOptions.ClientCertificates.WANTED;
      case "required", "yes" -> TlsOptions.ClientCertificates.REQUIRED;
      default -> throw options.wrong("client-cert", text, "expected required, wanted or none");
    };
  }

  /** What both kinds have. */
  private record Parts(List<String> alpn, Optional<Path> trust, Optional<Path> certificate, Optional<Path> key) {
    TlsOptions on(TlsOptions options) {
      var all = alpn.isEmpty() ? options : options.withAlpn(alpn);
      all = trust.isPresent() ? all.withTrust(trust.get()) : all;
      return certificate.isPresent()
          ? all.withCertificate(certificate.get(), key.orElse(certificate.get()))
          : all;
    }
  }

  private interface Making {
    Tls make(Parts parts) throws IOException;
  }

  private static Tls made(EndOptions options, Making making) {
    var alpn = options.text("alpn").map(text -> List.of(text.split(","))).orElse(List.of());
    var parts = new Parts(alpn, options.path("ca"), options.path("cert"), options.path("key"));
    if (parts.key().isPresent() && parts.certificate().isEmpty()) {
      throw options.wrong("key", parts.key().get().toString(), "expected a cert with it");
    }
    try {
      return making.make(parts);
    } catch (IOException | IllegalArgumentException e) {
      throw options.failed(String.valueOf(e.getMessage()), e);
    }
  }
}
