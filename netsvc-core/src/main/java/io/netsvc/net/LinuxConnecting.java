package io.netsvc.net;

import io.netsvc.linux.ClientSocket;
import io.netsvc.linux.EventLoop;
import io.netsvc.linux.LinuxException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt to connect that lives on an event loop; {@link LinuxConnect} is the one with a thread. */
final class LinuxConnecting {
  private static final Logger log = LoggerFactory.getLogger(Connector.class);

  private final EventLoop loop;
  private final SocketAddress address;
  private final ConnectSettings settings;
  private final Connecting connecting;
  private final long deadlineNanos;
  private long pauseNanos = LinuxConnect.FIRST_PAUSE_NANOS;
  private Flight.Recording recording = (_, _) -> {};
  private @Nullable ClientSocket socket;
  private EventLoop.@Nullable Registration registration;
  private @Nullable Runnable cancelTimer;

  LinuxConnecting(
      EventLoop loop, SocketAddress address, ConnectSettings settings, Connecting connecting) {
    this.loop = loop;
    this.address = address;
    this.settings = settings;
    this.connecting = connecting;
    this.deadlineNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(settings.timeout());
  }

  void begin() {
    if (loop.isCurrent()) {
      open();
    } else {
      loop.execute(this::open);
    }
  }

  /** Has it fail, unless it is over. */
  void cancel() {
    loop.execute(
        () -> {
          if (socket != null) {
            fail(new AsynchronousCloseException());
          }
        });
  }

  private void open() {
    recording = Flight.connect(address, 1);
    attempt(
        () -> {
          var opened = ClientSocket.open(address, LinuxTuning.kind(settings.tuning()));
          socket = opened;
          LinuxConnect.prepare(opened, address, settings);
          proceed(opened);
        });
  }

  private interface Step {
    void run() throws IOException;
  }

  private void attempt(Step step) {
    try {
      step.run();
    } catch (LinuxException e) {
      fail(LinuxConnect.failure(e));
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(new IOException("connect " + address + ": " + e, e));
    }
  }

  private void proceed(ClientSocket opened) throws IOException {
    var progress = opened.proceed();
    if (progress == ClientSocket.Progress.PENDING && registration == null) {
      progress = opened.proceed(); // on one machine the handshake is over by now
    }
    switch (progress) {
      case CONNECTED -> {
        forget();
        var connection =
            ConnectFailures.notToItself(
                address, LinuxTuning.connection(settings.tuning(), opened.fd(), address));
        socket = null;
        recording.ended(null, "connected");
        connecting.connected(connection);
      }
      case PENDING -> {
        if (registration == null) {
          registration = loop.register(opened.fd(), 0, () -> attempt(() -> proceed(opened)));
        }
        registration.interestOnce(EventLoop.OUT);
        waitAtMost(Long.MAX_VALUE);
      }
      case FULL -> {
        waitAtMost(pauseNanos);
        pauseNanos = Math.min(2 * pauseNanos, LinuxConnect.MAX_PAUSE_NANOS);
      }
    }
  }

  /** Looks again after this long, or at the deadline. */
  private void waitAtMost(long nanos) {
    if (cancelTimer != null) {
      cancelTimer.run();
    }
    cancelTimer = loop.schedule(this::look, Math.min(nanos, deadlineNanos - System.nanoTime()));
  }

  private void look() {
    cancelTimer = null;
    var waiting = socket;
    if (waiting == null) {
      return;
    }
    if (deadlineNanos - System.nanoTime() <= 0) {
      fail(ConnectFailures.timedOut(address, settings.timeout()));
    } else {
      attempt(() -> proceed(waiting));
    }
  }

  private void fail(IOException cause) {
    close();
    recording.ended(null, String.valueOf(cause.getMessage()));
    try {
      connecting.failed(cause);
    } catch (RuntimeException | Error e) {
      log.warn("who connected failed address={}", address, e);
    }
  }

  private void forget() {
    if (cancelTimer != null) {
      cancelTimer.run();
      cancelTimer = null;
    }
    if (registration != null) {
      registration.cancel();
      registration = null;
    }
  }

  private void close() {
    forget();
    if (socket != null) {
      socket.fd().close();
      socket = null;
    }
  }
}
