package io.netsvc.endpoint;

import io.netsvc.text.Visible;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.SSLException;

/** What went wrong, in one line that people can act on. */
final class TlsFailure {
  private static final String ALERT = "Received fatal alert: ";
  private static final int SHOWN = 40;

  private static final String NO_CERTIFICATE = "the peer does not accept our certificate";

  /** What the alerts of RFC 8446 section 6.2 mean for whoever gets them. */
  private static final Map<String, String> ALERTS =
      Map.ofEntries(
          Map.entry("bad_certificate", NO_CERTIFICATE),
          Map.entry("unsupported_certificate", NO_CERTIFICATE),
          Map.entry("certificate_revoked", NO_CERTIFICATE),
          Map.entry("certificate_expired", "the peer finds our certificate expired"),
          Map.entry("certificate_unknown", NO_CERTIFICATE),
          Map.entry("unknown_ca", "the peer does not know who issued our certificate"),
          Map.entry("certificate_required", "the peer wants a certificate from us"),
          Map.entry("access_denied", "the peer does not let us in"),
          Map.entry("protocol_version", "no version of TLS is common to both"),
          Map.entry("handshake_failure", "no cipher is common to both, or the peer wants a certificate"),
          Map.entry("insufficient_security", "the peer wants better ciphers"),
          Map.entry("unrecognized_name", "the peer does not know the server name"),
          Map.entry("no_application_protocol", "no ALPN protocol is common to both"));

  private TlsFailure() {}

  /** Puts into words what TLS threw; that of a socket is given back as it is. */
  static IOException of(String what, IOException e) {
    if (!(e instanceof SSLException) || isTold(what, e)) {
      return e;
    }
    var told = new SSLException(what + ": " + reason(e));
    told.initCause(e);
    return told;
  }

  /** As {@link #of}, for a handshake, in which a socket's failures are told, too. */
  static IOException inHandshake(String what, Exception e) {
    return switch (e) {
      case ClosedChannelException closed -> closed;
      case SocketTimeoutException timeout -> timeout;
      case SSLException tls -> of(what, tls);
      case SocketException socket -> told(what + ": " + socket.getMessage(), socket);
      default -> told(what + ": " + reason(e), e);
    };
  }

  /** Whether the peer told why it gave up. */
  static boolean isAlert(SSLException e) {
    return String.valueOf(e.getMessage()).contains(ALERT);
  }

  private static IOException told(String message, Exception e) {
    return new IOException(message, e);
  }

  private static boolean isTold(String what, IOException e) {
    return e.getMessage() != null && e.getMessage().startsWith(what);
  }

  private static String reason(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Untrusted) {
        return String.valueOf(cause.getMessage());
      }
    }
    var message = String.valueOf(e.getMessage() == null ? e : e.getMessage());
    int alert = message.indexOf(ALERT);
    if (alert >= 0) {
      var name = message.substring(alert + ALERT.length());
      return ALERTS.getOrDefault(name, "the peer gave up") + " (alert " + name + ')';
    }
    if (message.contains("plaintext connection?")) {
      return "the peer speaks no TLS";
    }
    if (message.contains("No available authentication scheme")
        || message.contains("Empty client certificate chain")
        || message.contains("Empty server certificate chain")) {
      return "the peer gave no certificate";
    }
    return visible(message);
  }

  /** A text of the peer's in one line. */
  static String visible(String text) {
    return Visible.text(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The begin of what lies in a buffer, fit for one line. */
  static String text(ByteBuffer buffer) {
    byte[] begin = new byte[Math.min(SHOWN, buffer.remaining())];
    buffer.get(buffer.position(), begin);
    int line = 0;
    while (line < begin.length && begin[line] != '\r' && begin[line] != '\n') {
      line++;
    }
    return Visible.text(Arrays.copyOf(begin, line));
  }
}
