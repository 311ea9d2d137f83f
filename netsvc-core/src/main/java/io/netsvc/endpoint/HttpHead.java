package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;
import java.util.Optional;

/**
 * The start line and the fields of an HTTP/1 message: RFC 9112 section 2.1. Lines may end with a
 * bare LF, as section 2.2 allows.
 *
 * @param start the first line
 * @param fields the others
 */
record HttpHead(String start, List<String> fields) {
  private static final int LONGEST = 16 * 1024;

  /** A head that never ends. */
  static final class TooLong extends ProtocolException {
    private static final long serialVersionUID = 1L;

    TooLong(String message) {
      super(message);
    }
  }

  /** What is no head. */
  static final class Malformed extends ProtocolException {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  /**
   * Reads a head, and not one byte more. At least a LF comes after a line's end, and two anywhere else:
   * it reads no more than those at a time.
   *
   * @throws TooLong if it is longer than 16 KiB
   */
  static HttpHead read(Handshake handshake) throws IOException {
    var head = new ByteArrayOutputStream();
    boolean lineEnded = false;
    while (true) {
      for (byte b : handshake.read(lineEnded ? 1 : 2)) {
        head.write(b);
        if (b == '\n') {
          if (lineEnded) {
            return parse(handshake, head.toString(ISO_8859_1));
          }
          lineEnded = true;
        } else if (b != '\r') {
          lineEnded = false;
        }
      }
      if (head.size() > LONGEST) {
        throw new TooLong(handshake.what() + ": HTTP header longer than 16 KiB");
      }
    }
  }

  private static HttpHead parse(Handshake handshake, String head) throws ProtocolException {
    var lines = head.lines().takeWhile(line -> !line.isEmpty()).toList();
    if (lines.isEmpty() || lines.stream().anyMatch(HttpHead::hasControls)) {
      throw new Malformed(handshake.what() + ": no HTTP header");
    }
    return new HttpHead(lines.getFirst(), lines.subList(1, lines.size()));
  }

  private static boolean hasControls(String line) {
    return line.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f);
  }

  /** {@return the value of the first field of this name, in whichever case} */
  Optional<String> field(String name) {
    for (var field : fields) {
      int colon = field.indexOf(':');
      if (colon == name.length() && field.regionMatches(true, 0, name, 0, colon)) {
        return Optional.of(field.substring(colon + 1).strip());
      }
    }
    return Optional.empty();
  }
}
