package io.netsvc.inetd;

import io.netsvc.net.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Closes a connection after some time, which ends its reads and writes, unless it is closed before. */
final class Deadline implements AutoCloseable {
  private final AtomicBoolean over = new AtomicBoolean();
  private final Runnable cancel;

  Deadline(Connection connection, Duration time) {
    cancel =
        Later.run(
            () -> {
              if (over.compareAndSet(false, true)) { // and never one that was passed on since
                connection.close();
              }
            },
            TimeUnit.NANOSECONDS.convert(time));
  }

  @Override
  public void close() {
    over.set(true);
    cancel.run();
  }
}
