package io.netsvc.cli;

import io.netsvc.net.Connection;
import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import io.netsvc.net.RelayOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One connection of nc, joined with the standard streams. */
final class NcSession {
  /** Longer than anybody waits. */
  private static final Duration EVER = Duration.ofDays(36_500);

  private final Settings settings;
  private final AtomicLong written = new AtomicLong();
  private final CompletableFuture<Optional<Outcome>> end = new CompletableFuture<>();

  /**
   * How nc uses its connection.
   *
   * @param input what becomes of the standard input
   * @param idle the end once nothing moved for so long; null for never
   * @param quitAfter the end so long after that of the input; null for never
   * @param receives the end after so many reads from the network; 0 for never
   * @param dumps where the bytes are written
   * @param datagrams whether the connection is of datagrams
   * @param progress who shows how far it is; null for nobody
   */
  record Settings(
      NcConsole.Input input,
      @Nullable Duration idle,
      @Nullable Duration quitAfter,
      long receives,
      Dumps dumps,
      boolean datagrams,
      @Nullable Progress progress) {}

  private NcSession(Settings settings) {
    this.settings = settings;
  }

  /**
   * Relays until both have ended, or the settings say so; closes both.
   *
   * @return how it ended; empty when it was ended here
   */
  static Optional<Outcome> run(Connection net, Connection stdio, Settings settings)
      throws IOException, InterruptedException {
    return new NcSession(settings).run(net, stdio);
  }

  private Optional<Outcome> run(Connection net, Connection stdio)
      throws IOException, InterruptedException {
    try (net;
        stdio) {
      var console = new NcConsole(stdio, settings.input(), this::inputEnded, this::written);
      var relay = Relay.between(net, console, o -> relaying(o, net, console));
      relay.onEnd(outcome -> end.complete(Optional.of(outcome)));
      return settings.progress() == null ? end.get() : settings.progress().follow(relay, end);
    } catch (ExecutionException e) {
      throw new AssertionError(e); // it is only ever completed with an outcome
    }
  }

  private RelayOptions relaying(RelayOptions options, Connection net, Connection console) {
    var all = options.withHalfCloseTimeout(EVER);
    if (settings.idle() != null) {
      all = all.withIdleTimeout(settings.idle());
    }
    return settings.dumps().on(all, net, console, settings.datagrams());
  }

  /** What was received once is written at once. */
  private void written() {
    if (settings.receives() > 0 && written.incrementAndGet() == settings.receives()) {
      end.complete(Optional.empty());
    }
  }

  private void inputEnded() {
    if (settings.quitAfter() != null) {
      quitAfter(settings.quitAfter());
    }
  }

  private void quitAfter(Duration delay) {
    end.completeOnTimeout(Optional.empty(), Math.max(1, delay.toMillis()), TimeUnit.MILLISECONDS);
  }
}
