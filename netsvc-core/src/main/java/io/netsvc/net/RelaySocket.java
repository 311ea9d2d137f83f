package io.netsvc.net;

import java.io.IOException;

/** One socket of a relayed pair, on the thread of its loop. No call blocks. */
interface RelaySocket {

  /** What a loop says of a socket. */
  @FunctionalInterface
  interface Ready {
    /**
     * Moves what can be moved.
     *
     * @param hungUp an error or the end of both directions: no read and no write will pend any more
     */
    void ready(boolean readable, boolean writable, boolean hungUp);
  }

  /** Calls back from now on, at first when readable. */
  void register(Ready ready) throws IOException;

  /** Calls back when readable, or writable, as long as it is so. */
  void watch(boolean readable, boolean writable) throws IOException;

  /** Calls back no more. */
  void ignore();

  /**
   * {@return whether a write fails only once the connection is dead, as with TCP; a Unix peer may
   * have ended its input alone}
   */
  boolean diesWhole();

  /** {@return whether the peer has still to acknowledge bytes; false where nobody can tell} */
  boolean unsent();

  /**
   * Sends a FIN.
   *
   * @param closes whether a close comes next, which sends one too
   * @return false if that was begun: the loop says "writable" once it is done, and then the same call
   *     tells what came of it
   */
  boolean endOutput(boolean closes) throws IOException;

  /** Closes with a RST. */
  void reset();

  /** Closes with a FIN; idempotent, also after a reset. */
  void close();
}
