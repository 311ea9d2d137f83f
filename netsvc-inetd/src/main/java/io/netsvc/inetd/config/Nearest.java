package io.netsvc.inetd.config;

import java.util.Collection;
import java.util.Optional;

/** Which known word somebody may have meant. */
final class Nearest {
  private Nearest() {}

  /** Returns the word that takes the fewest changes, if those are few for its length. */
  static Optional<String> to(String word, Collection<String> known) {
    if (word.length() > 40) {
      return Optional.empty();
    }
    Optional<String> nearest = Optional.empty();
    int least = Math.max(2, word.length() / 3) + 1;
    for (var each : known) {
      if (Math.abs(each.length() - word.length()) >= least) {
        continue; // takes as many changes at least
      }
      int changes = changes(word, each);
      if (changes < least) {
        least = changes;
        nearest = Optional.of(each);
      }
    }
    return nearest;
  }

  /** Counts what is to be put in, taken out or changed: Levenshtein's distance. */
  private static int changes(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
