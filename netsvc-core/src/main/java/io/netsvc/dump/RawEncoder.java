package io.netsvc.dump;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;

/** The bytes themselves. */
final class RawEncoder implements Encoder {
  @Override
  public Conversation stream(SocketAddress first, SocketAddress second) {
    return (_, bytes) -> List.of(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
  }
}
