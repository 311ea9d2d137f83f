package io.netsvc.inetd.config;

import java.time.Duration;

/**
 * How often something may happen.
 *
 * @param count how often in a window, 0 or more; 0 for never
 * @param window more than zero
 * @param pause for how long it may not happen after that; zero for as long as the rate asks
 */
public record Rate(int count, Duration window, Duration pause) {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Rate {
    if (count < 0 || window.isZero() || window.isNegative() || pause.isNegative()) {
      throw new IllegalArgumentException("rate out of range: " + count + ' ' + window + ' ' + pause);
    }
  }

  /** {@return so many a minute} */
  public static Rate perMinute(int count) {
    return new Rate(count, MINUTE, Duration.ZERO);
  }

  /** {@return whether it is so many a minute, and nothing else is said} */
  public boolean isPerMinute() {
    return window.equals(MINUTE) && pause.isZero();
  }
}
