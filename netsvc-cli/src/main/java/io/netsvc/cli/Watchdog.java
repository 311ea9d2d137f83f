package io.netsvc.cli;

import io.netsvc.inetd.InetdServer;
import io.netsvc.inetd.Supervisor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells the supervisor, as often as it wants to hear it, that the server still answers. */
final class Watchdog implements AutoCloseable {
  private final @Nullable ScheduledExecutorService thread;

  private Watchdog(@Nullable ScheduledExecutorService thread) {
    this.thread = thread;
  }

  static Watchdog of(Supervisor supervisor, InetdServer server) {
    var interval = supervisor.watchdogInterval();
    if (interval.isEmpty()) {
      return new Watchdog(null);
    }
    var thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("netsvc-watchdog").unstarted(task));
    long halfNanos = TimeUnit.NANOSECONDS.convert(interval.get()) / 2;
    var _ =
        thread.scheduleAtFixedRate(
            () -> {
              var _ = server.services(); // which hangs when the server does
              supervisor.watchdog();
            },
            0,
            halfNanos,
            TimeUnit.NANOSECONDS);
    return new Watchdog(thread);
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
