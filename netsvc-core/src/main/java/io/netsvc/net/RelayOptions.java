package io.netsvc.net;

import java.time.Duration;

/** How a {@link Relay} runs; immutable, so an instance may be shared. A timeout ends it by resets. */
public sealed interface RelayOptions permits RelaySettings {

  /** Returns these options with this way to move bytes. Default: {@link Relay.Mode#AUTO}. */
  RelayOptions withMode(Relay.Mode mode);

  /** Returns these options with an end once no byte moved for so long, above 0. Default: never. */
  RelayOptions withIdleTimeout(Duration timeout);

  /**
   * Returns these options with an end once a side has not taken the bytes that wait for it for so
   * long, above 0. Default: never.
   */
  RelayOptions withStallTimeout(Duration timeout);

  /**
   * Returns these options with an end once one side has ended its stream and the other has neither
   * sent nor ended its own for so long, above 0. Default: an hour.
   */
  RelayOptions withHalfCloseTimeout(Duration timeout);

  /** Returns these options with an end after so long, above 0, whatever happens. Default: never. */
  RelayOptions withLifetime(Duration lifetime);
}
