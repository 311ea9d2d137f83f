package io.netsvc.services;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds names that a misspelt one may have meant, whatever their case. */
final class NearNames {
  private static final int MAX_NAMES = 3;
  private static final int MAX_DISTANCE = 2;

  private NearNames() {}

  static List<String> near(String name, @Nullable String protocol, List<ServiceEntry> entries) {
    var wanted = name.toLowerCase(Locale.ROOT);
    int limit = Math.min(MAX_DISTANCE, wanted.length() / 2);
    Map<String, Integer> distances = new HashMap<>();
    for (var entry : entries) {
      if (protocol == null || protocol.equals(entry.protocol())) {
        consider(entry.name(), wanted, limit, distances);
        entry.aliases().forEach(alias -> consider(alias, wanted, limit, distances));
      }
    }
    return distances.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry::getKey))
        .limit(MAX_NAMES)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void consider(
      String candidate, String wanted, int limit, Map<String, Integer> distances) {
    if (Math.abs(candidate.length() - wanted.length()) <= limit) {
      int distance = distance(candidate.toLowerCase(Locale.ROOT), wanted);
      if (distance <= limit) {
        distances.putIfAbsent(candidate, distance);
      }
    }
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
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int gap = 1 + Math.min(cost[i - 1][j], cost[i][j - 1]);
        int best = Math.min(cost[i - 1][j - 1] + change, gap);
        if (i > 1 && j > 1 && a.regionMatches(i - 2, swap(b, j), 0, 2)) {
          best = Math.min(best, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = best;
      }
    }
    return cost[a.length()][b.length()];
  }

  private static String swap(String text, int end) {
    return "" + text.charAt(end - 1) + text.charAt(end - 2);
  }
}
