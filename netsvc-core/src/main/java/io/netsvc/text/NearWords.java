package io.netsvc.text;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Known words that a misspelt one may have meant, whatever their case. */
public final class NearWords {
  private static final int MAX_WORDS = 3;

  /** More than any known word has. */
  private static final int LONGEST = 40;

  private NearWords() {}

  /** {@return at most three words that take few changes, the fewest first} */
  public static List<String> of(String word, Collection<String> known) {
    var wanted = word.toLowerCase(Locale.ROOT);
    int limit = Math.min(wanted.length() / 2, Math.max(2, wanted.length() / 3));
    if (wanted.length() > LONGEST) {
      return List.of();
    }
    Map<String, Integer> distances = new HashMap<>();
    for (var each : known) {
      if (Math.abs(each.length() - wanted.length()) <= limit) {
        int distance = distance(each.toLowerCase(Locale.ROOT), wanted);
        if (distance <= limit) {
          distances.putIfAbsent(each, distance);
        }
      }
    }
    return distances.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry::getKey))
        .limit(MAX_WORDS)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** {@return the end of a message, such as {@code ; did you mean http, ftp?}; empty for no words} */
  public static String hint(List<String> meant) {
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
