package io.netsvc.inetd;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts bytes into lines of UTF-8, and lines that are longer than {@value #LONGEST} bytes into
 * pieces; empty ones are left out. Not thread-safe.
 */
final class Lines {
  static final int LONGEST = 1_000;

  /** A character has at most so many bytes after its first. */
  private static final int MORE = 3;

  private final Consumer<String> each;
  private final byte[] line = new byte[LONGEST];
  private int length;

  /** @param each gets each line without its end, with nothing in it that is not printable */
  Lines(Consumer<String> each) {
    this.each = each;
  }

  void add(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        end();
        continue;
      }
      if (length == LONGEST) {
        cut();
      }
      line[length++] = b;
    }
  }

  /** Ends the line that has begun, if one has. */
  void end() {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    length = 0;
    if (end > 0) {
      each.accept(text(end));
    }
  }

  /** Cuts before a character that may not be whole. */
  private void cut() {
    int end = LONGEST;
    while (end > LONGEST - MORE && (line[end - 1] & 0xc0) == 0x80) {
      end--;
    }
    end = line[end - 1] < 0 ? end - 1 : LONGEST;
    each.accept(text(end));
    System.arraycopy(line, end, line, 0, LONGEST - end);
    length = LONGEST - end;
  }

  private String text(int end) {
    return Printable.of(new String(line, 0, end, StandardCharsets.UTF_8));
  }
}
