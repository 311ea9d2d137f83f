package io.netsvc.sockets;

import java.util.Locale;

/**
 * A pattern of fnmatch(3), without regard to case and with nothing special about slashes and dots:
 * {@code *}, {@code ?}, {@code [a-z]}, {@code [!a-z]} and a backslash before what is meant itself.
 */
final class Glob {
  private final int[] pattern;

  Glob(String pattern) {
    this.pattern = folded(pattern);
  }

  private static int[] folded(String text) {
    return text.toLowerCase(Locale.ROOT).codePoints().toArray();
  }

  /** {@return whether all of a text is like the pattern} */
  boolean matches(String text) {
    int[] name = folded(text);
    int at = 0;
    int star = -1; // the last star, and how much of the name it has taken
    int taken = 0;
    for (int i = 0; i < name.length; ) {
      if (at < pattern.length && pattern[at] == '*') {
        star = at++;
        taken = i;
      } else if (at < pattern.length && one(at, name[i])) {
        at = end(at);
        i++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++taken;
      } else {
        return false;
      }
    }
    while (at < pattern.length && pattern[at] == '*') {
      at++;
    }
    return at == pattern.length;
  }

  private boolean one(int at, int c) {
    return switch (pattern[at]) {
      case '?' -> true;
      case '[' -> close(at) < 0 ? c == '[' : isInSet(at + 1, close(at), c);
      case '\\' -> c == (at + 1 < pattern.length ? pattern[at + 1] : '\\');
      default -> c == pattern[at];
    };
  }

  /** Where the element of the pattern ends that begins here. */
  private int end(int at) {
    return switch (pattern[at]) {
      case '[' -> close(at) < 0 ? at + 1 : close(at) + 1;
      case '\\' -> Math.min(at + 2, pattern.length);
      default -> at + 1;
    };
  }

  /** Where a set ends, of which the first may be its end; below 0 if it does not. */
  private int close(int open) {
    int at = open + 1;
    if (at < pattern.length && isNegation(at)) {
      at++;
    }
    for (int first = at; at < pattern.length; at++) {
      if (pattern[at] == ']' && at > first) {
        return at;
      }
      at += pattern[at] == '\\' ? 1 : 0;
    }
    return -1;
  }

  private boolean isNegation(int at) {
    return pattern[at] == '!' || pattern[at] == '^';
  }

  private boolean isInSet(int from, int end, int c) {
    boolean negated = isNegation(from);
    boolean found = false;
    for (int at = negated ? from + 1 : from; at < end; at++) {
      at += pattern[at] == '\\' && at + 1 < end ? 1 : 0;
      int low = pattern[at];
      int high = low;
      if (at + 2 < end && pattern[at + 1] == '-') {
        high = pattern[at + 2];
        at += 2;
      }
      found |= low <= c && c <= high;
    }
    return found != negated;
  }
}
