package io.netsvc.endpoint;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketAddress;

/** How a client asks, and how it is answered. */
interface Dialect {
  /** The end of a handshake in which the client is told why. */
  final class Refused extends ProtocolException {
    private static final long serialVersionUID = 1L;

    private final transient byte[] reply;

    Refused(Handshake handshake, Failure failure, byte[] reply) {
      super(handshake.what() + ": " + failure);
      this.reply = reply;
    }

    byte[] reply() {
      return reply;
    }
  }

  /** What a client asked for. */
  record Asked(Target target, Dialect dialect) {}

  /** {@return the reply after which the stream begins} */
  byte[] granted(SocketAddress bound);

  /** {@return the reply after which nothing comes} */
  byte[] refused(Failure failure);

  /** {@return where to, by what a client wrote} */
  default Target target(Handshake handshake, String host, int port) throws IOException {
    try {
      return new Target(host, port);
    } catch (IllegalArgumentException e) {
      throw refusal(handshake, Failure.MALFORMED);
    }
  }

  default Refused refusal(Handshake handshake, Failure failure) {
    return new Refused(handshake, failure, refused(failure));
  }
}
