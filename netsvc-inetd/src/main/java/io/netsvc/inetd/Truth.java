package io.netsvc.inetd;

/**
 * Whether something is so, as far as that can be told. A rule that grants needs YES, and one that
 * denies anything but NO, so that what cannot be told lets nobody in.
 */
enum Truth {
  NO,
  MAYBE,
  YES;

  static Truth of(boolean is) {
    return is ? YES : NO;
  }

  Truth not() {
    return switch (this) {
      case NO -> YES;
      case MAYBE -> MAYBE;
      case YES -> NO;
    };
  }

  Truth and(Truth other) {
    return compareTo(other) <= 0 ? this : other;
  }

  Truth or(Truth other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
