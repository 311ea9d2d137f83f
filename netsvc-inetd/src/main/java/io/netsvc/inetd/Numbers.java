package io.netsvc.inetd;

import java.util.OptionalInt;

/** Decimal numbers of ASCII digits alone: no sign, no other script's digits, no wrap-around. */
final class Numbers {
  private Numbers() {}

  /** Returns whether the text is one or more ASCII digits. */
  static boolean digits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** Returns the number, or empty if the text is not one or exceeds {@link Integer#MAX_VALUE}. */
  static OptionalInt parse(String text) {
    if (!digits(text)) {
      return OptionalInt.empty();
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      value = value * 10 + (text.charAt(i) - '0');
      if (value > Integer.MAX_VALUE) {
        return OptionalInt.empty();
      }
    }
    return OptionalInt.of((int) value);
  }
}
