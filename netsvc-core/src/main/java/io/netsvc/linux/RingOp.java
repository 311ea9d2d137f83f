package io.netsvc.linux;

/**
 * Something that a {@link Ring} does, and tells about once when it is done; then it may be begun
 * again. Made once for whoever needs it, so that nothing is allocated for each time.
 */
abstract class RingOp {
  /** Its number while it is under way; -1 while it is not. */
  int id = -1;

  /** Of a send: which entry of the ring it is, and what it comes to unless the kernel says else. */
  int entry;

  int expected;

  /** {@return whether it was begun and is not done} */
  final boolean busy() {
    return id >= 0;
  }

  /**
   * It is done.
   *
   * @param result a count or a mask, or a negative errno
   * @param buffer the number of the buffer that the kernel chose, or -1
   */
  abstract void done(int result, int buffer);
}
