package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netsvc.text.Visible;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The CONNECT method of HTTP/1.1: RFC 9110 section 9.3.6. */
final class ConnectClient {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] +([1-5][0-9]{2})(?: .*)?");

  private ConnectClient() {}

  static void ask(Handshake handshake, Target target, @Nullable Login login) throws IOException {
    var request =
        "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n".formatted(target)
            + (login == null ? "" : "Proxy-Authorization: " + login.basic() + "\r\n")
            + "\r\n";
    handshake.write(request.getBytes(ISO_8859_1));
    for (int interim = 0; interim < 10; interim++) {
      var line = HttpHead.read(handshake).start();
      var matcher = STATUS.matcher(line);
      if (!matcher.matches()) {
        throw handshake.fault("the reply is no HTTP/1.1");
      }
      int status = Integer.parseInt(matcher.group(1));
      if (status / 100 == 2) {
        return; // no body, whatever the fields say
      }
      if (status / 100 != 1) { // RFC 9110 section 15.2: 1xx announce another reply
        throw failure(handshake, status, line.substring(matcher.start(1)), login);
      }
    }
    throw handshake.fault("too many interim replies");
  }

  private static IOException failure(
      Handshake handshake, int status, String reason, @Nullable Login login) {
    var what = handshake.what() + ": the proxy ";
    if (status == 407) {
      return new IOException(
          what + (login == null ? "wants a user and a password" : "refused the user or the password"));
    }
    var answered = what + "answered " + Visible.text(reason.getBytes(ISO_8859_1));
    return status == 504 ? new SocketTimeoutException(answered) : new IOException(answered);
  }
}
