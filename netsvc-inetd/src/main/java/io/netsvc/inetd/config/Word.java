package io.netsvc.inetd.config;

import java.util.Optional;

/** A word of an entry, without its quotes, and where it begins. */
record Word(String text, int line, int column) {
  private static final int SHOWN = 60;

  /** Where what follows the word would be. */
  Position end() {
    return new Position(line, column + text.length());
  }

  Position position() {
    return new Position(line, column);
  }

  /** Returns the failure to understand this word. */
  Rejected expected(String expectation) {
    return new Rejected(position(), "read " + shown(text) + ", expected " + expectation);
  }

  /** No argument may have a NUL in it, and a name with a control character is hidden from view. */
  Optional<Rejected> unprintable() {
    if (text.indexOf('\ufffd') >= 0) {
      return Optional.of(expected("text in UTF-8"));
    }
    return text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')
        ? Optional.of(expected("no control characters"))
        : Optional.empty();
  }

  /** Returns the text in quotes, short, and with nothing in it that a terminal would act upon. */
  static String shown(String text) {
    var out = new StringBuilder("\"");
    int end = Math.min(text.length(), SHOWN);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (printable(c)) {
        out.append(c);
      } else {
        out.append(String.format("\\u%04x", (int) c));
      }
    }
    return out.append(end < text.length() ? "\"..." : "\"").toString();
  }

  private static boolean printable(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED,
          Character.PRIVATE_USE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }
}
