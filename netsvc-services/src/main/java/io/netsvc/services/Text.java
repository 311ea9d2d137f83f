package io.netsvc.services;

/** Foreign text made fit for a message. */
final class Text {
  private static final int LONGEST = 60;

  private Text() {}

  /** Quotes, shortens, and replaces what could move a terminal's cursor. */
  static String quote(String text) {
    var quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(LONGEST)
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(quoted::appendCodePoint);
    return quoted.append(text.length() > LONGEST ? "…\"" : "\"").toString();
  }
}
