package io.netsvc.cli;

import io.netsvc.fault.FaultOptions;
import io.netsvc.text.NearWords;
import io.netsvc.text.Visible;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Faults as people type them: {@code latency=0.2,rate=100000,stall}. */
final class FaultList {
  private static final List<String> NAMES =
      List.of("latency", "jitter", "rate", "stall", "cut", "reset", "loss", "reorder");

  private FaultList() {}

  /**
   * Adds the faults of a list.
   *
   * @throws IllegalArgumentException in one line that says what was read and what is allowed
   */
  static FaultOptions on(FaultOptions options, List<String> list) {
    var all = options;
    for (var fault : list) {
      int equals = fault.indexOf('=');
      var name = (equals < 0 ? fault : fault.substring(0, equals)).toLowerCase(Locale.ROOT);
      var value = equals < 0 ? "" : fault.substring(equals + 1);
      all =
          switch (name) {
            case "latency" -> all.withLatency(seconds(name, value));
            case "jitter" -> all.withJitter(seconds(name, value));
            case "rate" -> all.withRate(bytes(name, value));
            case "stall" -> all.withStall(stalls(value));
            case "cut" -> all.withCut(bytes(name, value));
            case "reset" -> all.withReset(bytes(name, value));
            case "loss" -> all.withLoss(number(name, value));
            case "reorder" -> all.withReordering(number(name, value));
            default ->
                throw new IllegalArgumentException(
                    "--fault: read \"%s\", expected %s%s"
                        .formatted(
                            Visible.line(name),
                            String.join(", ", NAMES),
                            NearWords.hint(NearWords.of(name, NAMES))));
          };
    }
    return all;
  }

  private static boolean stalls(String value) {
    if (value.isEmpty()) {
      return true;
    }
    throw new IllegalArgumentException(
        "--fault: stall: read \"" + Visible.line(value) + "\", expected nothing after it");
  }

  private static Duration seconds(String name, String value) {
    return Duration.ofNanos((long) (number(name, value) * 1e9));
  }

  private static double number(String name, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw wrong(name, value, e);
    }
  }

  private static long bytes(String name, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw wrong(name, value, e);
    }
  }

  private static IllegalArgumentException wrong(String name, String value, Exception cause) {
    return new IllegalArgumentException(
        "--fault: %s: read \"%s\", expected a number".formatted(name, Visible.line(value)), cause);
  }
}
