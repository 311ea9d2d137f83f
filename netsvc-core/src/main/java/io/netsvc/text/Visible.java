package io.netsvc.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Names that others chose, made fit for one line. */
public final class Visible {
  private Visible() {}

  /** A Unix socket's name: {@code @} for the NUL that begins an abstract one. */
  public static String of(byte[] name) {
    if (name.length == 0) {
      return "";
    }
    return name[0] == 0 ? '@' + text(name, 1, name.length) : text(name, 0, name.length);
  }

  /** {@return a text with a question mark for each character that is not printable} */
  public static String line(String text) {
    var line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> line.appendCodePoint(isPrintable(c) ? c : '?'));
    return line.toString();
  }

  /** {@return a text in one line: control characters, and what is no UTF-8, as {@code \\xHH}} */
  public static String text(byte[] bytes) {
    return text(bytes, 0, bytes.length);
  }

  private static String text(byte[] bytes, int from, int to) {
    if (isPlain(bytes, from, to)) {
      return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
    }
    try {
      var decoded =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
      return escaped(decoded.toString());
    } catch (CharacterCodingException e) {
      return hexed(bytes, from, to);
    }
  }

  private static boolean isPlain(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] < ' ' || bytes[i] == 0x7f || bytes[i] == '\\') {
        return false;
      }
    }
    return true;
  }

  private static String escaped(String text) {
    var escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c == '\\') {
                escaped.append("\\\\");
              } else if (isPrintable(c)) {
                escaped.appendCodePoint(c);
              } else {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                  hex(escaped, b);
                }
              }
            });
    return escaped.toString();
  }

  /** Neither moves a cursor nor turns the direction of what follows. */
  public static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  private static String hexed(byte[] bytes, int from, int to) {
    var hexed = new StringBuilder();
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\\') {
        hexed.append("\\\\");
      } else if (bytes[i] >= ' ' && bytes[i] < 0x7f) {
        hexed.append((char) bytes[i]);
      } else {
        hex(hexed, bytes[i]);
      }
    }
    return hexed.toString();
  }

  private static void hex(StringBuilder into, byte b) {
    HexFormat.of().toHexDigits(into.append("\\x"), b);
  }
}
