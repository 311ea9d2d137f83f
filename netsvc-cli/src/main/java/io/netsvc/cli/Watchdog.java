package io.netsvc.cli;

import io.netsvc.inetd.Supervisor;
import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells the supervisor, as often as it wants to hear it, that this process still serves: that a
 * client of a socket of its own is accepted, by the event loop that the services have.
 */
final class Watchdog implements AutoCloseable {
  private final Supervisor supervisor;
  private final Listener listener;
  private final Connector connector;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("netsvc-watchdog").unstarted(task));

  private Watchdog(Supervisor supervisor, Duration interval) throws IOException {
    this.supervisor = supervisor;
    this.connector = Connector.of(o -> o.withTimeout(interval));
    this.listener =
        Listener.open(
            UnixDomainSocketAddress.of("@netsvc-watchdog-" + ProcessHandle.current().pid()));
    listener.onAccept(Connection::close);
    long halfNanos = TimeUnit.NANOSECONDS.convert(interval) / 2;
    var _ = thread.scheduleAtFixedRate(this::look, 0, halfNanos, TimeUnit.NANOSECONDS);
  }

  /** Begins, if the supervisor wants it. */
  static Optional<Watchdog> of(Supervisor supervisor) throws IOException {
    var interval = supervisor.watchdogInterval();
    return interval.isEmpty()
        ? Optional.empty()
        : Optional.of(new Watchdog(supervisor, interval.get()));
  }

  private void look() {
    try (var connection = connector.connect(listener.localAddress())) {
      if (connection.read(ByteBuffer.allocate(1)) < 0) {
        supervisor.watchdog();
      }
    } catch (IOException | RuntimeException e) {
      // Not served, which the supervisor learns by hearing nothing.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is over
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    listener.close();
  }
}
