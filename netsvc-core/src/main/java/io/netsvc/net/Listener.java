package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening TCP or Unix stream socket. An IPv6 listener takes IPv6 alone unless told otherwise,
 * so that it and an IPv4 one can have the same port. The file of a Unix one replaces that of a dead
 * one, never a live one or another file, and is removed by {@link #close}. Connections come by {@link #accept}, or are
 * served by {@link #serve} or {@link #onAccept}, which survive connections that are gone again and
 * pause for a second when the process is out of fds, while clients wait in the backlog. Listeners
 * are safe for use by multiple concurrent threads.
 */
public final class Listener implements AutoCloseable, FdHolder {
  /** How many connections one wake-up accepts at most, so that others get their turn. */
  private static final int BATCH = 16;

  private static final long EXHAUSTED_NANOS = 1_000_000_000L;
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final ListeningSocket socket;
  private final Readiness readiness;
  private final Acceptor acceptor;
  private final Admitted admitted;
  private final Handlers handlers;
  private final ReentrantLock accepting = new ReentrantLock();
  private final Condition arrived = accepting.newCondition();
  private boolean watched;
  private volatile boolean closed;

  /** Who gets what is accepted; read for each connection, since it may change within a batch. */
  private volatile Consumer<Connection> consumer = Connection::close;

  private Listener(ListeningSocket socket, Admission admission) {
    this.socket = socket;
    this.readiness = new Readiness(socket);
    this.acceptor = new Acceptor(socket, admission.access());
    this.admitted = new Admitted(admission.room(), readiness);
    this.handlers = new Handlers(socket.localAddress());
  }

  /**
   * What a listener has done, at one moment.
   *
   * @param accepted connections that were let in
   * @param open connections that it serves now
   * @param denied connections that its rules did not let in
   * @param failed attempts to accept, such as for want of fds
   * @param paused whether it accepts nothing now, for whatever reason
   */
  public record Snapshot(long accepted, int open, long denied, long failed, boolean paused) {}

  /**
   * Binds and listens with the default options.
   *
   * @param address a TCP address, port 0 for any, or a {@link java.net.UnixDomainSocketAddress},
   *     where {@code @name} is an abstract name (Linux)
   * @throws BindFailedException if the address is taken, not ours, or else cannot be bound
   */
  public static Listener open(SocketAddress address) throws IOException {
    return open(address, options -> options);
  }

  /**
   * As {@link #open(SocketAddress)}, with other options.
   *
   * @throws UnsupportedOperationException if the transport lacks one of them
   */
  public static Listener open(SocketAddress address, UnaryOperator<ListenOptions> options)
      throws IOException {
    return open(Transports.chosen(), address, options);
  }

  /**
   * Listens at all addresses of an endpoint as one listener, with one port: a wildcard one, such as
   * {@code *:8080}, is IPv4 and IPv6, and IPv4 alone, with a line in the log, where the system has no
   * IPv6. Port 0 is any that is free at all of them. On Linux there is a socket for each address,
   * and {@link ListenOptions#withDualStack} does not count; with the NIO transport one for both
   * families, whose IPv4 peers have IPv4 addresses all the same. Looks the host up, which blocks.
   *
   * @throws IllegalArgumentException if it is an endpoint of datagrams
   * @throws BindFailedException if one of the addresses is taken, not ours, or else cannot be bound
   * @throws UnsupportedOperationException if the transport lacks one of the options
   */
  public static Listener open(Endpoint endpoint, UnaryOperator<ListenOptions> options)
      throws IOException {
    return open(Transports.chosen(), endpoint, options);
  }

  static Listener open(
      Transport transport, Endpoint endpoint, UnaryOperator<ListenOptions> options)
      throws IOException {
    switch (endpoint.scheme()) {
      case TCP, UNIX -> {}
      case UDP, UNIX_DATAGRAM ->
          throw new IllegalArgumentException("listen " + endpoint + ": not a stream endpoint");
    }
    var settings = (ListenSettings) options.apply(ListenSettings.DEFAULTS);
    return new Listener(
        ListeningSockets.open(transport, endpoint, settings), settings.admission());
  }

  /**
   * Takes the sockets that a service manager started this process with, as sd_listen_fds(3) has
   * them: all that listen and that no earlier call has taken, in their order. Others among them,
   * such as datagram sockets, are left alone, with a line in the log. How they were bound is their
   * opener's: of the options the limits, the access rules and what a socket is told count, no more.
   * Close-on-exec from then on; a Unix one's file stays when it is closed.
   *
   * @return empty if none was passed to this process
   * @throws IOException if {@code LISTEN_FDS}, {@code LISTEN_PID} or {@code LISTEN_FDNAMES} cannot
   *     be understood or an fd is not open; nothing is taken then
   * @throws UnsupportedOperationException with the NIO transport, if there are any
   */
  public static List<Listener> inherited(UnaryOperator<ListenOptions> options) throws IOException {
    return Activation.listeners(null, Objects.requireNonNull(options, "options"));
  }

  /**
   * As {@link #inherited(UnaryOperator)}, but those of a name alone: {@code FileDescriptorName=} of
   * systemd.socket(5). Several may have the same.
   *
   * @throws IOException if one of that name does not listen, too
   */
  public static List<Listener> inherited(String name, UnaryOperator<ListenOptions> options)
      throws IOException {
    return Activation.listeners(
        Objects.requireNonNull(name, "name"), Objects.requireNonNull(options, "options"));
  }

  /**
   * Takes over a listening stream socket at an fd that this process was given; otherwise as {@link
   * #inherited(UnaryOperator)}. The fd is the listener's then, which closes it: never one that
   * another object owns. Of 0, which an inetd gives to a {@code wait} service, 1 and 2 it takes a
   * duplicate.
   *
   * @throws IOException if it is not such a socket; the fd stays the caller's
   * @throws UnsupportedOperationException with the NIO transport
   */
  public static Listener adopt(int fd, UnaryOperator<ListenOptions> options) throws IOException {
    if (fd < 0) {
      throw new IllegalArgumentException("fd out of range: " + fd);
    }
    Objects.requireNonNull(options, "options");
    if (Transports.chosen() instanceof LinuxTransport transport) {
      return adopt(transport, fd, options);
    }
    throw Transports.onlyLinux("a socket that was passed, fd " + fd + ',');
  }

  static Listener adopt(LinuxTransport transport, int fd, UnaryOperator<ListenOptions> options)
      throws IOException {
    var settings = (ListenSettings) options.apply(ListenSettings.DEFAULTS);
    return new Listener(transport.adopt(fd, settings), settings.admission());
  }

  static Listener of(ListeningSocket socket, ListenSettings settings) {
    return new Listener(socket, settings.admission());
  }

  static Listener open(
      Transport transport, SocketAddress address, UnaryOperator<ListenOptions> options)
      throws IOException {
    var settings = (ListenSettings) options.apply(ListenSettings.DEFAULTS);
    return new Listener(transport.listen(address, settings), settings.admission());
  }

  /**
   * {@return the address it listens on, with the real port; of several the first, but for all
   * addresses {@code [::]}}
   */
  public SocketAddress localAddress() {
    return socket.localAddress();
  }

  /** {@return every address it listens on, with the real port} */
  public List<SocketAddress> localAddresses() {
    return socket.localAddresses();
  }

  /** {@return what it has done up to now} */
  public Snapshot snapshot() {
    return new Snapshot(
        acceptor.accepted(),
        admitted.open(),
        acceptor.denied(),
        acceptor.failed(),
        readiness.held());
  }

  /**
   * Waits for a connection; whoever gets it closes it. Not beside {@link #serve} or {@link
   * #onAccept}, which take them all.
   *
   * @throws AsynchronousCloseException if the listener is or gets closed
   * @throws IOException as accept(2) fails, such as for want of fds; the connection waits on
   * @throws InterruptedException if this thread is interrupted; the listener stays open
   */
  public Connection accept() throws IOException, InterruptedException {
    accepting.lockInterruptibly();
    try {
      while (true) {
        if (closed) {
          throw new AsynchronousCloseException();
        }
        var arrival = readiness.held() ? null : acceptor.next();
        if (arrival != null) {
          var connection = arrival.connection();
          if (connection != null) {
            return connection;
          }
          continue;
        }
        if (!watched) {
          watched = true;
          readiness.call(this::arrived);
        } else {
          socket.watch(!readiness.held());
        }
        arrived.await();
      }
    } finally {
      accepting.unlock();
    }
  }

  private void arrived() {
    accepting.lock();
    try {
      socket.watch(false); // until the next accept finds nothing
      arrived.signal();
    } catch (IOException e) {
      log.warn("cannot watch listener={} cause=\"{}\"", localAddress(), e.getMessage());
    } finally {
      accepting.unlock();
    }
  }

  /**
   * Gives each accepted connection to a consumer, on an event loop: it must not block, and it
   * closes the connection in the end. Replaces what an earlier call set.
   */
  public void onAccept(Consumer<Connection> consumer) throws IOException {
    this.consumer = Objects.requireNonNull(consumer, "consumer");
    readiness.call(this::acceptBatch);
  }

  /**
   * Calls back whenever connections wait, on an event loop, and accepts none. Replaces what an
   * earlier call set.
   */
  public void onReadable(Runnable callback) throws IOException {
    readiness.call(callback);
  }

  /**
   * As {@link #onAccept}, for connections that count as {@link ListenOptions#withMaxConnections} says:
   * each from its accept until the consumer gives its place back, in the end, whatever became of it.
   */
  void onAdmitted(BiConsumer<Connection, Admitted.Place> consumer) throws IOException {
    onAccept(
        connection -> {
          var place = admitted.begin();
          try {
            consumer.accept(connection, place);
          } catch (RuntimeException | Error e) {
            place.close();
            throw e;
          }
        });
  }

  /** Serves each connection on a virtual thread, and closes it after. As {@link #onAccept}. */
  public void serve(ConnectionHandler handler) throws IOException {
    Objects.requireNonNull(handler, "handler");
    onAdmitted((connection, place) -> handlers.start(connection, handler, place));
  }

  /** Serves one connection on a virtual thread that ends before {@link #close} returns. */
  public void serve(Connection connection, ConnectionHandler handler) {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(handler, "handler");
    handlers.start(connection, handler, admitted.begin());
  }

  private void acceptBatch() {
    for (int i = 0; i < BATCH && !readiness.held(); i++) {
      Acceptor.Arrival arrival;
      try {
        arrival = acceptor.next();
      } catch (IOException | RuntimeException | Error e) {
        acceptFailed(e);
        return;
      }
      if (arrival == null) {
        return;
      }
      var connection = arrival.connection();
      if (connection == null) {
        continue;
      }
      try {
        consumer.accept(connection);
      } catch (RuntimeException | Error e) {
        connection.close();
        warn("not served listener={} peer={}", localAddress(), connection.remoteAddress(), e);
      }
    }
  }

  /** What fails again at once would keep the loop busy: it gets a pause, before anything else. */
  private void acceptFailed(Throwable e) {
    readiness.pauseFor(EXHAUSTED_NANOS);
    warn("accepting pauses listener={} cause=\"{}\"", localAddress(), e.getMessage());
  }

  /** What a logger throws, perhaps for want of an fd of its own, must not end the event loop. */
  private static void warn(String message, @Nullable Object... arguments) {
    try {
      log.warn(message, arguments);
    } catch (RuntimeException | Error e) {
      // There is nowhere to say it.
    }
  }

  /** Accepts nothing until {@link #resume}; clients wait in the backlog. */
  public void pause() {
    readiness.pause();
  }

  /** Takes back a {@link #pause}. */
  public void resume() {
    readiness.resume();
  }

  /**
   * The listening socket itself, for a program; see {@link io.netsvc.process.ChildFd}.
   *
   * @throws IllegalStateException if it accepts by itself and is not paused
   * @throws UnsupportedOperationException with the NIO transport, which does not tell it, and if it
   *     listens at several addresses, which takes several
   */
  @Override
  public Fd handOver() throws IOException {
    if (socket instanceof FdHolder holder) {
      return holder.handOver();
    }
    throw Transports.onlyLinux("the fd of " + this);
  }

  @Override
  public Fd share() throws IOException {
    if (socket instanceof FdHolder holder) {
      return holder.share();
    }
    throw Transports.onlyLinux("the fd of " + this);
  }

  /**
   * Takes over the file of a Unix socket that was passed to this process, which {@link #close}
   * removes from now on: whoever passed it has {@link #detach detached} it, or ended.
   */
  public void attach() throws IOException {
    if (socket instanceof LinuxTransport.Socket ours) {
      ours.takeFile();
    }
  }

  /**
   * Stops listening here, and leaves the socket, with the clients that wait and the file of a Unix
   * one, to another process that has it too. Connections that it serves go on until {@link #stop}
   * or {@link #close}.
   */
  public void detach() {
    if (socket instanceof LinuxTransport.Socket ours) {
      ours.leaveFile();
    }
    stopListening();
  }

  /**
   * Stops listening at once, gives the connections that it serves this long to end, and then does
   * as {@link #close}. A handler that calls this does not wait for itself.
   *
   * @param grace zero or negative for no time at all
   */
  public Stopped stop(Duration grace) {
    stopListening();
    return handlers.stop(grace);
  }

  /** Stops listening, closes every connection that it serves, and waits for their handlers. */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  private void stopListening() {
    closed = true;
    admitted.close();
    readiness.close();
    accepting.lock();
    try {
      arrived.signalAll();
    } finally {
      accepting.unlock();
    }
  }

  @Override
  public String toString() {
    var addresses = localAddresses();
    return "listener " + (addresses.size() == 1 ? addresses.getFirst() : addresses);
  }
}
