package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One datagram socket of a relay, on the thread of its loop. No call blocks. */
interface DatagramSide {

  /** A peer, and which of the port's addresses it asks, if anybody can tell: what a session is for. */
  interface Flow {
    SocketAddress peer();
  }

  /** Datagrams of one flow, in memory that is the loop's. */
  interface Run {
    Flow flow();

    int datagrams();

    /** {@return whether they were longer than there was room for, and have lost their ends} */
    boolean cut();

    /** {@return copies that may be kept} */
    List<ByteBuffer> copies();
  }

  /** Calls back as long as something is there; called once. */
  void watch(Runnable readable) throws IOException;

  /** Hands over what waits, but only so much that others get their turn. */
  void receive(Consumer<Run> runs, DatagramTally tally);

  /**
   * Sends datagrams of the same transport.
   *
   * @param to whom; null for whom the socket is connected to
   */
  void send(Run run, @Nullable Flow to, DatagramTally tally);

  /** Sends a datagram to whom the socket is connected to. */
  void send(ByteBuffer datagram, DatagramTally tally);

  /** {@return whether its peer is gone for good, so that only another socket could reach a new one} */
  boolean lost();

  /** Closes it; idempotent. */
  void close();
}
