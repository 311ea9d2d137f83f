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

  private final int looks;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  /** Kills a child at the look that makes so many: looks stop with the JVM, as a clock does not. */
  SpawnWatchdog(int looks, long periodMillis) {
    this.looks = looks;
    var _ =
        Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().daemon().name("netsvc-spawn-watchdog").unstarted(task))
            .scheduleWithFixedDelay(this::look, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
  }

  private static final class Holder {
    static final SpawnWatchdog SHARED = new SpawnWatchdog(6, 2_000);
  }

  /** The one that grants every child ten to twelve seconds. */
  static SpawnWatchdog shared() {
    return Holder.SHARED;
  }

  private void look() {
    watches.forEach(Watch::look);
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
    private final MemorySegment pidfd;
    private int seen;
    private boolean open = true;

    private Watch(MemorySegment pidfd) {
      this.pidfd = pidfd;
    }

    private synchronized void look() {
      seen++;
      int fd = open && seen >= looks ? pidfd.get(ValueLayout.JAVA_INT, 0) : -1;
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
