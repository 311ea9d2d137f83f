package io.netsvc.net;

/** The thread that a relayed pair lives on. */
interface RelayLoop {

  /** Runs a task on the thread; from any thread. */
  void execute(Runnable task);

  /**
   * Runs a task on the thread after some time; from the thread itself.
   *
   * @return what takes it back, on the thread too; for naught once it has run
   */
  Runnable schedule(Runnable task, long delayNanos);

  /** Runs a task once all sockets are closed that were told to; on the thread, now as a rule. */
  default void whenClosed(Runnable task) {
    task.run();
  }

  /** {@return a clock for this loop's deadlines, as {@link System#nanoTime}} */
  long nanoTime();
}
