package io.netsvc.net;

/** How many connections a listener serves; at the limit it accepts no more. */
final class Admitted {
  private final int limit;
  private final Readiness readiness;
  private int open;

  Admitted(int limit, Readiness readiness) {
    this.limit = limit;
    this.readiness = readiness;
  }

  synchronized void begin() {
    open++;
    if (open == limit) {
      readiness.full(true);
    }
  }

  synchronized void end() {
    if (open == limit) {
      readiness.full(false);
    }
    open--;
  }

  synchronized int open() {
    return open;
  }
}
