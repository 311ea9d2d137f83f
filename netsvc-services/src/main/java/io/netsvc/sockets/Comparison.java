package io.netsvc.sockets;

import org.jspecify.annotations.Nullable;

/** How a filter compares. */
enum Comparison {
  EQUAL,
  NOT_EQUAL,
  LESS,
  LESS_OR_EQUAL,
  GREATER,
  GREATER_OR_EQUAL;

  /** {@return the comparison with this word; null if it is none} */
  static @Nullable Comparison of(String word) {
    return switch (word) {
      case "=", "==", "eq" -> EQUAL;
      case "!=", "ne", "neq" -> NOT_EQUAL;
      case "<", "lt" -> LESS;
      case "<=", "le", "leq" -> LESS_OR_EQUAL;
      case ">", "gt" -> GREATER;
      case ">=", "ge", "geq" -> GREATER_OR_EQUAL;
      default -> null;
    };
  }

  /** Whether it only says the same or not the same. */
  boolean isOfEquality() {
    return this == EQUAL || this == NOT_EQUAL;
  }

  boolean holds(int left, int right) {
    return switch (this) {
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
      case LESS -> left < right;
      case LESS_OR_EQUAL -> left <= right;
      case GREATER -> left > right;
      case GREATER_OR_EQUAL -> left >= right;
    };
  }
}
