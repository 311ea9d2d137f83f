package io.netsvc.inetd;

import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Loops;

/** A task that runs on an event loop after some time, unless it is taken back; from any thread. */
final class Later {
  private final EventLoop loop = Loops.shared();
  private final Runnable task;
  private Runnable cancel = () -> {}; // of the loop's thread alone, as is the next
  private boolean cancelled;

  private Later(Runnable task) {
    this.task = task;
  }

  /** Runs a task after so many nanoseconds, and returns what takes it back. */
  static Runnable run(Runnable task, long delayNanos) {
    var later = new Later(task);
    later.loop.execute(() -> later.begin(delayNanos));
    return () -> later.loop.execute(later::cancel);
  }

  private void begin(long delayNanos) {
    if (!cancelled) {
      cancel = loop.schedule(task, delayNanos);
    }
  }

  private void cancel() {
    cancelled = true;
    cancel.run();
  }
}
