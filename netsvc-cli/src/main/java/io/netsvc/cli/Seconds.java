package io.netsvc.cli;

import java.time.Duration;

/** Times as people type them, with fractions. */
final class Seconds {
  private Seconds() {}

  /**
   * Returns a time above 0.
   *
   * @throws IllegalArgumentException in one line that names the option
   */
  static Duration of(String option, double value) {
    if (!(value > 0) || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(option + " out of range: " + value);
    }
    return Duration.ofNanos((long) (value * 1e9));
  }
}
