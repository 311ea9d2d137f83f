package io.netsvc.inetd;

import io.netsvc.linux.Errno;
import io.netsvc.linux.LinuxException;
import io.netsvc.process.SpawnException;
import io.netsvc.process.SpawnedProcess;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few fds that are held for when there are no others. A connection may be accepted with the last
 * one, and its program's start takes more for a moment: without these, clients that wait to be
 * started could hold all fds among them, and none could be. Safe for use by multiple threads.
 */
final class SpareFds implements AutoCloseable {
  /** A duplicate of the connection, a pidfd, and a pipe for stderr. */
  private static final int COUNT = 4;

  /** Who has been accepted and cannot be served in this time is better told so. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final Deque<FileInputStream> spare = new ArrayDeque<>();
  private boolean closed;

  /** Starts a program. */
  @FunctionalInterface
  interface Start {
    SpawnedProcess run() throws IOException;
  }

  /**
   * Starts a program, with the spare fds where there are no others, and where those are not enough
   * either waits for some; a start that failed for want of fds has changed nothing.
   *
   * @param about for the log
   * @param ending whether to wait no more
   */
  SpawnedProcess start(Start start, String about, BooleanSupplier ending) throws IOException {
    take();
    long beginNanos = System.nanoTime();
    boolean said = false;
    while (true) {
      try {
        return start.run();
      } catch (IOException e) {
        if (!outOfFds(e)) {
          throw e;
        }
      }
      try {
        return withSpare(start);
      } catch (IOException e) {
        if (!outOfFds(e)
            || ending.getAsBoolean()
            || System.nanoTime() - beginNanos >= PATIENCE_NANOS) {
          throw e;
        }
        if (!said) {
          log.warn("starting waits {} cause=\"{}\"", about, e.getMessage());
          said = true;
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** One at a time: two could not both have them. */
  private synchronized SpawnedProcess withSpare(Start start) throws IOException {
    release();
    try {
      return start.run();
    } finally {
      take();
    }
  }

  private static boolean outOfFds(IOException e) {
    int errno =
        switch (e) {
          case SpawnException spawn -> spawn.errno();
          case LinuxException linux -> linux.errno();
          default -> 0;
        };
    return errno == Errno.EMFILE || errno == Errno.ENFILE;
  }

  private synchronized void take() {
    try {
      while (!closed && spare.size() < COUNT) {
        spare.push(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      // As many as there are; the next start takes the others.
    }
  }

  private void release() {
    while (!spare.isEmpty()) {
      try {
        spare.pop().close();
      } catch (IOException e) {
        log.warn("a spare fd is not closed cause=\"{}\"", e.getMessage());
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    release();
  }
}
