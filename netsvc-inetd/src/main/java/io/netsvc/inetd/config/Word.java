package io.netsvc.inetd.config;

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

  Rejected unsupported() {
    return new Rejected(position(), shown(text) + " is not supported yet");
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
