package io.netsvc.net;

import io.netsvc.net.Outcome.Side;
import java.time.Duration;

/**
 * How a {@link Relay} runs; immutable, so an instance may be shared. A timeout or a limit ends it by
 * resets, and is measured by a monotonic clock.
 */
public sealed interface RelayOptions permits RelaySettings {

  /** Returns these options with this way to move bytes. Default: {@link Relay.Mode#AUTO}. */
  RelayOptions withMode(Relay.Mode mode);

  /** Returns these options with an end once no byte moved for so long, above 0. Default: never. */
  RelayOptions withIdleTimeout(Duration timeout);

  /**
   * Returns these options with an end once this side has sent nothing for so long, above 0, although
   * its stream has not ended and the other side takes what it sends. Default: never.
   *
   * @param side {@link Side#FIRST} or {@link Side#SECOND}
   */
  RelayOptions withIdleTimeout(Side side, Duration timeout);

  /**
   * Returns these options with an end once a side has not taken the bytes that wait for it for so
   * long, above 0. Default: never.
   */
  RelayOptions withStallTimeout(Duration timeout);

  /** As {@link #withStallTimeout(Duration)}, for what waits for this side alone. */
  RelayOptions withStallTimeout(Side side, Duration timeout);

  /**
   * Returns these options with an end once one side has ended its stream and since then no byte has
   * moved for so long, above 0. Default: an hour.
   */
  RelayOptions withHalfCloseTimeout(Duration timeout);

  /** As {@link #withHalfCloseTimeout(Duration)}, where this side is the one whose stream ended. */
  RelayOptions withHalfCloseTimeout(Side side, Duration timeout);

  /** Returns these options with an end after so long, above 0, whatever happens. Default: never. */
  RelayOptions withLifetime(Duration lifetime);

  /**
   * Returns these options with an end once this side sends more than so many bytes, at least 0,
   * when the other side has taken just as many. Default: no limit.
   */
  RelayOptions withByteLimit(Side from, long bytes);

  /**
   * Returns these options with at most so many bytes a second, at least 1, received from this side;
   * a tenth of that may come at once. The sender is slowed down by back-pressure. Default: no limit.
   */
  RelayOptions withRateLimit(Side from, long bytesPerSecond);

  /**
   * Returns these options with somebody who sees the bytes; they are then moved by copies, whatever
   * the mode says. Default: nobody.
   */
  RelayOptions withTap(RelayTap tap);
}
