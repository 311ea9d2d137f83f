package io.netsvc.endpoint;

import static io.netsvc.endpoint.Socks5Client.IPV4;
import static io.netsvc.endpoint.Socks5Client.IPV6;
import static io.netsvc.endpoint.Socks5Client.LOGIN;
import static io.netsvc.endpoint.Socks5Client.NAME;
import static io.netsvc.endpoint.Socks5Client.NO_LOGIN;
import static io.netsvc.endpoint.Socks5Client.NO_METHOD;
import static io.netsvc.endpoint.Socks5Client.VERSION;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** SOCKS 5, with users and passwords: RFC 1928 and RFC 1929. */
final class Socks5Server implements Dialect {

  /** Reads a greeting after its version and its number of methods, and then the request. */
  static Asked read(Handshake handshake, int methods, @Nullable Login login) throws IOException {
    var dialect = new Socks5Server();
    int wanted = login == null ? NO_LOGIN : LOGIN;
    boolean offered = false;
    for (byte method : handshake.read(methods)) {
      offered |= method == wanted;
    }
    if (!offered) {
      byte[] none = {VERSION, (byte) NO_METHOD};
      throw new Refused(handshake, Failure.LOGIN, none);
    }
    handshake.write(new byte[] {VERSION, (byte) wanted});
    if (login != null) {
      logIn(handshake, login);
    }
    return dialect.request(handshake);
  }

  private static void logIn(Handshake handshake, Login login) throws IOException {
    int version = handshake.readByte();
    if (version != 1) {
      throw handshake.fault("user and password are of version " + version + ", not 1");
    }
    byte[] user = handshake.read(handshake.readByte());
    byte[] password = handshake.read(handshake.readByte());
    if (!login.matches(user, password)) {
      throw new Refused(handshake, Failure.LOGIN, new byte[] {1, 1});
    }
    handshake.write(new byte[] {1, 0});
  }

  private Asked request(Handshake handshake) throws IOException {
    byte[] head = handshake.read(4);
    if (head[0] != VERSION) {
      throw handshake.fault("the request is of version " + (head[0] & 0xff) + ", not 5");
    }
    var host =
        switch (head[3]) {
          case IPV4 -> InetAddress.getByAddress(handshake.read(4)).getHostAddress();
          case IPV6 -> InetAddress.getByAddress(handshake.read(16)).getHostAddress();
          case NAME -> new String(handshake.read(handshake.readByte()), US_ASCII);
          default -> throw refusal(handshake, Failure.ADDRESS_TYPE);
        };
    int port = ByteBuffer.wrap(handshake.read(2)).getShort() & 0xffff;
    if (head[1] != 1) { // neither BIND nor UDP ASSOCIATE
      throw refusal(handshake, Failure.COMMAND);
    }
    return new Asked(target(handshake, host, port), this);
  }

  @Override
  public byte[] granted(SocketAddress bound) {
    return bound instanceof InetSocketAddress inet && !inet.isUnresolved()
        ? reply(0, inet.getAddress().getAddress(), inet.getPort())
        : reply(0, new byte[4], 0);
  }

  @Override
  public byte[] refused(Failure failure) {
    return reply(failure.socks5(), new byte[4], 0);
  }

  private static byte[] reply(int code, byte[] address, int port) {
    return ByteBuffer.allocate(6 + address.length)
        .put((byte) VERSION)
        .put((byte) code)
        .put((byte) 0)
        .put((byte) (address.length == 4 ? IPV4 : IPV6))
        .put(address)
        .putShort((short) port)
        .array();
  }
}
