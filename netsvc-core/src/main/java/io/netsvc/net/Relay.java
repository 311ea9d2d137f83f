package io.netsvc.net;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two connections joined both ways until both directions have ended.
 *
 * <ul>
 *   <li>The end of input on one side becomes the end of output on the other, after every byte before
 *       it; the opposite direction runs on (half-close).
 *   <li>A reset on one side becomes a reset on the other, after every byte that was read before it
 *       was delivered. A side that no longer takes bytes does not stop those it has sent.
 *   <li>What one side does not take is not read from the other (back-pressure): a pair holds at most
 *       one buffer of 256 KiB or one pipe of 1 MiB in each direction, and none while it is idle.
 * </ul>
 *
 * <p>The relay owns both connections from the start, and has closed them when it has ended; nothing
 * that a peer does is an exception. Relays are safe for use by multiple concurrent threads.
 */
public final class Relay {
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final RelayPair pair;
  private final CompletableFuture<Outcome> end;

  private Relay(RelayPair pair, CompletableFuture<Outcome> end) {
    this.pair = pair;
    this.end = end;
  }

  /** How bytes get from one socket to the other. */
  public enum Mode {
    /** By copies, and by splice(2) where both sockets are Linux's own and streams are large. */
    AUTO,
    /** By copies alone. */
    COPY,
    /** By splice(2) from the first byte on, where it can be. */
    SPLICE
  }

  /**
   * How far a relay has come.
   *
   * @param forward bytes that the second connection has taken from the first
   * @param backward bytes that the first connection has taken from the second
   */
  public record Progress(long forward, long backward) {}

  /** Joins two connections with the default options. */
  public static Relay between(Connection first, Connection second) throws IOException {
    return between(first, second, options -> options);
  }

  /**
   * Joins two connections.
   *
   * @throws IOException if they cannot be joined; whatever is thrown, both are reset then
   */
  public static Relay between(
      Connection first, Connection second, UnaryOperator<RelayOptions> options)
      throws IOException {
    return between(Joining::best, first, second, options);
  }

  static Relay between(
      Joining joining,
      Connection first,
      Connection second,
      UnaryOperator<RelayOptions> options)
      throws IOException {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
    var end = new CompletableFuture<Outcome>();
    var recording = Flight.relay(first.remoteAddress(), second.remoteAddress());
    try {
      var settings = (RelaySettings) options.apply(RelaySettings.DEFAULTS);
      var joined = joining.join(first, second, settings.mode());
      var pair =
          new RelayPair(
              joined,
              settings,
              outcome -> {
                tell(settings.tap(), outcome);
                ended(outcome, recording, end);
              });
      joined.loop().execute(pair::start);
      return new Relay(pair, end);
    } catch (IOException | RuntimeException | Error e) {
      first.abort();
      second.abort();
      throw e;
    }
  }

  private static void tell(@Nullable RelayTap tap, Outcome outcome) {
    try {
      if (tap != null) {
        tap.ended(outcome);
      }
    } catch (RuntimeException | Error e) {
      log.warn("the tap of a relay failed at its end", e);
    }
  }

  /** Who waits for the end finds it recorded. */
  private static void ended(
      Outcome outcome, @Nullable Consumer<Outcome> recording, CompletableFuture<Outcome> end) {
    try {
      if (recording != null) {
        recording.accept(outcome);
      }
    } finally {
      end.complete(outcome);
    }
  }

  /** {@return what has passed until now; readable at any time} */
  public Progress progress() {
    return pair.progress();
  }

  /** Waits for the end. An interrupt leaves the relay running. */
  public Outcome await() throws InterruptedException {
    try {
      return end.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e); // it is only ever completed with an outcome
    }
  }

  /** Waits at most this long; empty when the relay still runs. */
  public Optional<Outcome> await(Duration timeout) throws InterruptedException {
    try {
      return Optional.of(end.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Calls back once it has ended, on its event loop: it must not block. At once if it has ended. */
  public void onEnd(Consumer<Outcome> listener) {
    Objects.requireNonNull(listener, "listener");
    var _ =
        end.thenAccept(
            outcome -> {
              try {
                listener.accept(outcome);
              } catch (RuntimeException | Error e) {
                log.warn("end listener of a relay failed", e);
              }
            });
  }

  /** Resets both connections; nothing happens if it has ended. */
  public void abort() {
    pair.abort();
  }
}
