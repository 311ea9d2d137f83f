package io.netsvc.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Kills children that do not get as far as their program: stopped by someone, or stuck in a system
 * call. Until then their parent's thread waits, which nothing else can end.
 */
final class SpawnWatchdog {
  private static final int SIGKILL = 9;
  private static final long PERIOD_MILLIS = 2_000;

  private final long stuckNanos;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  SpawnWatchdog(long stuckNanos, long periodMillis) {
    this.stuckNanos = stuckNanos;
    var _ =
        Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().daemon().name("netsvc-spawn-watchdog").unstarted(task))
            .scheduleWithFixedDelay(this::look, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
  }

  private static final class Holder {
    static final SpawnWatchdog SHARED =
        new SpawnWatchdog(TimeUnit.SECONDS.toNanos(10), PERIOD_MILLIS);
  }

  /** The one that grants every child ten seconds, looked at every two. */
  static SpawnWatchdog shared() {
    return Holder.SHARED;
  }

  private void look() {
    long now = System.nanoTime();
    for (var watch : watches) {
      if (now - watch.beginNanos >= stuckNanos) {
        watch.kill();
      }
    }
  }

  /**
   * Watches a child until the watch is closed.
   *
   * @param pidfd where clone3 writes the child's pidfd, -1 before
   */
  Watch watch(MemorySegment pidfd) {
    var watch = new Watch(pidfd);
    watches.add(watch);
    return watch;
  }

  /** One child on its way to its program. */
  final class Watch implements AutoCloseable {
    private final long beginNanos = System.nanoTime();
    private final MemorySegment pidfd;
    private boolean open = true;

    private Watch(MemorySegment pidfd) {
      this.pidfd = pidfd;
    }

    private synchronized void kill() {
      int fd = open ? pidfd.get(ValueLayout.JAVA_INT, 0) : -1;
      if (fd >= 0) {
        Pidfd.signal(fd, SIGKILL);
      }
    }

    /** Returns only when no signal is on its way: the child's fd may be closed, or its program runs. */
    @Override
    public synchronized void close() {
      open = false;
      watches.remove(this);
    }
  }
}
