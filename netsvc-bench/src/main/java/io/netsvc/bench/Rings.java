package io.netsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** Whether a process uses io_uring(7), from its fds. */
final class Rings {
  private static final long WAIT_NANOS = 3_000_000_000L;
  private static final long LOOK_NANOS = 20_000_000L;
  private static final String RING = "anon_inode:[io_uring]";

  private Rings() {}

  /** Waits for a ring, which an event loop makes for its first relay; false if none comes. */
  static boolean seen(String pid) throws IOException {
    long begun = System.nanoTime();
    do {
      try (var fds = Files.list(Path.of("/proc", pid, "fd"))) {
        if (fds.anyMatch(Rings::isRing)) {
          return true;
        }
      }
      LockSupport.parkNanos(LOOK_NANOS);
    } while (System.nanoTime() - begun < WAIT_NANOS);
    return false;
  }

  private static boolean isRing(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString().equals(RING);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
