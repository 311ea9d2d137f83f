package io.netsvc.inetd;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A task that runs after some time, unless it is taken back; from any thread, with any transport. */
final class Later {
  private Later() {}

  /**
   * Runs a task after so many nanoseconds, on a thread of the JDK's common pool: it must not block.
   *
   * @return what takes it back; a task that has begun goes on
   */
  static Runnable run(Runnable task, long delayNanos) {
    var timer = new CompletableFuture<Void>();
    var _ = timer.thenRunAsync(task);
    var _ = timer.completeOnTimeout(null, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }
}
