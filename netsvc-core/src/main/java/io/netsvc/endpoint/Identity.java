package io.netsvc.endpoint;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key, which every peer that asks for one is shown.
 *
 * @param chain the certificate first, then those that issued it
 */
record Identity(List<X509Certificate> chain, PrivateKey key) {
  private static final String ALIAS = "netsvc";

  Identity {
    chain = List.copyOf(chain);
  }

  /** Reads both files. */
  static Identity of(Path chainPem, Path keyPem) throws IOException {
    var identity = new Identity(Pem.certificates(chainPem), Pem.key(keyPem));
    if (!identity.fits()) {
      throw new IOException(keyPem + ": is not the key of the certificate in " + chainPem);
    }
    return identity;
  }

  private boolean fits() {
    var algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      var signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      byte[] signed = signature.sign();
      signature.initVerify(chain.getFirst().getPublicKey());
      return signature.verify(signed);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /** {@return the SHA-256 of the certificate, as {@code openssl x509 -fingerprint} prints it} */
  String fingerprint() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(chain.getFirst().getEncoded());
      return HexFormat.ofDelimiter(":").formatHex(hash).toUpperCase(Locale.ROOT);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // it was decoded, and every JDK has SHA-256
    }
  }

  X509ExtendedKeyManager keyManager() {
    return new Shown(this);
  }

  /** Asks no peer whom it trusts: one that does not trust the issuer can tell so. */
  private static final class Shown extends X509ExtendedKeyManager {
    private final Identity identity;

    Shown(Identity identity) {
      this.identity = identity;
    }

    private @Nullable String alias(String @Nullable ... types) {
      for (var type : types == null ? new String[0] : types) {
        if (identity.key.getAlgorithm().equals(type)) {
          return ALIAS;
        }
      }
      return null;
    }

    private String @Nullable [] aliases(String type) {
      var alias = alias(type);
      return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
      return aliases(type);
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return alias(types);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return alias(types);
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
      return aliases(type);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return alias(type);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return alias(type);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return identity.chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return identity.key;
    }
  }
}
