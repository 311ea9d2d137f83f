package io.netsvc.net;

import io.netsvc.linux.Errno;
import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.Loops;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening TCP or Unix stream socket of our own. An IPv6 listener takes IPv6 alone
 * (IPV6_V6ONLY), so that it and an IPv4 one can have the same port. Accepting survives connections
 * that are gone again and pauses for a second when the process is out of fds, while clients wait
 * in the backlog. Listeners are safe for use by multiple concurrent threads.
 */
public final class Listener implements AutoCloseable, FdHolder {
  /** How many connections one wake-up accepts at most, so that others get their turn. */
  private static final int BATCH = 16;

  private static final int BACKLOG = 4096;
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final Fd fd;
  private final SocketAddress address;
  private final Set<Thread> handlers = ConcurrentHashMap.newKeySet();
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private EventLoop.@Nullable Registration registration;
  private volatile Runnable ready = () -> {};
  private boolean paused;

  private Listener(Fd fd) throws IOException {
    this.fd = fd;
    this.address = Sockets.localAddress(fd);
  }

  /**
   * Binds and listens; the kernel's {@code somaxconn} bounds the backlog of 4096.
   *
   * @param address a TCP address, port 0 for any, or a {@link java.net.UnixDomainSocketAddress}
   * @throws java.net.BindException if the address is taken or not ours
   */
  public static Listener open(SocketAddress address) throws IOException {
    return open(address, false);
  }

  /** As {@link #open(SocketAddress)}, but an IPv6 address takes IPv4 connections too if wanted. */
  public static Listener open(SocketAddress address, boolean dualStack) throws IOException {
    var fd = Sockets.listen(address, BACKLOG, dualStack);
    try {
      return new Listener(fd);
    } catch (IOException e) {
      fd.close();
      throw e;
    }
  }

  /**
   * Sets the socket buffers that connections accepted from now on get: SO_SNDBUF and SO_RCVBUF of
   * socket(7). The kernel doubles the figures and caps them by its own limits.
   *
   * @param send bytes, or 0 to leave it
   * @param receive bytes, or 0 to leave it
   */
  public void buffers(int send, int receive) throws IOException {
    Sockets.buffers(fd, send, receive);
  }

  /** {@return the address it listens on, with the real port} */
  public SocketAddress localAddress() {
    return address;
  }

  /**
   * Gives each accepted connection to a consumer, on an event loop: it must not block, and it
   * closes the connection in the end. Replaces what an earlier call set.
   */
  public synchronized void onAccept(Consumer<Connection> consumer) throws IOException {
    watch(() -> acceptBatch(consumer));
  }

  /**
   * Calls back whenever connections wait, on an event loop, and accepts none. Replaces what an
   * earlier call set.
   */
  public synchronized void onReadable(Runnable callback) throws IOException {
    watch(callback);
  }

  private synchronized void watch(Runnable callback) throws IOException {
    ready = callback;
    if (registration == null) {
      registration = Loops.shared().register(fd, paused ? 0 : EventLoop.IN, () -> ready.run());
    }
  }

  /** Serves each connection on a virtual thread, and closes it after. As {@link #onAccept}. */
  public void serve(ConnectionHandler handler) throws IOException {
    onAccept(connection -> serve(connection, handler));
  }

  /** Serves one connection on a virtual thread that ends before {@link #close} returns. */
  public void serve(Connection connection, ConnectionHandler handler) {
    open.add(connection);
    var thread =
        Thread.ofVirtual()
            .name("netsvc-" + address)
            .unstarted(
                () -> {
                  try (connection) {
                    handler.serve(connection);
                  } catch (IOException e) {
                    log.debug("connection failed peer={} cause={}", connection, e.toString());
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } catch (RuntimeException | Error e) {
                    log.warn("handler failed listener={}", address, e);
                  } finally {
                    open.remove(connection);
                    handlers.remove(Thread.currentThread());
                  }
                });
    handlers.add(thread);
    thread.start();
  }

  private void acceptBatch(Consumer<Connection> consumer) {
    for (int i = 0; i < BATCH; i++) {
      synchronized (this) {
        if (fd.isClosed() || paused) {
          return;
        }
      }
      try {
        var accepted = Sockets.accept(fd);
        if (accepted == null) {
          return;
        }
        consumer.accept(new SocketConnection(accepted));
      } catch (LinuxException e) {
        if (e.errno() == Errno.EMFILE
            || e.errno() == Errno.ENFILE
            || e.errno() == Errno.ENOBUFS
            || e.errno() == Errno.ENOMEM) {
          log.warn("accepting pauses listener={} cause={}", address, e.getMessage());
          pauseFor(1, TimeUnit.SECONDS);
        } else {
          log.debug("accept failed listener={} cause={}", address, e.getMessage());
        }
        return;
      }
    }
  }

  /** Pauses, and resumes by itself. */
  public void pauseFor(long time, TimeUnit unit) {
    pause();
    var _ =
        java.util.concurrent.CompletableFuture.runAsync(
            this::resume, java.util.concurrent.CompletableFuture.delayedExecutor(time, unit));
  }

  /** Accepts nothing until {@link #resume}; clients wait in the backlog. */
  public synchronized void pause() {
    paused = true;
    interest();
  }

  /** Accepts again. */
  public synchronized void resume() {
    paused = false;
    interest();
  }

  private void interest() {
    if (registration == null || fd.isClosed()) {
      return;
    }
    try {
      if (!paused) {
        fd.setNonBlocking(true); // a child that had it made it blocking
      }
      registration.interest(paused ? 0 : EventLoop.IN);
    } catch (IOException e) {
      log.warn("cannot watch listener={} cause={}", address, e.getMessage());
    }
  }

  @Override
  public Fd fd() {
    return fd;
  }

  /** Stops listening, closes every connection that it serves, and waits for their handlers. */
  @Override
  public void close() {
    synchronized (this) {
      if (registration != null) {
        registration.cancel();
      }
      fd.close();
    }
    open.forEach(Connection::close);
    boolean interrupted = false;
    for (var thread : handlers) {
      if (thread == Thread.currentThread()) {
        continue; // a handler may close its own listener
      }
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "listener " + address;
  }
}
