package io.netsvc.cli;

import java.nio.ByteBuffer;

/** Bytes as {@code hexdump -C} prints them, sixteen to a line, but without its {@code *} for repeats. */
final class HexDump {
  private static final char[] DIGITS = "0123456789abcdef".toCharArray();
  private static final int WIDTH = 16;

  private HexDump() {}

  /** Appends lines for all that the buffer holds, counted from an offset. */
  static void append(StringBuilder into, long offset, ByteBuffer bytes) {
    for (int at = 0; at < bytes.remaining(); at += WIDTH) {
      line(into, offset + at, bytes, bytes.position() + at, Math.min(WIDTH, bytes.remaining() - at));
    }
  }

  private static void line(StringBuilder into, long offset, ByteBuffer bytes, int from, int length) {
    for (int shift = 28; shift >= 0; shift -= 4) {
      into.append(DIGITS[(int) (offset >> shift) & 15]);
    }
    into.append(' ');
    for (int i = 0; i < WIDTH; i++) {
      into.append(i == WIDTH / 2 ? "  " : " ");
      if (i < length) {
        byte b = bytes.get(from + i);
        into.append(DIGITS[b >> 4 & 15]).append(DIGITS[b & 15]);
      } else {
        into.append("  ");
      }
    }
    into.append("  |");
    for (int i = 0; i < length; i++) {
      byte b = bytes.get(from + i);
      into.append(b >= ' ' && b < 0x7f ? (char) b : '.');
    }
    into.append("|\n");
  }
}
