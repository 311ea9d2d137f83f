package io.netsvc.endpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** Certificates and keys in the text form of RFC 7468. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private static final byte[] RSA =
      Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Der.of(Der.NULL));
  private static final byte[] EC = Der.oid("1.2.840.10045.2.1");
  private static final byte[] VERSION = Der.integer(BigInteger.ZERO);

  private Pem() {}

  private record Block(String label, String body) {
    byte[] der(Path file) throws IOException {
      try {
        return Base64.getMimeDecoder().decode(body);
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": no PEM: " + e.getMessage(), e);
      }
    }
  }

  /** Reads the certificates of a file, at least one. */
  static List<X509Certificate> certificates(Path file) throws IOException {
    var found = new ArrayList<X509Certificate>();
    for (var block : blocks(file)) {
      if (block.label.endsWith("CERTIFICATE")) {
        try {
          var certificate =
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(block.der(file)));
          found.add((X509Certificate) certificate);
        } catch (CertificateException e) {
          throw new IOException(file + ": a bad certificate: " + e.getMessage(), e);
        }
      }
    }
    if (found.isEmpty()) {
      throw new IOException(file + ": no certificate in it (PEM: -----BEGIN CERTIFICATE-----)");
    }
    return found;
  }

  /** Reads the first private key of a file: PKCS#8, or the older forms of RSA and EC. */
  static PrivateKey key(Path file) throws IOException {
    for (var block : blocks(file)) {
      if (block.label.endsWith("PRIVATE KEY")) {
        return key(file, block);
      }
    }
    throw new IOException(file + ": no private key in it (PEM: -----BEGIN PRIVATE KEY-----)");
  }

  private static PrivateKey key(Path file, Block block) throws IOException {
    if (block.label.startsWith("ENCRYPTED") || block.body.contains("ENCRYPTED")) {
      throw new IOException(file + ": the key is encrypted" + convert(file));
    }
    byte[] der = block.der(file);
    try {
      return switch (block.label) {
        case "PRIVATE KEY" -> pkcs8(file, der);
        case "RSA PRIVATE KEY" -> // RFC 8017 appendix A.1.2
            pkcs8(file, Der.sequence(VERSION, RSA, Der.of(Der.OCTET_STRING, der)));
        case "EC PRIVATE KEY" ->
            pkcs8(
                file,
                Der.sequence(
                    VERSION, Der.sequence(EC, curve(der)), Der.of(Der.OCTET_STRING, der)));
        default -> throw new IOException(file + ": a " + block.label + " is not known" + convert(file));
      };
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": a bad private key: " + e.getMessage() + convert(file), e);
    }
  }

  private static String convert(Path file) {
    return "; convert it: openssl pkey -in " + file + " -out plain.pem";
  }

  /** The parameters in a key of RFC 5915. */
  private static byte[] curve(byte[] der) {
    var key = Der.contents(ByteBuffer.wrap(der));
    while (key.hasRemaining()) {
      var element = Der.next(key);
      if ((element.get(0) & 0xff) == 0xa0) {
        var parameters = Der.contents(element);
        byte[] curve = new byte[parameters.remaining()];
        parameters.get(curve);
        return curve;
      }
    }
    throw new IllegalArgumentException("no curve in it");
  }

  private static PrivateKey pkcs8(Path file, byte[] der) throws IOException {
    var spec = new PKCS8EncodedKeySpec(der);
    for (var algorithm : List.of("RSA", "EC", "EdDSA", "RSASSA-PSS")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException _) {
        // It is of another kind: each factory knows its own alone.
      }
    }
    throw new IOException(file + ": no RSA, EC or EdDSA key" + convert(file));
  }

  private static List<Block> blocks(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": permission denied", e);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    var found = new ArrayList<Block>();
    for (var matcher = BLOCK.matcher(text); matcher.find(); ) {
      found.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return found;
  }
}
