package io.netsvc.cli;

import io.netsvc.endpoint.Tls;
import io.netsvc.endpoint.TlsOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of nc for TLS, which are ncat's: without {@code --ssl-verify} nothing is verified. */
final class NcTls {
  @Option(names = "--ssl", description = "TLS.")
  private boolean ssl;

  @Option(
      names = "--ssl-verify",
      description = {"Verify the other end.", "That is its certificate and its name."})
  private boolean verifies;

  @Option(names = "--ssl-cert", paramLabel = "PEM", description = "Our certificate. Default of -l: self-signed.")
  private @Nullable Path certificate;

  @Option(names = "--ssl-key", paramLabel = "PEM", description = "Its key.")
  private @Nullable Path key;

  @Option(names = "--ssl-trustfile", paramLabel = "PEM", description = "Whom to trust; verifies.")
  private @Nullable Path trust;

  @Option(
      names = "--ssl-servername",
      paramLabel = "NAME",
      description = "The name to ask for, and verify.")
  private @Nullable String name;

  @Option(names = "--ssl-alpn", split = ",", paramLabel = "PROTOCOL", description = "Protocols to offer.")
  private List<String> alpn = List.of();

  boolean isWanted() {
    return ssl || verifies || certificate != null || trust != null || name != null || !alpn.isEmpty();
  }

  /** {@return what these options ask for; null for no TLS} */
  @Nullable Tls of(boolean listens) throws IOException {
    if (!isWanted()) {
      return null;
    }
    return listens ? Tls.server(this::server) : Tls.client(this::client);
  }

  private TlsOptions common(TlsOptions options) {
    var all = options.withBareEnds(true); // ncat's; else a reset would cut what it has still to read
    all = alpn.isEmpty() ? all : all.withAlpn(alpn);
    all = trust == null ? all : all.withTrust(trust);
    return certificate == null
        ? all
        : all.withCertificate(certificate, key == null ? certificate : key);
  }

  private TlsOptions client(TlsOptions options) {
    var all = common(options);
    all = name == null ? all : all.withServerName(name);
    return verifies || trust != null ? all : all.withoutVerification();
  }

  private TlsOptions server(TlsOptions options) {
    var all = common(options);
    return trust == null && !verifies
        ? all
        : all.withClientCertificates(TlsOptions.ClientCertificates.REQUIRED);
  }
}
