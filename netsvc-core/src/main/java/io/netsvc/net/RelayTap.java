package io.netsvc.net;

import java.nio.ByteBuffer;

/** Sees what a {@link Relay} moves. */
@FunctionalInterface
public interface RelayTap {

  /**
   * Bytes came from a side, and are about to be sent to the other. Called on the relay's event loop:
   * it must not block. One that throws is logged, and sees nothing more.
   *
   * @param from the side that has sent them
   * @param bytes a read-only view, which is valid only during the call
   */
  void seen(Outcome.Side from, ByteBuffer bytes);

  /** The relay has ended. Called once, on its event loop too; what it throws is logged. */
  default void ended(Outcome outcome) {}
}
