package io.netsvc.endpoint;

import java.security.cert.CertificateException;

/** Why a peer's certificate is not accepted, for people. */
final class Untrusted extends CertificateException {
  private static final long serialVersionUID = 1;

  Untrusted(String reason, CertificateException cause) {
    super(reason, cause);
  }
}
