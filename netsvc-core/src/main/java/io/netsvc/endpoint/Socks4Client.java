package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** SOCKS 4 as in its authors' memo, and 4A: a name after the address 0.0.0.x. */
final class Socks4Client {
  private static final byte[] NO_USER = {};
  private static final byte[] NAME_FOLLOWS = {0, 0, 0, 1};

  private Socks4Client() {}

  static void ask(Handshake handshake, Target target, boolean names, @Nullable Login login)
      throws IOException {
    handshake.write(request(handshake, target, names, login));
    byte[] reply = handshake.read(8);
    if (reply[0] != 0) {
      throw handshake.fault("the reply is of version " + (reply[0] & 0xff) + ", not 0");
    }
    int code = reply[1] & 0xff;
    var reason =
        switch (code) {
          case 90 -> "";
          case 91 -> "rejected or failed";
          case 92 -> "the proxy cannot ask the ident server here";
          case 93 -> "the ident server here tells another user";
          default -> throw handshake.fault("unknown reply " + code);
        };
    if (!reason.isEmpty()) {
      throw new IOException(handshake.what() + ": " + reason);
    }
  }

  private static byte[] request(
      Handshake handshake, Target target, boolean names, @Nullable Login login)
      throws IOException {
    byte[] user = login == null ? NO_USER : login.userBytes();
    byte[] name = {};
    byte[] address = NAME_FOLLOWS;
    if (target.address().orElse(null) instanceof Inet4Address inet && isPlain(inet.getAddress())) {
      address = inet.getAddress();
    } else if (names && target.address().isEmpty()) {
      name = (target.host() + '\0').getBytes(US_ASCII);
    } else {
      var takes = names ? "IPv4 addresses and names" : "IPv4 addresses";
      throw new IOException(handshake.what() + ": the proxy takes only " + takes);
    }
    return ByteBuffer.allocate(9 + user.length + name.length)
        .put((byte) 4)
        .put((byte) 1)
        .putShort((short) target.port())
        .put(address)
        .put(user)
        .put((byte) 0)
        .put(name)
        .array();
  }

  /** Those of 0.0.0.0/24 say that a name follows, but for the first. */
  private static boolean isPlain(byte[] address) {
    return address[0] != 0 || address[1] != 0 || address[2] != 0 || address[3] == 0;
  }
}
