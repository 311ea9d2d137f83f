package io.netsvc.net;

import io.netsvc.linux.ClientSocket;
import io.netsvc.linux.Errno;
import io.netsvc.linux.EventLoop;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.SocketOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One attempt to connect, whose thread parks while the event loop waits for news. */
final class LinuxConnect {
  /** How soon a full backlog is looked at again: nothing tells when it has room. */
  static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final EventLoop loop;
  private final SocketAddress address;
  private final ConnectSettings settings;
  private final long deadlineNanos;
  private volatile boolean news;

  LinuxConnect(
      EventLoop loop, SocketAddress address, ConnectSettings settings, long deadlineNanos) {
    this.loop = loop;
    this.address = address;
    this.settings = settings;
    this.deadlineNanos = deadlineNanos;
  }

  Connection connect() throws IOException, InterruptedException {
    var socket = ClientSocket.open(address, LinuxTuning.kind(settings.tuning()));
    try {
      prepare(socket, address, settings);
      complete(socket);
      return LinuxTuning.connection(settings.tuning(), socket.fd(), address);
    } catch (LinuxException e) {
      socket.fd().close();
      throw failure(e);
    } catch (IOException | RuntimeException | InterruptedException e) {
      socket.fd().close();
      throw e;
    }
  }

  /** Tells a socket what it has to know before it connects. */
  static void prepare(ClientSocket socket, SocketAddress address, ConnectSettings settings)
      throws IOException {
    LinuxTuning.apply(settings.tuning(), address, socket.fd());
    var source = settings.source();
    if (source != null) {
      boolean inet = source instanceof InetSocketAddress;
      if (inet) {
        SocketOption.REUSE_ADDRESS.set(socket.fd(), 1); // or a fixed port waits out the TIME_WAIT
      }
      socket.bind(source, inet && ((InetSocketAddress) source).getPort() == 0);
    }
  }

  private void complete(ClientSocket socket) throws IOException, InterruptedException {
    long pauseNanos = FIRST_PAUSE_NANOS;
    while (true) {
      switch (socket.proceed()) {
        case CONNECTED -> {
          return;
        }
        case PENDING -> {
          // On one machine the handshake is over before connect(2) returns, although it says that
          // it is not; a second look costs far less than a round through the event loop.
          if (socket.proceed() != ClientSocket.Progress.CONNECTED) {
            awaitNews(socket);
          }
          return;
        }
        case FULL -> {
          park(pauseNanos);
          pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
        }
      }
    }
  }

  /** Registers only now: a socket that does not connect yet is one that hung up, to epoll(7). */
  private void awaitNews(ClientSocket socket) throws IOException, InterruptedException {
    var waiting = Thread.currentThread();
    var registration =
        loop.register(
            socket.fd(),
            0,
            () -> {
              news = true;
              LockSupport.unpark(waiting);
            });
    try {
      do {
        news = false;
        registration.interestOnce(EventLoop.OUT);
        while (!news) {
          park(Long.MAX_VALUE);
        }
      } while (socket.proceed() != ClientSocket.Progress.CONNECTED);
    } finally {
      registration.cancel();
    }
  }

  private void park(long nanos) throws IOException, InterruptedException {
    long leftNanos = deadlineNanos - System.nanoTime();
    if (leftNanos <= 0) {
      throw ConnectFailures.timedOut(address, settings.timeout());
    }
    LockSupport.parkNanos(this, Math.min(nanos, leftNanos));
    if (Thread.interrupted()) {
      throw new InterruptedException("connect " + address);
    }
  }

  /** {@return what to throw for an errno of connect(2)} */
  static IOException failure(LinuxException e) {
    var message = String.valueOf(e.getMessage());
    return switch (e.errno()) {
      case Errno.ECONNREFUSED, Errno.ECONNRESET, Errno.ENOENT, Errno.ETIMEDOUT ->
          ConnectFailures.refused(message, e);
      case Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENETDOWN, Errno.EHOSTDOWN, Errno.ENONET ->
          ConnectFailures.unreachable(message, e);
      case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL -> ConnectFailures.notOurs(message, e);
      default -> e;
    };
  }
}
