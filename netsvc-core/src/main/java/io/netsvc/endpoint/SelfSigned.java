package io.netsvc.endpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A certificate made on demand, which nobody but its key has signed; RFC 5280. */
final class SelfSigned {
  /** For whoever asks for none of a name. */
  static final List<String> LOCAL = List.of("localhost", "127.0.0.1", "::1");

  private static final int MAX_COMMON_NAME = 64;
  private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

  private SelfSigned() {}

  /** Makes a P-256 key with a certificate for these names and addresses, from yesterday for 30 days. */
  static Identity of(List<String> names) throws IOException {
    return of(names, Instant.now().minus(Duration.ofDays(1)), Duration.ofDays(30));
  }

  static Identity of(List<String> names, Instant from, Duration validity) throws IOException {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var keys = generator.generateKeyPair();
      byte[] body = body(names, keys, from, from.plus(validity));
      var signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(body);
      byte[] der = Der.sequence(body, ECDSA_SHA256, Der.bits(signature.sign()));
      var certificate =
          CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
      return new Identity(List.of((X509Certificate) certificate), keys.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IOException("self-signed certificate: " + e.getMessage(), e);
    }
  }

  private static byte[] body(List<String> names, KeyPair keys, Instant from, Instant until) {
    byte[] name = name(names.getFirst());
    return Der.sequence(
        Der.of(0xa0, Der.integer(BigInteger.TWO)), // version 3
        Der.integer(new BigInteger(127, new SecureRandom()).setBit(126)),
        ECDSA_SHA256,
        name,
        Der.sequence(Der.time(from), Der.time(until)),
        name,
        keys.getPublic().getEncoded(),
        Der.of(
            0xa3,
            Der.sequence(
                extension("2.5.29.19", Der.sequence()), // no CA
                extension("2.5.29.17", alternatives(names)))));
  }

  private static byte[] name(String text) {
    var common = text.length() > MAX_COMMON_NAME ? text.substring(0, MAX_COMMON_NAME) : text;
    return Der.sequence(Der.of(Der.SET, Der.sequence(Der.oid("2.5.4.3"), Der.utf8(common))));
  }

  private static byte[] extension(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.of(Der.OCTET_STRING, value));
  }

  /** The names of RFC 5280 section 4.2.1.6. */
  private static byte[] alternatives(List<String> names) {
    byte[][] each = new byte[names.size()][];
    for (int i = 0; i < each.length; i++) {
      var name = names.get(i);
      each[i] =
          literal(name)
              .map(address -> Der.of(0x87, address.getAddress()))
              .orElseGet(() -> Der.of(0x82, name.getBytes(StandardCharsets.US_ASCII)));
    }
    return Der.sequence(each);
  }

  /** The address that a text is, if it is one; asks no resolver. */
  static Optional<InetAddress> literal(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
