package io.netsvc.inetd;

import java.util.concurrent.TimeUnit;

/** How long a program that ended stays down: 1 s, 2, 4 … 300 while it does not last. */
final class RestartDelay {
  /** A program that ran for longer has not failed at once. */
  private static final long LASTING_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int MAX_SECONDS = 300;

  private int soon;

  synchronized long afterSeconds(long ranNanos) {
    soon = ranNanos >= LASTING_NANOS ? 0 : soon + 1;
    return Math.min(MAX_SECONDS, 1L << Math.clamp(soon - 1, 0, 9));
  }
}
