package io.netsvc.bench;

/** One way to start the program and to learn that it has ended; used from one thread. */
interface Contestant {

  /** What one round gave. */
  record Round(long spawns, long nanos, long cpuNanos) {
    double perSecond() {
      return spawns * 1e9 / nanos;
    }

    double cpuMillis() {
      return cpuNanos / 1e6 / spawns;
    }
  }

  /** Goes on for about this long. */
  Round run(long nanos) throws Exception;

  /** Ends what was started for all rounds. */
  default void close() {}
}
