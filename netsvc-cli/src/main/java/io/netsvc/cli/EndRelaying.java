package io.netsvc.cli;

import io.netsvc.endpoint.End;
import io.netsvc.net.Connection;
import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import io.netsvc.net.RelayOptions;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A relay of one pair of connections after the other, each from the two ends. */
final class EndRelaying implements Relaying {
  private final End first;
  private final End second;
  private final boolean repeats;
  private final UnaryOperator<RelayOptions> options;
  private final RelayReport report;
  private final boolean verbose;
  private final Thread thread;
  private volatile @Nullable Relay relay;
  private volatile boolean over;
  private volatile boolean stopping;
  private volatile boolean failed;
  private volatile boolean aborted;

  /**
   * Relays from now on.
   *
   * @param repeats whether another pair follows the first
   * @param onEnd called when no pair follows any more
   */
  EndRelaying(
      End first,
      End second,
      boolean repeats,
      UnaryOperator<RelayOptions> options,
      RelayReport report,
      boolean verbose,
      Runnable onEnd) {
    this.first = first;
    this.second = second;
    this.repeats = repeats;
    this.options = options;
    this.report = report;
    this.verbose = verbose;
    this.thread =
        Thread.ofVirtual()
            .name("netsvc-ends")
            .start(
                () -> {
                  try {
                    run();
                  } finally {
                    over = true;
                    onEnd.run();
                  }
                });
  }

  private void run() {
    do {
      try {
        one();
      } catch (IOException e) {
        if (!stopping) {
          failed = true;
          report.failed(e);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        failed = true;
        report.failed(new IOException(first + " and " + second + ": " + e, e));
        return; // it would be so again
      }
    } while (repeats && !stopping);
  }

  private void one() throws IOException, InterruptedException {
    var a = first.open();
    Connection b;
    try {
      b = second.open();
    } catch (IOException | InterruptedException | RuntimeException e) {
      a.abort();
      throw e;
    }
    var begun = Relay.between(a, b, options);
    relay = begun;
    if (stopping) {
      begun.abort();
    }
    var outcome = begun.await();
    failed |= outcome.cause() != Outcome.Cause.EOF;
    if (verbose || outcome.cause() == Outcome.Cause.RESET) {
      report.ended(first + " and " + second, outcome);
    }
  }

  /** 1 if a pair was not to be had, or did not end as it should. */
  @Override
  public OptionalInt status() {
    return over ? OptionalInt.of(failed ? 1 : 0) : OptionalInt.empty();
  }

  @Override
  public String progress() {
    var now = relay == null ? new Relay.Progress(0, 0) : relay.progress();
    return "%d bytes to, %d from".formatted(now.forward(), now.backward());
  }

  @Override
  public Stopped stop(Duration grace) {
    stopping = true;
    first.close();
    second.close();
    try {
      if (relay == null) {
        thread.interrupt();
      }
      if (!thread.join(grace.isPositive() ? grace : Duration.ofNanos(1))) {
        aborted = true;
        thread.interrupt();
        if (relay != null) {
          relay.abort();
        }
        thread.join();
      }
    } catch (InterruptedException e) {
      aborted = true;
      Thread.currentThread().interrupt();
    }
    return aborted ? Stopped.FORCED : Stopped.GRACEFUL;
  }
}
