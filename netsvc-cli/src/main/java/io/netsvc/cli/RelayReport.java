package io.netsvc.cli;

import io.netsvc.net.DatagramRelay;
import io.netsvc.net.DatagramRelayEvents;
import io.netsvc.net.Outcome;
import io.netsvc.net.RelayEvents;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a relay says while it runs; safe for use by multiple concurrent threads. */
final class RelayReport {
  private final PrintWriter err;
  private final boolean terminal;
  private boolean onALine;

  RelayReport(PrintWriter err) {
    this.err = err;
    this.terminal = isTerminal();
  }

  @SuppressWarnings("SystemConsoleNull") // it may be, by its Javadoc
  static boolean isTerminal() {
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

  /** Says what went wrong, and who is in the way where that is known. */
  void failed(IOException cause) {
    say(SocketTable.explain(cause));
  }

  /** Says how a relay ended, if that is wanted. */
  void ended(String who, Outcome outcome) {
    say(
        "ended %s: %s by %s, %d bytes to, %d from, %.3f s"
            .formatted(
                who,
                outcome.cause(),
                outcome.side(),
                outcome.forward(),
                outcome.backward(),
                outcome.duration().toNanos() / 1e9));
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
          RelayReport.this.ended(Endpoints.text(client), outcome);
        }
      }
    };
  }

  /** As {@link #events}, of datagrams. */
  DatagramRelayEvents datagramEvents(boolean verbose) {
    return new DatagramRelayEvents() {
      @Override
      public void failed(SocketAddress peer, IOException cause) {
        say("dropped from " + Endpoints.text(peer) + ": " + cause.getMessage());
      }

      @Override
      public void ended(SocketAddress peer, DatagramRelay.End how) {
        if (verbose) {
          say("ended " + Endpoints.text(peer) + ": " + how);
        }
      }
    };
  }

  /** Waits for the stop, and says each second what was relayed, if that is wanted. */
  void await(CountDownLatch stop, Relaying relaying, boolean stats) throws InterruptedException {
    if (!stats) {
      stop.await();
      return;
    }
    while (!stop.await(1, TimeUnit.SECONDS)) {
      refresh(relaying.progress());
    }
  }
}
