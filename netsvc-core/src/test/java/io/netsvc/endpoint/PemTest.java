package io.netsvc.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.endpoint.TlsPair.Pems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that will not do are named, with what to do. */
@Timeout(30)
class PemTest {
  @TempDir private Path directory;

  @Test
  void badFiles_areNamedWithTheReason() throws Exception {
    var good = Pems.local(directory);
    var other = Pems.of(directory, "other", SelfSigned.of(List.of("other")));
    var missing = directory.resolve("missing");
    refused(missing, good.key(), missing + ": no such file");
    refused(good.key(), good.key(), good.key() + ": no certificate in it");
    refused(good.chain(), good.chain(), good.chain() + ": no private key in it");
    refused(good.chain(), other.key(), other.key() + ": is not the key of the certificate in");
    var text = Files.readString(good.key());
    var encrypted = directory.resolve("encrypted");
    Files.writeString(encrypted, text.replace("PRIVATE", "ENCRYPTED PRIVATE"));
    refused(good.chain(), encrypted, encrypted + ": the key is encrypted; convert it: openssl pkey");
    var cut = directory.resolve("cut");
    Files.writeString(cut, text.replaceFirst("\n.{64}\n", "\nAAAA\n").replace("PRIVATE", "EC PRIVATE"));
    refused(good.chain(), cut, cut + ": a bad private key");
  }

  private static void refused(Path chain, Path key, String message) {
    assertThatThrownBy(() -> Tls.server(o -> o.withCertificate(chain, key)))
        .isInstanceOf(java.io.IOException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void options_outOfRange_areRefused() {
    var options = TlsSettings.DEFAULTS;
    assertThatThrownBy(() -> options.withProtocols(List.of("SSLv3")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withAlpn(List.of("")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withSelfSigned(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withHandshakeTimeout(java.time.Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withServerName("a b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fingerprint_isTheCertificates() throws Exception {
    var tls = Tls.server(o -> o.withSelfSigned(List.of("example.org", "192.0.2.1", "2001:db8::1")));
    assertThat(tls.fingerprint().orElseThrow()).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
    assertThat(Tls.client(o -> o).fingerprint()).isEmpty();
  }
}
