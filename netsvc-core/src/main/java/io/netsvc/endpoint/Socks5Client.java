package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** SOCKS 5, with users and passwords: RFC 1928 and RFC 1929. */
final class Socks5Client {
  static final int VERSION = 5;
  static final int NO_LOGIN = 0;
  static final int LOGIN = 2;
  static final int NO_METHOD = 255;
  static final int IPV4 = 1;
  static final int NAME = 3;
  static final int IPV6 = 4;

  private Socks5Client() {}

  static void ask(Handshake handshake, Target target, @Nullable Login login) throws IOException {
    handshake.write(
        login == null
            ? new byte[] {VERSION, 1, NO_LOGIN}
            : new byte[] {VERSION, 2, NO_LOGIN, LOGIN});
    int method = read(handshake, VERSION);
    if (method == LOGIN && login != null) {
      logIn(handshake, login);
    } else if (method == NO_METHOD) {
      throw new IOException(
          handshake.what()
              + (login == null
                  ? ": the proxy wants a user and a password"
                  : ": the proxy takes neither user and password nor nobody"));
    } else if (method != NO_LOGIN) {
      throw handshake.fault("the proxy chose method " + method + ", which was not offered");
    }
    handshake.write(request(target));
    int code = read(handshake, VERSION);
    if (code != 0) {
      throw failure(handshake, code); // some send no more than this
    }
    skipAddress(handshake);
  }

  private static void logIn(Handshake handshake, Login login) throws IOException {
    byte[] user = login.userBytes();
    byte[] password = login.passwordBytes();
    handshake.write(
        ByteBuffer.allocate(3 + user.length + password.length)
            .put((byte) 1)
            .put((byte) user.length)
            .put(user)
            .put((byte) password.length)
            .put(password)
            .array());
    if (read(handshake, 1) != 0) {
      throw new IOException(handshake.what() + ": the proxy refused the user or the password");
    }
  }

  /** {@return the second byte of a reply whose first one is the version} */
  private static int read(Handshake handshake, int version) throws IOException {
    byte[] reply = handshake.read(2);
    if (reply[0] != version) {
      throw handshake.fault("a reply is of version " + (reply[0] & 0xff) + ", not " + version);
    }
    return reply[1] & 0xff;
  }

  private static byte[] request(Target target) {
    byte[] name = target.host().getBytes(US_ASCII);
    var address = target.address().map(inet -> inet.getAddress()).orElse(name);
    var request = ByteBuffer.allocate(7 + address.length).put(new byte[] {VERSION, 1, 0});
    if (target.address().isEmpty()) {
      request.put((byte) NAME).put((byte) name.length);
    } else {
      request.put((byte) (address.length == 4 ? IPV4 : IPV6));
    }
    request.put(address).putShort((short) target.port());
    var bytes = new byte[request.flip().remaining()];
    request.get(bytes);
    return bytes;
  }

  /** What address the proxy connects from, which need not be one. */
  private static void skipAddress(Handshake handshake) throws IOException {
    byte[] head = handshake.read(3);
    int type = head[1] & 0xff;
    int first = head[2] & 0xff;
    handshake.read(
        2
            + switch (type) {
              case IPV4 -> 3;
              case IPV6 -> 15;
              case NAME -> first;
              default -> throw handshake.fault("unknown address type " + type);
            });
  }

  /** RFC 1928 section 6. */
  private static IOException failure(Handshake handshake, int code) {
    var what = handshake.what() + ": ";
    return switch (code) {
      case 1 -> new IOException(what + "general failure of the proxy");
      case 2 -> new IOException(what + "not allowed by the proxy's rules");
      case 3 -> new NoRouteToHostException(what + "Network is unreachable");
      case 4 -> new NoRouteToHostException(what + "Host is unreachable");
      case 5 -> new ConnectException(what + "Connection refused");
      case 6 -> new SocketTimeoutException(what + "TTL expired");
      case 7 -> new IOException(what + "the proxy does not know the command");
      case 8 -> new IOException(what + "the proxy does not know the address type");
      default -> handshake.fault("unknown reply " + code);
    };
  }
}
