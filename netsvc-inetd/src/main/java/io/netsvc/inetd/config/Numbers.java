package io.netsvc.inetd.config;

import java.util.Optional;
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

  /** Returns a size in bytes of at least 1, which may end in k or m. */
  static Optional<Integer> size(String text) {
    return longSize(text).filter(size -> size <= Integer.MAX_VALUE).map(Math::toIntExact);
  }

  /** As {@link #size}, up to two pebibytes. */
  static Optional<Long> longSize(String text) {
    long unit =
        switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
          case 'k', 'K' -> 1024;
          case 'm', 'M' -> 1024 * 1024;
          default -> 1;
        };
    var number = parse(unit == 1 ? text : text.substring(0, text.length() - 1));
    return number.isEmpty() || number.getAsInt() == 0
        ? Optional.empty()
        : Optional.of(number.getAsInt() * unit);
  }
}
