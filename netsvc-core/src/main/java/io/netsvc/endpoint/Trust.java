package io.netsvc.endpoint;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom to trust: what the JDK checks (RFC 5280, RFC 9525), with reasons that people understand. */
final class Trust extends X509ExtendedTrustManager {
  private static final int MAX_NAMES = 5;

  private final X509ExtendedTrustManager checker;

  private Trust(X509ExtendedTrustManager checker) {
    this.checker = checker;
  }

  /** Trusts the issuers in a file, or those that the JVM trusts. */
  static Trust of(@Nullable Path pem) throws IOException {
    try {
      var factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(pem == null ? null : store(Pem.certificates(pem)));
      for (var manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager checker) {
          return new Trust(checker);
        }
      }
      throw new IOException("this JVM checks no certificates");
    } catch (GeneralSecurityException e) {
      throw new IOException((pem == null ? "trusted issuers" : pem) + ": " + e.getMessage(), e);
    }
  }

  private static KeyStore store(List<X509Certificate> issuers)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < issuers.size(); i++) {
      store.setCertificateEntry("issuer" + i, issuers.get(i));
    }
    return store;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    try {
      checker.checkServerTrusted(chain, type, engine);
      chain[0].checkValidity(); // which the JDK leaves out where it is trusted itself
    } catch (CertificateException e) {
      throw untrusted(chain, e, () -> checker.checkServerTrusted(chain, type));
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    try {
      checker.checkClientTrusted(chain, type, engine);
      chain[0].checkValidity(); // which the JDK leaves out where it is trusted itself
    } catch (CertificateException e) {
      throw untrusted(chain, e, () -> checker.checkClientTrusted(chain, type));
    }
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private static Untrusted untrusted(
      X509Certificate[] chain, CertificateException e, Check withoutName) {
    var now = Instant.now();
    for (var each : chain) {
      var of = each.equals(chain[0]) ? "" : " (of the issuer " + name(each) + ')';
      if (each.getNotAfter().toInstant().isBefore(now)) {
        return new Untrusted("the certificate expired on " + day(each.getNotAfter()) + of, e);
      }
      if (each.getNotBefore().toInstant().isAfter(now)) {
        return new Untrusted(
            "the certificate is not valid before " + day(each.getNotBefore()) + of, e);
      }
    }
    try {
      withoutName.run();
      return new Untrusted("the certificate is for other names: " + names(chain[0]), e);
    } catch (CertificateException _) {
      return new Untrusted("the certificate is not trusted: " + whyNot(chain, e), e);
    }
  }

  private static String whyNot(X509Certificate[] chain, CertificateException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    var last = chain[chain.length - 1];
    var message = String.valueOf(root.getMessage());
    if (!message.contains("unable to find valid certification path")
        && !message.contains("Signature does not match")) { // of a trusted one with that name
      return TlsFailure.visible(message);
    }
    if (last.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
      return chain.length == 1 ? "self-signed" : "self-signed issuer " + name(last);
    }
    return "unknown issuer " + TlsFailure.visible(last.getIssuerX500Principal().getName());
  }

  static String name(X509Certificate certificate) {
    return TlsFailure.visible(certificate.getSubjectX500Principal().getName());
  }

  private static String day(Date date) {
    return date.toInstant().atZone(ZoneOffset.UTC).toLocalDate().toString();
  }

  /** The names and addresses that a certificate is for. */
  private static String names(X509Certificate certificate) {
    var names = new ArrayList<String>();
    try {
      var all = certificate.getSubjectAlternativeNames();
      for (var each : all == null ? List.<List<?>>of() : all) {
        if (each.get(0) instanceof Integer kind && (kind == 2 || kind == 7)) {
          names.add(TlsFailure.visible(String.valueOf(each.get(1))));
        }
      }
    } catch (CertificateException _) {
      // Then it has none.
    }
    if (names.isEmpty()) {
      return name(certificate);
    }
    return names.size() <= MAX_NAMES
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, MAX_NAMES)) + ", ...";
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    checker.checkClientTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    checker.checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checker.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checker.checkServerTrusted(chain, type, socket);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return Objects.requireNonNull(checker.getAcceptedIssuers());
  }
}
