package io.netsvc.net;

import java.time.Duration;

/**
 * How a {@link Relay} ended.
 *
 * @param cause why
 * @param side who caused it
 * @param phase how far it had come by then
 * @param forward bytes that the second connection took from the first
 * @param backward bytes that the first connection took from the second
 * @param duration from the start to the end
 * @param mode {@link Relay.Mode#SPLICE} if any bytes went by splice(2), else {@link
 *     Relay.Mode#COPY}
 */
public record Outcome(
    Cause cause,
    Side side,
    Phase phase,
    long forward,
    long backward,
    Duration duration,
    Relay.Mode mode) {

  /** Why a relay ended. */
  public enum Cause {
    /** Both sides ended their streams. The side is the one that did so first. */
    EOF,
    /** A side reset its connection, or could not be reached any more. */
    RESET,
    /** No byte moved for the idle timeout. */
    IDLE,
    /** A side did not take the bytes that waited for it for the stall timeout. */
    STALLED,
    /** One side had ended its stream, and the other did nothing for the half-close timeout. */
    HALF_CLOSED,
    /** A side sent more than its limit. */
    LIMIT,
    /** The lifetime was over. */
    LIFETIME,
    /** The relay was aborted from this side. */
    ABORTED
  }

  /** A side of a relay. */
  public enum Side {
    /** The first connection. */
    FIRST,
    /** The second connection. */
    SECOND,
    /** None of the two. */
    NEITHER
  }

  /** How far a relay had come. */
  public enum Phase {
    /** Both directions were open. */
    OPEN,
    /** One direction had ended. */
    HALF_CLOSED,
    /** Both directions had ended. */
    DONE
  }
}
