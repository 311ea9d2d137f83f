package io.netsvc.dump;

import io.netsvc.net.Outcome.Side;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Text as {@code hexdump -C} prints it, but without its {@code *} for repeats. */
final class HexEncoder implements Encoder {
  private static final char[] DIGITS = "0123456789abcdef".toCharArray();
  private static final int WIDTH = 16;

  @Override
  public Conversation stream(SocketAddress first, SocketAddress second) {
    return new Lines(Names.of(first), Names.of(second));
  }

  private static final class Lines implements Conversation {
    private final String first;
    private final String second;
    private long forward;
    private long backward;

    Lines(String first, String second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public List<ByteBuffer> seen(Side from, ByteBuffer bytes) {
      var lines = new StringBuilder();
      boolean isForward = from == Side.FIRST;
      lines.append(isForward ? first : second).append(" > ").append(isForward ? second : first).append('\n');
      append(lines, isForward ? forward : backward, bytes);
      if (isForward) {
        forward += bytes.remaining();
      } else {
        backward += bytes.remaining();
      }
      return List.of(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** Appends lines for all that the buffer holds, counted from an offset. */
  private static void append(StringBuilder into, long offset, ByteBuffer bytes) {
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
