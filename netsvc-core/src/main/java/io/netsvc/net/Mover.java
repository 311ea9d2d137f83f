package io.netsvc.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Moves bytes one way between two sockets without blocking, on their loop's thread. Whoever uses it
 * receives only while nothing is held, and sends directly after it received.
 */
interface Mover {
  /** Nothing can be done until the loop says so; then the same call is made again. */
  long PENDING = -1;

  /** It was begun, and the loop says so once it is done; then the same call tells what came of it. */
  long BEGUN = -3;

  /** The end of input. */
  long END = -2;

  /**
   * Receives from the source.
   *
   * @param most how many bytes it may be, at least 1
   * @return how many bytes are held now, {@link #PENDING}, {@link #BEGUN} or {@link #END}
   * @throws IOException what the source has, such as a reset
   */
  long receive(long most) throws IOException;

  /**
   * Sends of what is held to the sink.
   *
   * @return how many bytes that was, {@link #PENDING} or {@link #BEGUN}
   * @throws IOException what the sink has; all that is held is lost then
   */
  long send() throws IOException;

  /** {@return the bytes that {@link #receive} has just given, to be read; not if they were spliced} */
  ByteBuffer view();

  /** {@return how many bytes were received and not sent} */
  long held();

  /** {@return whether any went without a copy through this process} */
  boolean spliced();

  /** Forgets what is held, and gives buffers and pipes back. */
  void close();
}
