package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** SOCKS 4 as in its authors' memo, and 4A: a name after the address 0.0.0.x. */
final class Socks4Server implements Dialect {
  static final int VERSION = 4;
  private static final int LONGEST = 255;

  /** Reads a request after its version and its command. */
  static Asked read(Handshake handshake, int command, @Nullable Login login) throws IOException {
    var dialect = new Socks4Server();
    var fixed = ByteBuffer.wrap(handshake.read(6));
    int port = fixed.getShort() & 0xffff;
    var address = new byte[4];
    fixed.get(address);
    dialect.text(handshake); // the user, whom nothing proves
    boolean named = address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] != 0;
    var host =
        named ? dialect.text(handshake) : InetAddress.getByAddress(address).getHostAddress();
    if (login != null) {
      throw dialect.refusal(handshake, Failure.LOGIN); // there are no passwords
    }
    if (command != 1) {
      throw dialect.refusal(handshake, Failure.COMMAND);
    }
    return new Asked(dialect.target(handshake, host, port), dialect);
  }

  /** Reads up to a NUL; at least that must still come. */
  private String text(Handshake handshake) throws IOException {
    var text = new ByteArrayOutputStream();
    for (int b = handshake.readByte(); b != 0; b = handshake.readByte()) {
      text.write(b);
      if (text.size() > LONGEST) {
        throw refusal(handshake, Failure.MALFORMED);
      }
    }
    return text.toString(US_ASCII);
  }

  @Override
  public byte[] granted(SocketAddress bound) {
    var reply = ByteBuffer.allocate(8).put((byte) 0).put((byte) 90);
    if (bound instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet4Address four) {
      reply.putShort((short) inet.getPort()).put(four.getAddress());
    }
    return reply.array();
  }

  @Override
  public byte[] refused(Failure failure) {
    return new byte[] {0, 91, 0, 0, 0, 0, 0, 0};
  }
}
