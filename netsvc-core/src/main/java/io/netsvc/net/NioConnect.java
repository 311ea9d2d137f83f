package io.netsvc.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One attempt to connect a {@link SocketChannel}. */
final class NioConnect {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final SocketAddress address;
  private final ProtocolFamily family;
  private final ConnectSettings settings;
  private final long deadlineNanos;

  NioConnect(
      SocketAddress address,
      ProtocolFamily family,
      ConnectSettings settings,
      long deadlineNanos) {
    this.address = address;
    this.family = family;
    this.settings = settings;
    this.deadlineNanos = deadlineNanos;
  }

  Connection connect() throws IOException, InterruptedException {
    var tuning = NioTuning.connecting(settings.tuning(), family);
    while (true) {
      var channel = SocketChannel.open(family);
      try {
        tuning.apply(channel);
        bind(channel);
        if (family != StandardProtocolFamily.UNIX) {
          connectInet(channel);
          return new NioConnection(channel);
        }
        if (connectUnix(channel)) {
          return new NioConnection(channel);
        }
        channel.close(); // the backlog is full
      } catch (IOException e) {
        channel.close();
        if (Thread.interrupted()) { // which has closed the channel
          throw new InterruptedException("connect " + address);
        }
        throw failure(e);
      } catch (RuntimeException e) {
        channel.close();
        throw e;
      }
      LockSupport.parkNanos(Math.min(PAUSE_NANOS, leftNanos()));
      if (Thread.interrupted()) {
        throw new InterruptedException("connect " + address);
      }
    }
  }

  private void bind(SocketChannel channel) throws IOException {
    if (settings.source() != null) {
      if (family != StandardProtocolFamily.UNIX) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      channel.bind(settings.source());
    }
  }

  private void connectInet(SocketChannel channel) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(leftNanos()) + 1;
    channel.socket().connect(address, (int) Math.min(millis, Integer.MAX_VALUE));
  }

  /**
   * Connects, or returns false if the backlog is full: connect(2) fails with EAGAIN then, and the
   * kernel does not connect it later by itself.
   */
  private boolean connectUnix(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    try {
      if (!channel.connect(address)) {
        return false;
      }
    } catch (SocketException e) {
      if ("Resource temporarily unavailable".equals(e.getMessage())) {
        return false;
      }
      throw e;
    }
    channel.configureBlocking(true);
    return true;
  }

  private long leftNanos() throws SocketTimeoutException {
    long leftNanos = deadlineNanos - System.nanoTime();
    if (leftNanos <= 0) {
      throw ConnectFailures.timedOut(address, settings.timeout());
    }
    return leftNanos;
  }

  private IOException failure(IOException e) {
    var cause = e.getMessage() == null ? e.toString() : e.getMessage();
    var message = "connect " + address + ": " + cause;
    return switch (e) {
      case SocketTimeoutException _ -> ConnectFailures.timedOut(address, settings.timeout());
      case BindException _ -> ConnectFailures.notOurs(message, e);
      case NoRouteToHostException _ -> ConnectFailures.unreachable(message, e);
      case ConnectException _ -> ConnectFailures.refused(message, e);
      // The JDK has no type of its own for these.
      default ->
          switch (cause) {
            case "Network is unreachable", "Network is down", "Host is down" ->
                ConnectFailures.unreachable(message, e);
            case "Connection reset", "Connection reset by peer", "No such file or directory" ->
                ConnectFailures.refused(message, e);
            default -> new IOException(message, e);
          };
    };
  }
}
