package io.netsvc.net;

import io.netsvc.net.Outcome.Side;

/** One side of a relayed pair: its socket, and what is known of it. */
final class RelayEnd {
  final Side side;
  final RelaySocket socket;

  /** The direction that reads this socket. */
  RelayDirection out;

  /** The direction that writes it. */
  RelayDirection in;

  /** An error, or the end of both directions, was seen: nothing pends any more. */
  boolean hungUp;

  /** A write has failed: the socket's error was told, and will not be told to a read again. */
  boolean failed;

  @SuppressWarnings("NullAway") // the pair sets both directions before anything runs
  RelayEnd(Side side, RelaySocket socket) {
    this.side = side;
    this.socket = socket;
  }
}
