package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The CONNECT method of HTTP/1.1: RFC 9110 section 9.3.6. */
final class ConnectServer implements Dialect {
  private static final Pattern REQUEST = Pattern.compile("([!-~]+) ([!-~]+) HTTP/1\\.[01]");
  private static final Pattern AUTHORITY = Pattern.compile("(\\[[^]]*]|[^:]*):([0-9]{1,5})");

  static Asked read(Handshake handshake, @Nullable Login login) throws IOException {
    var dialect = new ConnectServer();
    HttpHead head;
    try {
      head = HttpHead.read(handshake);
    } catch (HttpHead.TooLong e) {
      throw dialect.refusal(handshake, Failure.TOO_LONG);
    } catch (HttpHead.Malformed e) {
      throw dialect.refusal(handshake, Failure.MALFORMED);
    }
    var request = REQUEST.matcher(head.start());
    if (!request.matches()) {
      throw dialect.refusal(handshake, Failure.MALFORMED);
    }
    if (!request.group(1).equals("CONNECT")) {
      throw dialect.refusal(handshake, Failure.COMMAND);
    }
    if (login != null && !isIn(head, login)) {
      throw dialect.refusal(handshake, Failure.LOGIN);
    }
    var authority = AUTHORITY.matcher(request.group(2));
    if (!authority.matches()) {
      throw dialect.refusal(handshake, Failure.MALFORMED);
    }
    int port = Integer.parseInt(authority.group(2));
    return new Asked(dialect.target(handshake, authority.group(1), port), dialect);
  }

  private static boolean isIn(HttpHead head, Login login) {
    return head.field("Proxy-Authorization").filter(login::isBasic).isPresent();
  }

  @Override
  public byte[] granted(SocketAddress bound) {
    return "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(ISO_8859_1);
  }

  @Override
  public byte[] refused(Failure failure) {
    var field =
        switch (failure) {
          case COMMAND -> "Allow: CONNECT\r\n"; // RFC 9110 section 15.5.6
          case LOGIN -> "Proxy-Authenticate: Basic realm=\"proxy\", charset=\"UTF-8\"\r\n";
          default -> "";
        };
    return "HTTP/1.1 %s\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n"
        .formatted(failure.http(), field)
        .getBytes(ISO_8859_1);
  }
}
