package io.netsvc.cli;

import io.netsvc.net.Outcome;
import io.netsvc.net.RelayEvents;
import io.netsvc.net.RelayServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a relay says while it runs; safe for use by multiple concurrent threads. */
final class RelayReport {
  private static final double MIB = 1 << 20;

  private final PrintWriter err;
  private final boolean terminal;
  private boolean onALine;

  RelayReport(PrintWriter err) {
    this.err = err;
    this.terminal = isTerminal();
  }

  @SuppressWarnings("SystemConsoleNull") // it may be, by its Javadoc
  private static boolean isTerminal() {
    var console = System.console();
    return console != null && console.isTerminal();
  }

  /** Prints a line of its own. */
  synchronized void say(@Nullable String message) {
    if (onALine) {
      err.println();
      onALine = false;
    }
    err.println("netsvc: " + message);
    err.flush();
  }

  /** Prints over what was printed so before, on a terminal. */
  private synchronized void refresh(String message) {
    if (!terminal) {
      say(message);
      return;
    }
    err.print("\r" + message + "\033[K");
    err.flush();
    onALine = true;
  }

  /** {@return who says what becomes of clients: all of it, or what went wrong} */
  RelayEvents events(boolean verbose) {
    return new RelayEvents() {
      @Override
      public void failed(SocketAddress client, IOException cause) {
        say("reset " + Endpoints.text(client) + ": " + cause.getMessage());
      }

      @Override
      public void ended(SocketAddress client, Outcome outcome) {
        if (verbose) {
          say(
              "ended %s: %s by %s, %d bytes to, %d from, %.3f s"
                  .formatted(
                      Endpoints.text(client),
                      outcome.cause(),
                      outcome.side(),
                      outcome.forward(),
                      outcome.backward(),
                      outcome.duration().toNanos() / 1e9));
        }
      }
    };
  }

  /** Waits for the stop, and says each second what was relayed, if that is wanted. */
  void await(CountDownLatch stop, Supplier<RelayServer.Snapshot> snapshot, boolean stats)
      throws InterruptedException {
    if (!stats) {
      stop.await();
      return;
    }
    var before = snapshot.get();
    while (!stop.await(1, TimeUnit.SECONDS)) {
      var now = snapshot.get();
      refresh(
          "accepted %d, failed %d, open %d, %.1f MiB to (%.1f/s), %.1f MiB from (%.1f/s)"
              .formatted(
                  now.accepted(),
                  now.failed(),
                  now.open(),
                  now.forward() / MIB,
                  (now.forward() - before.forward()) / MIB,
                  now.backward() / MIB,
                  (now.backward() - before.backward()) / MIB));
      before = now;
    }
  }
}
