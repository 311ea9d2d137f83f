package io.netsvc.inetd;

import io.netsvc.net.Connection;
import io.netsvc.net.ConnectionHandler;
import io.netsvc.net.Stopped;
import io.netsvc.process.ExitStatus;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a server has started and that has not ended: programs, those about to start, and Java
 * handlers. They belong to the server and not to an entry, so that a reload ends none of them.
 */
final class Sessions {
  /** vfork(2) semantics hold a thread for each start in flight; more do not help on few cores. */
  private static final int SPAWNERS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  /** A killed program ends at once, unless the kernel itself is stuck in its behalf. */
  private static final Duration KILLED = Duration.ofSeconds(30);

  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  /** Deadlines stay comparable by difference. */
  private static final long LIMIT = Long.MAX_VALUE / 2;

  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final ExecutorService spawning =
      Executors.newFixedThreadPool(
          SPAWNERS, task -> Thread.ofPlatform().daemon().name("netsvc-spawner").unstarted(task));
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<SpawnedProcess, Running> programs = new HashMap<>();
  private final Map<Thread, Connection> handlers = new HashMap<>();
  private final Outputs outputs = new Outputs();
  private final SpareFds spareFds = new SpareFds();
  private int starting;

  /** Whose a program is, and how long it may take to end after SIGTERM. */
  private record Running(Tally owner, Duration stopTime) {}

  private boolean over; // nothing may start any more
  private int lastSignal; // what a program that started too late gets at once; 0 for none

  /**
   * Runs a task that starts a program on a spawner thread, or, when nothing may start any more, the
   * other one.
   */
  void execute(Runnable start, Runnable orElse) {
    locked(() -> starting++);
    try {
      spawning.execute(
          () -> {
            try {
              (over() ? orElse : start).run();
            } finally {
              locked(() -> starting--);
            }
          });
    } catch (RejectedExecutionException _) {
      locked(() -> starting--);
      orElse.run();
    }
  }

  /**
   * Takes over a program that a task has started; {@code after} runs when it has ended.
   *
   * @param stopTime how long it may take to end after SIGTERM
   */
  void started(
      SpawnedProcess program, Tally owner, Duration stopTime, Consumer<ExitStatus> after) {
    locked(
        () -> {
          programs.put(program, new Running(owner, stopTime));
          if (lastSignal != 0) {
            signal(program, lastSignal);
          }
        });
    program.onExit(
        status -> {
          try {
            after.accept(status);
          } finally {
            locked(() -> programs.remove(program));
          }
        });
  }

  /** Returns the fds that are left when there are no others. */
  SpareFds spareFds() {
    return spareFds;
  }

  /** Returns who reads what programs write to the log. */
  Outputs outputs() {
    return outputs;
  }

  /** Waits until every start that was under way has ended, at most so long. */
  void awaitStarts(Duration most) throws InterruptedException {
    var _ = await(() -> starting == 0, most);
  }

  /** Has a program end: SIGTERM, and SIGKILL when its time is over. */
  void end(SpawnedProcess program) {
    lock.lock();
    try {
      var running = programs.get(program);
      if (running != null) {
        signal(program, SIGTERM);
        var cancel =
            Later.run(
                () -> signal(program, SIGKILL), TimeUnit.NANOSECONDS.convert(running.stopTime()));
        program.onExit(_ -> cancel.run());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has all programs of an entry end, as {@link #end}, and returns how many there were. */
  int endAll(Tally owner) {
    var ours = new ArrayList<SpawnedProcess>();
    locked(
        () ->
            programs.forEach(
                (program, running) -> {
                  if (running.owner().equals(owner)) {
                    ours.add(program);
                  }
                }));
    ours.forEach(this::end);
    return ours.size();
  }

  /** What is done with a connection on a virtual thread. */
  @FunctionalInterface
  interface Step {
    /** Returns whether somebody else has the connection now; else it is closed. */
    boolean take(Connection connection) throws IOException, InterruptedException;
  }

  /** Serves a connection on a virtual thread, and closes it; {@code after} runs in the end. */
  void serve(Connection connection, ConnectionHandler handler, Runnable after) {
    run(
        connection,
        c -> {
          handler.serve(c);
          return false;
        },
        after);
  }

  /** Takes a step with a connection on a virtual thread; {@code after} runs in the end. */
  void run(Connection connection, Step step, Runnable after) {
    var thread =
        Thread.ofVirtual()
            .name("netsvc-" + connection.localAddress())
            .unstarted(() -> taken(connection, step, after));
    lock.lock();
    try {
      if (!over) {
        handlers.put(thread, connection);
        thread.start();
        return;
      }
    } finally {
      lock.unlock();
    }
    connection.close();
    after.run();
  }

  private void taken(Connection connection, Step step, Runnable after) {
    boolean passedOn = false;
    try {
      passedOn = step.take(connection);
    } catch (IOException e) {
      log.debug("connection failed peer={} cause=\"{}\"", peer(connection), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      log.warn("handler failed peer={}", peer(connection), e);
    } finally {
      if (!passedOn) {
        connection.close();
      }
      try {
        after.run();
      } finally {
        locked(() -> handlers.remove(Thread.currentThread()));
      }
    }
  }

  private static String peer(Connection connection) {
    return Sources.shown(connection.remoteAddress());
  }

  /**
   * Waits until all have ended, and when the grace is over makes them: connections of handlers are
   * closed and their threads interrupted, programs get SIGTERM, and SIGKILL when their time is over.
   * An interrupt of the caller ends the grace. A handler that calls this is left alone.
   *
   * @param usualStopTime for a program that is just being started
   */
  Stopped stop(Duration grace, Duration usualStopTime) {
    boolean interrupted = false;
    try {
      if (await(this::finished, grace)) {
        spawning.shutdown();
        return Stopped.GRACEFUL;
      }
    } catch (InterruptedException _) {
      interrupted = true;
    }
    locked(() -> over = true);
    spawning.shutdown(); // not before: who was accepted may still be asked for
    endHandlers();
    long termNanos = System.nanoTime();
    signalAll(SIGTERM, Duration.ofNanos(Long.MAX_VALUE));
    for (var stopTime : stopTimes(usualStopTime)) {
      long restNanos = TimeUnit.NANOSECONDS.convert(stopTime) - (System.nanoTime() - termNanos);
      interrupted |= awaitAnyway(this::noPrograms, Duration.ofNanos(Math.max(0, restNanos)));
      signalAll(SIGKILL, stopTime);
    }
    locked(() -> lastSignal = SIGKILL);
    interrupted |= awaitAnyway(this::noPrograms, KILLED);
    locked(() -> programs.keySet().forEach(p -> log.warn("cannot be killed pid={}", p.pid())));
    interrupted |= awaitAnyway(this::noHandlers, FOR_EVER);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Stopped.FORCED;
  }

  private void endHandlers() {
    locked(
        () -> {
          for (var handler : handlers.entrySet()) {
            if (handler.getKey() != Thread.currentThread()) {
              handler.getValue().close();
              handler.getKey().interrupt();
            }
          }
        });
  }

  /** Signals the programs whose time is not longer than this. */
  private void signalAll(int signal, Duration most) {
    locked(
        () -> {
          lastSignal = SIGTERM;
          programs.forEach(
              (program, running) -> {
                if (running.stopTime().compareTo(most) <= 0) {
                  signal(program, signal);
                }
              });
        });
  }

  /** Returns the times that programs may take to end, shortest first. */
  private List<Duration> stopTimes(Duration usual) {
    var times = new TreeSet<>(List.of(usual));
    locked(() -> programs.values().forEach(running -> times.add(running.stopTime())));
    return List.copyOf(times);
  }

  private static void signal(SpawnedProcess program, int signal) {
    try {
      program.signal(signal);
    } catch (IOException e) {
      log.warn("cannot signal pid={} cause=\"{}\"", program.pid(), e.getMessage());
    }
  }

  /** When nothing runs, nothing starts after: an accepted connection may still be on its way here. */
  private boolean finished() {
    over |= noPrograms() && noHandlers();
    return over;
  }

  private boolean noPrograms() {
    return starting == 0 && programs.isEmpty();
  }

  private boolean noHandlers() {
    return handlers.isEmpty()
        || (handlers.size() == 1 && handlers.containsKey(Thread.currentThread()));
  }

  /** Returns whether nothing may start any more. */
  boolean over() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean await(BooleanSupplier condition, Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = TimeUnit.NANOSECONDS.convert(time); // saturates
      while (!condition.getAsBoolean()) {
        if (nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits in spite of interrupts, and returns whether there was one. */
  private boolean awaitAnyway(BooleanSupplier condition, Duration time) {
    long deadlineNanos = System.nanoTime() + Math.min(TimeUnit.NANOSECONDS.convert(time), LIMIT);
    boolean interrupted = false;
    while (true) {
      try {
        var _ = await(condition, Duration.ofNanos(deadlineNanos - System.nanoTime()));
        return interrupted;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
  }
}
