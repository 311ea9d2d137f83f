package io.netsvc.net;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One peer's session, on the thread of its relay's loop. */
final class DatagramSession {
  private static final int MAX_HELD = 16;

  final DatagramSide.Flow flow;
  final SocketAddress peer;
  long usedNanos;
  boolean ended;

  /** Null until the upstream is found. */
  @Nullable DatagramSide upstream;

  @Nullable Thread finder;
  private List<ByteBuffer> held = List.of();

  DatagramSession(DatagramSide.Flow flow, SocketAddress peer) {
    this.flow = flow;
    this.peer = peer;
  }

  /**
   * Keeps datagrams until the upstream is found.
   *
   * @param room bytes that may still be kept
   * @return how many could not be kept
   */
  int hold(DatagramSide.Run run, long room) {
    if (held.isEmpty()) {
      held = new ArrayList<>();
    }
    int lost = 0;
    long left = room;
    for (var datagram : run.copies()) {
      left -= datagram.remaining();
      if (held.size() < MAX_HELD && left >= 0) {
        held.add(datagram);
      } else {
        lost++;
      }
    }
    return lost;
  }

  /** Gives up what was kept. */
  List<ByteBuffer> release() {
    var all = held;
    held = List.of();
    return all;
  }

  long heldBytes() {
    return held.stream().mapToLong(ByteBuffer::remaining).sum();
  }
}
