package io.netsvc.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * One client's bytes as whole lines that say whose they are, such as {@code <user3> hello}. What
 * could be more than a text to a terminal is {@code \ooo}, as ncat has it.
 */
final class NcChatLines {
  /** A longer line is taken for several. */
  private static final int MAX = 4096;

  private final byte[] prefix;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  NcChatLines(int user) {
    this.prefix = ("<user" + user + "> ").getBytes(US_ASCII);
  }

  /** {@return the lines that these bytes end} */
  byte[] of(ByteBuffer bytes) {
    var lines = new ByteArrayOutputStream();
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        end(lines);
      } else {
        append(b);
        if (line.size() >= MAX) {
          end(lines);
        }
      }
    }
    return lines.toByteArray();
  }

  /** {@return a last line without its end, with one} */
  byte[] rest() {
    var lines = new ByteArrayOutputStream();
    if (line.size() > 0) {
      end(lines);
    }
    return lines.toByteArray();
  }

  private void end(ByteArrayOutputStream lines) {
    lines.writeBytes(prefix);
    lines.writeBytes(line.toByteArray());
    lines.write('\n');
    line.reset();
  }

  private void append(byte b) {
    if ((b >= ' ' && b < 0x7f) || b == '\t' || b == '\r') {
      line.write(b);
    } else {
      line.writeBytes("\\%03o".formatted(b & 0xff).getBytes(US_ASCII));
    }
  }
}
