package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Handshakes that must end in time: the connection of one that is late is reset, which wakes it. */
final class Deadline {
  private Deadline() {}

  /** What is done until then, with blocking calls. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /**
   * Runs a step, and resets the connection if it fails.
   *
   * @param what for the message, such as {@code TLS with example.org:443}
   * @throws SocketTimeoutException when the time is up
   */
  static <T> T within(Duration limit, String what, Connection connection, Step<T> step)
      throws IOException {
    var late = new CompletableFuture<Boolean>();
    late.completeOnTimeout(true, TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS);
    var _ = late.thenAccept(isLate -> resetIf(isLate, connection));
    boolean done = false;
    try {
      var result = step.run();
      done = late.complete(false);
      if (!done) {
        throw new SocketTimeoutException(what + ": timed out after " + text(limit));
      }
      return result;
    } catch (IOException e) {
      if (!late.complete(false) && late.join() && !(e instanceof SocketTimeoutException)) {
        var timeout = new SocketTimeoutException(what + ": timed out after " + text(limit));
        timeout.initCause(e);
        throw timeout;
      }
      throw e;
    } finally {
      if (!done) {
        late.complete(false);
        connection.abort();
      }
    }
  }

  private static void resetIf(boolean late, Connection connection) {
    if (late) {
      connection.abort();
    }
  }

  private static String text(Duration limit) {
    return limit.toNanosPart() == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }
}
