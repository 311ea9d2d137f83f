package io.netsvc.cli;

import io.netsvc.endpoint.End;
import io.netsvc.net.Connection;
import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import io.netsvc.net.Stopped;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/** A relay of pairs of connections, each from the two ends: one, one after the other, or many. */
final class EndRelaying implements Relaying {
  private static final int MOST = 1000;
  private static final long FIRST_PAUSE = 50; // milliseconds
  private static final long LONGEST_PAUSE = 5000;
  private static final Duration LAST_WAIT = Duration.ofSeconds(5);

  private final End first;
  private final End second;
  private final Times times;
  private final RelayWay way;
  private final RelayReport report;
  private final boolean verbose;

  /** Who accepts and who relays. */
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
  private final Semaphore room = new Semaphore(MOST);
  private final LongAdder forward = new LongAdder();
  private final LongAdder backward = new LongAdder();
  private volatile boolean accepted;
  private volatile boolean over;
  private volatile boolean stopping;
  private volatile boolean failed;

  /** How many pairs there are. */
  enum Times {
    ONCE,
    /** One after the other. */
    IN_TURN,
    /** Whoever comes at the first end has a connection of the second one's. */
    AT_ONCE;

    /** {@return as many as two ends can have} */
    static Times of(End first, End second) {
      if (first.isSingle() || second.isSingle() || !(first.accepts() || second.accepts())) {
        return ONCE;
      }
      boolean inTurn = first.acceptsInTurn() || second.acceptsInTurn();
      return inTurn || (first.accepts() && second.accepts()) ? IN_TURN : AT_ONCE;
    }
  }

  /**
   * Relays from now on.
   *
   * @param onEnd called when no pair follows any more
   */
  EndRelaying(
      End first,
      End second,
      Times times,
      RelayWay way,
      RelayReport report,
      boolean verbose,
      Runnable onEnd) {
    this.first = first;
    this.second = second;
    this.times = times;
    this.way = way;
    this.report = report;
    this.verbose = verbose;
    start("netsvc-ends", this::pairs, onEnd);
  }

  /** Runs something on a thread that a stop interrupts. */
  private void start(String name, Runnable task, Runnable onEnd) {
    var thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    if (!stopping) {
                      task.run();
                    }
                  } finally {
                    threads.remove(Thread.currentThread());
                    onEnd.run();
                  }
                });
    threads.add(thread);
    thread.start();
  }

  private void pairs() {
    try {
      long pause = 0;
      do {
        try {
          pair();
          pause = 0;
        } catch (IOException e) {
          failed(e);
          if (!accepted && times != Times.ONCE) {
            return; // it cannot be there at all
          }
          pause = Math.min(LONGEST_PAUSE, pause == 0 ? FIRST_PAUSE : 2 * pause);
          if (times != Times.ONCE) {
            Thread.sleep(pause); // what fails at once would do so at once again
          }
        }
      } while (times != Times.ONCE && !stopping);
    } catch (InterruptedException e) {
      // It was stopped.
    } catch (RuntimeException e) {
      failed(new IOException(first + " and " + second + ": " + e, e)); // it would be so again
    } finally {
      first.close();
      second.close();
      over = true;
    }
  }

  private void failed(IOException cause) {
    if (!stopping) {
      failed = true;
      report.failed(cause);
    }
  }

  /** Waits for whoever comes before the other end is opened, which may start a program. */
  private void pair() throws IOException, InterruptedException {
    boolean secondFirst = second.accepts() && !first.accepts();
    var begins = secondFirst ? second : first;
    if (times == Times.AT_ONCE) {
      room.acquire();
      Connection opened;
      try {
        opened = begins.open();
        accepted = true;
      } catch (IOException | InterruptedException | RuntimeException e) {
        room.release();
        throw e;
      }
      start("netsvc-pair", () -> oneOfMany(opened, secondFirst), room::release);
    } else {
      var opened = begins.open();
      accepted = true;
      join(opened, secondFirst);
    }
  }

  private void oneOfMany(Connection opened, boolean secondFirst) {
    try {
      join(opened, secondFirst);
    } catch (IOException e) {
      failed(e);
    } catch (InterruptedException e) {
      // It was stopped, and both are reset.
    } catch (RuntimeException e) {
      failed(new IOException(first + " and " + second + ": " + e.getMessage(), e));
    }
  }

  private void join(Connection opened, boolean secondFirst) throws IOException, InterruptedException {
    Connection other;
    try {
      other = (secondFirst ? first : second).open();
    } catch (IOException | InterruptedException | RuntimeException e) {
      opened.abort();
      throw e;
    }
    relay(secondFirst ? other : opened, secondFirst ? opened : other);
  }

  private void relay(Connection a, Connection b) throws IOException, InterruptedException {
    boolean datagrams = first.isDatagram() || second.isDatagram();
    var relay = Relay.between(a, b, o -> way.relay(o, a, b, datagrams));
    relays.add(relay);
    Outcome outcome;
    try {
      outcome = relay.await();
    } catch (InterruptedException e) {
      relay.abort();
      var _ = relay.await(LAST_WAIT);
      throw e;
    } finally {
      relays.remove(relay);
    }
    forward.add(outcome.forward());
    backward.add(outcome.backward());
    failed |= times != Times.AT_ONCE && outcome.cause() != Outcome.Cause.EOF;
    if (verbose || (outcome.cause() == Outcome.Cause.RESET && times != Times.AT_ONCE)) {
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
    long to = forward.sum();
    long from = backward.sum();
    for (var relay : relays) {
      to += relay.progress().forward();
      from += relay.progress().backward();
    }
    return "%d bytes to, %d from".formatted(to, from);
  }

  /** Whoever waits for a connection waits no more; relays have the time to end. */
  @Override
  public Stopped stop(Duration grace) {
    stopping = true;
    first.close();
    second.close();
    if (relays.isEmpty()) {
      threads.forEach(Thread::interrupt);
    }
    try {
      if (ended(grace)) {
        return Stopped.GRACEFUL;
      }
      force();
    } catch (InterruptedException e) {
      force();
      Thread.currentThread().interrupt();
    }
    return Stopped.FORCED;
  }

  private void force() {
    threads.forEach(Thread::interrupt);
    try {
      var _ = ended(LAST_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Datagrams never end by themselves. */
  @Override
  public double graceSeconds() {
    return first.isDatagram() || second.isDatagram() ? 0 : Relaying.super.graceSeconds();
  }

  /** Waits so long for all threads; the one that starts others has been told to start no more. */
  private boolean ended(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (var thread : threads) {
      if (thread.getState() != Thread.State.NEW && !thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
        return false;
      }
    }
    return threads.isEmpty() || ended(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
  }
}
