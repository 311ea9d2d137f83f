package io.netsvc.sockets;

import java.nio.ByteBuffer;

/** The attributes behind a message, one after the other: struct nlattr of netlink(7). */
final class Attributes {
  private static final int HEADER = 4;
  private static final int TYPE = 0x3fff; // without its two flags

  private final ByteBuffer in;
  private int next;
  private int at;
  private int size;

  /** Those from a place on. */
  Attributes(ByteBuffer in, int from) {
    this.in = in;
    this.next = from;
  }

  /** Goes to the next one; false if there is none that is whole. */
  boolean next() {
    at = next;
    if (at + HEADER > in.limit()) {
      return false;
    }
    int length = Short.toUnsignedInt(in.getShort(at));
    size = length - HEADER;
    next = at + length + 3 & ~3;
    return size >= 0 && at + length <= in.limit();
  }

  int type() {
    return in.getShort(at + 2) & TYPE;
  }

  /** Where its value begins. */
  int value() {
    return at + HEADER;
  }

  int size() {
    return size;
  }
}
