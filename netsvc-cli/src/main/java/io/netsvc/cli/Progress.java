package io.netsvc.cli;

import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How far a relay is, in a line on the standard error: bytes, rate, and the rest where it is known. */
final class Progress {
  private static final long EVERY_MILLIS = 250;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private final PrintWriter err;
  private final boolean terminal;
  private final long size;

  private Progress(PrintWriter err, boolean terminal, long size) {
    this.err = err;
    this.terminal = terminal;
    this.size = size;
  }

  /** Shows what goes by; of a standard input that is a file the size is known. */
  static Progress of(PrintWriter err, boolean terminal) {
    var stdin = Path.of("/proc/self/fd/0");
    long size = 0;
    try {
      size = Files.isRegularFile(stdin) ? Files.size(stdin) : 0;
    } catch (IOException e) {
      // Then it is not known.
    }
    return new Progress(err, terminal, size);
  }

  /** Shows a relay until the end, which it returns. */
  Optional<Outcome> follow(Relay relay, CompletableFuture<Optional<Outcome>> end)
      throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    while (true) {
      try {
        var outcome = end.get(EVERY_MILLIS, TimeUnit.MILLISECONDS);
        err.println((terminal ? "\r" : "") + line(relay.progress(), start) + (terminal ? "\033[K" : ""));
        err.flush();
        return outcome;
      } catch (TimeoutException e) {
        if (terminal) {
          err.print("\r" + line(relay.progress(), start) + "\033[K");
          err.flush();
        }
      }
    }
  }

  private String line(Relay.Progress moved, long startNanos) {
    double seconds = Math.max(1e-3, (System.nanoTime() - startNanos) / 1e9);
    long sent = moved.backward();
    long all = sent + moved.forward();
    var line =
        "%s to, %s from, %s/s, %.1f s"
            .formatted(bytes(sent), bytes(moved.forward()), bytes((long) (all / seconds)), seconds);
    if (size == 0 || sent == 0) {
      return line;
    }
    double left = (size - sent) * seconds / sent;
    return line + ", %.0f %%, %.1f s left".formatted(100.0 * sent / size, Math.max(0, left));
  }

  private static String bytes(long count) {
    double value = count;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
  }
}
