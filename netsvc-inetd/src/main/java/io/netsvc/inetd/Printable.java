package io.netsvc.inetd;

import java.util.regex.Pattern;

/** The filter for text of others before it is logged or passed on as one line. */
final class Printable {
  /** What could move a cursor, end a line, or hide from view; a tab alone is harmless. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}&&[^\t]]");

  private Printable() {}

  /** Returns a text with a question mark for each character that is no part of a line. */
  static String of(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }
}
