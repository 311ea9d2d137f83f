package io.netsvc.inetd;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Clients that asked for what nobody honest asks for, and are refused by all services of a server
 * for a time: xinetd's SENSOR. Bounded: beyond {@value #MOST} the first are forgotten.
 */
final class Outlaws {
  private static final int MOST = 10_000;

  private final LongSupplier nanoTime;
  private final Map<String, Long> untilNanos = new LinkedHashMap<>();

  Outlaws(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Refuses a client for so long, 0 for ever. */
  synchronized void add(String source, long nanos) {
    untilNanos.put(source, nanos == 0 ? Long.MAX_VALUE : nanoTime.getAsLong() + nanos);
    if (untilNanos.size() > MOST) {
      untilNanos.remove(untilNanos.keySet().iterator().next());
    }
  }

  synchronized boolean has(String source) {
    var until = untilNanos.get(source);
    if (until == null) {
      return false;
    }
    if (until != Long.MAX_VALUE && until - nanoTime.getAsLong() <= 0) {
      untilNanos.remove(source);
      return false;
    }
    return true;
  }
}
