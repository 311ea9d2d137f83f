package io.netsvc.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One round over all addresses, as RFC 8305 section 5 has it: an attempt begins when the one before
 * has failed or has had its delay, and the first that connects wins. Each has a virtual thread of
 * its own, and all have ended when the round has, so that nothing of a loser is left open.
 */
final class Attempts {
  private final Transport transport;
  private final ConnectSettings settings;
  private final Object target;
  private final List<SocketAddress> addresses;
  private final int before;
  private final long deadlineNanos;

  private final List<Attempt> begun = new ArrayList<>();
  private final BlockingQueue<Attempt> ended = new LinkedBlockingQueue<>();
  private final List<IOException> failures = new ArrayList<>();

  /**
   * One round.
   *
   * @param before how many attempts at the target there were
   */
  Attempts(
      Transport transport,
      ConnectSettings settings,
      Object target,
      List<SocketAddress> addresses,
      int before,
      long deadlineNanos) {
    this.transport = transport;
    this.settings = settings;
    this.target = target;
    this.addresses = addresses;
    this.before = before;
    this.deadlineNanos = deadlineNanos;
  }

  private final class Attempt implements Runnable {
    final Thread thread;
    private final SocketAddress address;
    private final int number;
    @Nullable Connection connection;
    @Nullable Throwable failure;

    Attempt(SocketAddress address, int number) {
      this.address = address;
      this.number = number;
      this.thread = Thread.ofVirtual().name("netsvc-connect-" + address).unstarted(this);
    }

    @Override
    public void run() {
      try {
        connection = connectTo(address, number);
      } catch (Throwable t) {
        failure = t;
      }
      ended.add(this);
    }
  }

  Connection connect() throws IOException, InterruptedException {
    if (addresses.size() == 1) {
      try {
        return connectTo(addresses.getFirst(), before + 1);
      } catch (SocketTimeoutException e) {
        throw ConnectFailures.because(ConnectFailures.timedOut(target, settings.timeout()), e);
      }
    }
    Attempt winner = null;
    try {
      winner = race();
      return Objects.requireNonNull(winner.connection);
    } finally {
      end(winner);
    }
  }

  private Attempt race() throws IOException, InterruptedException {
    long delayNanos = TimeUnit.NANOSECONDS.convert(settings.attemptDelay());
    while (true) {
      boolean more = begun.size() < addresses.size();
      if (more) {
        begin();
      } else if (failures.size() == addresses.size()) {
        throw firstOfAll();
      }
      more = begun.size() < addresses.size();
      long leftNanos = deadlineNanos - System.nanoTime();
      var attempt =
          ended.poll(more ? Math.min(delayNanos, leftNanos) : leftNanos, TimeUnit.NANOSECONDS);
      if (attempt == null) {
        if (deadlineNanos - System.nanoTime() <= 0) {
          throw timedOut();
        }
      } else if (attempt.connection != null) {
        return attempt;
      } else {
        failed(attempt);
      }
    }
  }

  private void begin() {
    var attempt = new Attempt(addresses.get(begun.size()), before + begun.size() + 1);
    begun.add(attempt);
    attempt.thread.start();
  }

  private void failed(Attempt attempt) throws IOException {
    switch (attempt.failure) {
      case SocketTimeoutException _ -> throw timedOut();
      case IOException e -> failures.add(e);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new AssertionError(attempt.failure); // nobody else interrupts it
    }
  }

  private IOException timedOut() {
    var timedOut = ConnectFailures.timedOut(target, settings.timeout());
    failures.forEach(timedOut::addSuppressed);
    return timedOut;
  }

  private IOException firstOfAll() {
    var first = failures.getFirst();
    failures.stream().skip(1).forEach(first::addSuppressed);
    return first;
  }

  /** Ends all attempts, and closes what any but the winner has opened. */
  private void end(@Nullable Attempt winner) {
    boolean interrupted = false;
    for (var attempt : begun) {
      attempt.thread.interrupt();
    }
    for (var attempt : begun) {
      while (attempt.thread.isAlive()) {
        try {
          attempt.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (attempt != winner && attempt.connection != null) {
        attempt.connection.close();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Connection connectTo(SocketAddress address, int number)
      throws IOException, InterruptedException {
    var recording = Flight.connect(address, number);
    try {
      var connection = connectTo(address);
      recording.ended(address, "connected");
      return connection;
    } catch (InterruptedException e) {
      recording.ended(null, "abandoned");
      throw e;
    } catch (IOException | RuntimeException e) {
      recording.ended(null, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private Connection connectTo(SocketAddress address) throws IOException, InterruptedException {
    return ConnectFailures.notToItself(
        address, transport.connect(address, settings, deadlineNanos));
  }
}
