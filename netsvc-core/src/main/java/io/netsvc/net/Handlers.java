package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections that a listener serves, each on a virtual thread of its own. */
final class Handlers {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final String name;
  private final Map<Thread, Connection> running = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  Handlers(SocketAddress address) {
    this.name = "netsvc-" + address;
  }

  /**
   * Serves a connection, then closes it and gives its place back; at once if it came too late. A
   * place is closed last, or another connection could come before there are fds for it.
   */
  void start(Connection connection, ConnectionHandler handler, Admitted.Place place) {
    var thread = Thread.ofVirtual().name(name).unstarted(() -> run(connection, handler, place));
    running.put(thread, connection);
    if (stopped) {
      running.remove(thread);
      connection.close();
      place.close();
      return;
    }
    thread.start();
  }

  private void run(Connection connection, ConnectionHandler handler, Admitted.Place place) {
    try (place;
        connection) {
      handler.serve(connection);
    } catch (IOException e) {
      log.debug("connection failed peer={} cause=\"{}\"", connection.remoteAddress(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      log.warn("handler failed peer={}", connection.remoteAddress(), e);
    } finally {
      running.remove(Thread.currentThread());
    }
  }

  /** Waits for all but the calling one; when the time is up, closes their connections. */
  Stopped stop(Duration grace) {
    stopped = true;
    long deadlineNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(grace);
    boolean interrupted = false;
    while (!running.isEmpty() && !interrupted) {
      long left = deadlineNanos - System.nanoTime();
      var other = other();
      if (other == null) {
        return Stopped.GRACEFUL;
      }
      if (left <= 0) {
        break;
      }
      try {
        other.join(Duration.ofNanos(left));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    var result = other() == null ? Stopped.GRACEFUL : Stopped.FORCED;
    interrupted |= end();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result;
  }

  private @Nullable Thread other() {
    for (var thread : running.keySet()) {
      if (thread != Thread.currentThread()) {
        return thread;
      }
    }
    return null;
  }

  /** Ends what runs and returns whether this thread was interrupted while it waited. */
  private boolean end() {
    boolean interrupted = false;
    for (var entry : running.entrySet()) {
      var thread = entry.getKey();
      entry.getValue().close();
      if (thread == Thread.currentThread()) {
        continue;
      }
      thread.interrupt();
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    return interrupted;
  }
}
