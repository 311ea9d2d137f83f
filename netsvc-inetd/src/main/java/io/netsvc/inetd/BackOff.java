package io.netsvc.inetd;

import io.netsvc.process.ExitStatus;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long a {@code wait} entry pauses when its program ends at once, again and again. */
final class BackOff {
  /** A program that ends sooner than this may not have done its work. */
  static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MAX_SECONDS = 300;

  /** So many failures in a row go unpunished. */
  private static final int FAILURES = 5;

  /** A program that serves one request and exits with 0 may well be quick; a loop gets here soon. */
  private static final int SUCCESSES = 64;

  private int failures;
  private int successes;

  /**
   * Counts an end and returns the seconds to pause: none for a few, then 1, 2, 4 … 300.
   *
   * @param status how the program ended, null if it could not be started
   */
  synchronized int ended(@Nullable ExitStatus status, long ranNanos) {
    if (ranNanos >= QUICK_NANOS) {
      failures = 0;
      successes = 0;
      return 0;
    }
    int over;
    if (status != null && status.success()) {
      over = ++successes - SUCCESSES;
    } else {
      over = ++failures - FAILURES;
    }
    return over <= 0 ? 0 : Math.min(MAX_SECONDS, 1 << Math.min(over - 1, 9));
  }
}
