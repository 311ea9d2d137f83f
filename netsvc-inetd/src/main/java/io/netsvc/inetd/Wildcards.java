package io.netsvc.inetd;

/** Patterns in which {@code *} is any text and {@code ?} any character. */
final class Wildcards {
  private Wildcards() {}

  /** Returns whether all of a text is like the pattern; takes no longer than their product. */
  static boolean match(String pattern, String text) {
    int p = 0;
    int star = -1;
    int mark = 0;
    int t = 0;
    while (t < text.length()) {
      char c = p < pattern.length() ? pattern.charAt(p) : '\0';
      if (c == '*') {
        star = p++;
        mark = t;
      } else if (c == '?' || c == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1; // the last star alone takes one more
        t = ++mark;
      } else {
        return false;
      }
    }
    return pattern.substring(p).chars().allMatch(c -> c == '*');
  }
}
