package io.netsvc.fault;

import java.time.Duration;

/**
 * What goes wrong in one direction; immutable, so an instance may be shared. Counts of bytes are
 * from the connection's beginning on.
 */
public sealed interface FaultOptions permits FaultSettings {

  /**
   * Returns these options with everything that much later, up to a day, its end
   * included. Default: zero.
   */
  FaultOptions withLatency(Duration latency);

  /**
   * Returns these options with up to so much more latency, at most a day, at random,
   * evenly. The order of a stream
   * stays. Default: zero.
   */
  FaultOptions withJitter(Duration jitter);

  /** Returns these options with at most so many bytes a second, at least 1. Default: no limit. */
  FaultOptions withRate(long bytesPerSecond);

  /** Returns these options with nothing that passes, as behind a cable that is out, or with all. */
  FaultOptions withStall(boolean stalled);

  /**
   * Returns these options with an end of the stream after so many bytes, at least 0, that looks like
   * its own; what would follow is lost. Default: never.
   */
  FaultOptions withCut(long bytes);

  /**
   * Returns these options with a reset of the connection after so many bytes, at least 0. Default:
   * never.
   */
  FaultOptions withReset(long bytes);

  /** Returns these options with so many of the datagrams lost, from 0 to 1. Streams lose none. */
  FaultOptions withLoss(double share);

  /**
   * Returns these options with so many of the datagrams, from 0 to 1, behind those that come up to 50
   * ms later. Streams keep their order.
   */
  FaultOptions withReordering(double share);
}
