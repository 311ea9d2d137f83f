package io.netsvc.dump;

import io.netsvc.net.Outcome;
import io.netsvc.net.Outcome.Side;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;

/** How a dump looks. What each call returns, buffers with arrays, is written in one piece. */
interface Encoder {

  /** {@return what a file begins with} */
  default List<ByteBuffer> begin() {
    return List.of();
  }

  Conversation stream(SocketAddress first, SocketAddress second);

  default Conversation datagrams(SocketAddress first, SocketAddress second) {
    return stream(first, second);
  }

  /** One relay. */
  interface Conversation {
    default List<ByteBuffer> begin() {
      return List.of();
    }

    List<ByteBuffer> seen(Side from, ByteBuffer bytes);

    default List<ByteBuffer> end(Outcome outcome) {
      return List.of();
    }
  }
}
