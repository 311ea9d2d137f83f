package io.netsvc.sockets;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What a misspelt word may have meant. */
final class NearWords {
  private static final int MAX_WORDS = 3;
  private static final int MAX_DISTANCE = 2;

  /** More than any known word has. */
  private static final int LONGEST = 40;

  private NearWords() {}

  /** {@return the end of a message that asks whether a known word was meant; empty if none is} */
  static String hint(String word, Collection<String> known) {
    var wanted = word.toLowerCase(Locale.ROOT);
    int limit = Math.min(MAX_DISTANCE, wanted.length() / 2);
    if (wanted.length() > LONGEST) {
      return "";
    }
    int least =
        known.stream().mapToInt(each -> distance(each, wanted)).min().orElse(Integer.MAX_VALUE);
    if (least > limit) {
      return "";
    }
    return hint(
        known.stream()
            .filter(each -> distance(each, wanted) == least)
            .limit(MAX_WORDS)
            .toList());
  }

  static String hint(List<String> meant) {
    return meant.isEmpty() ? "" : "; did you mean " + String.join(", ", meant) + "?";
  }

  /** Insertions, deletions, substitutions and swaps of neighbours. */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        char last = a.charAt(i - 1);
        char other = b.charAt(j - 1);
        int change = last == other ? 0 : 1;
        cost[i][j] =
            Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1 && j > 1 && last == b.charAt(j - 2) && a.charAt(i - 2) == other) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
