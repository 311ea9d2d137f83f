package io.netsvc.inetd;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Clients that asked for what nobody honest asks for, and are refused by all services of a server
 * for a time: xinetd's SENSOR. Bounded: beyond {@value #MOST} the first are forgotten.
 */
final class Outlaws {
  private static final int MOST = 10_000;

  private final LongSupplier nanoTime;
  private final Map<String, Term> terms = new LinkedHashMap<>();

  /** Until when somebody is refused; compared by difference, since the clock may wrap around. */
  private record Term(boolean forEver, long untilNanos) {
    private boolean outlasts(Term other) {
      return forEver || (!other.forEver && untilNanos - other.untilNanos > 0);
    }
  }

  Outlaws(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Refuses a client for so long, zero for ever; one that is refused for longer stays so. */
  synchronized void add(String source, Duration time) {
    long now = nanoTime.getAsLong();
    var term = new Term(time.isZero(), now + TimeUnit.NANOSECONDS.convert(time));
    var before = terms.get(source);
    if (before == null || !has(before, now) || term.outlasts(before)) {
      terms.put(source, term);
    }
    if (terms.size() > MOST) {
      terms.remove(terms.keySet().iterator().next());
    }
  }

  synchronized boolean has(String source) {
    var term = terms.get(source);
    if (term == null) {
      return false;
    }
    if (!has(term, nanoTime.getAsLong())) {
      terms.remove(source);
      return false;
    }
    return true;
  }

  private static boolean has(Term term, long nowNanos) {
    return term.forEver() || term.untilNanos() - nowNanos > 0;
  }
}
