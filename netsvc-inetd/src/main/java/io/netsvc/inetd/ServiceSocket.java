package io.netsvc.inetd;

import io.netsvc.inetd.config.SocketType;
import io.netsvc.linux.Loops;
import io.netsvc.linux.Pidfd;
import io.netsvc.net.DatagramOptions;
import io.netsvc.net.DatagramPort;
import io.netsvc.net.ListenOptions;
import io.netsvc.net.Listener;
import io.netsvc.net.PassedSocket;
import io.netsvc.process.ChildFd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket of an entry. It outlives a change of the entry: {@link #takenOver} gives it to the
 * successor, with its backlog. It is watched unless there is a reason not to.
 */
abstract sealed class ServiceSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final SocketKey key;
  private final Set<Pause> pauses = EnumSet.noneOf(Pause.class);
  private @Nullable Service owner;
  private volatile long holder;
  private volatile @Nullable PassedSocket sharedAs;
  private volatile boolean owned = true;
  private boolean closed;

  private ServiceSocket(SocketKey key) {
    this.key = key;
  }

  /** A stream socket. */
  static final class Stream extends ServiceSocket {
    private final Listener listener;

    Stream(SocketKey key, Listener listener) {
      super(key);
      this.listener = listener;
    }

    Listener listener() {
      return listener;
    }

    @Override
    SocketAddress localAddress() {
      return listener.localAddress();
    }

    @Override
    ChildFd childFd() {
      return ChildFd.of(listener);
    }

    @Override
    void onReadable(Runnable callback) throws IOException {
      listener.onReadable(callback);
    }

    @Override
    void watch(boolean watched) {
      if (watched) {
        listener.resume();
      } else {
        listener.pause();
      }
    }

    @Override
    ChildFd sharedFd() {
      return ChildFd.shared(listener);
    }

    @Override
    void detachSocket() {
      listener.detach();
    }

    @Override
    void attachSocket() throws IOException {
      listener.attach();
    }

    @Override
    void closeSocket() {
      listener.close();
    }
  }

  /** A datagram socket. */
  static final class Datagram extends ServiceSocket {
    private final DatagramPort port;

    Datagram(SocketKey key, DatagramPort port) {
      super(key);
      this.port = port;
    }

    DatagramPort port() {
      return port;
    }

    @Override
    SocketAddress localAddress() {
      return port.localAddress();
    }

    @Override
    ChildFd childFd() {
      return ChildFd.of(port);
    }

    @Override
    void onReadable(Runnable callback) throws IOException {
      port.onReadable(callback);
    }

    @Override
    void watch(boolean watched) {
      if (watched) {
        port.resume();
      } else {
        port.pause();
      }
    }

    @Override
    ChildFd sharedFd() {
      return ChildFd.shared(port);
    }

    @Override
    void detachSocket() {
      port.detach();
    }

    @Override
    void attachSocket() throws IOException {
      port.attach();
    }

    @Override
    void closeSocket() {
      port.close();
    }
  }

  /** A place where an entry would listen if it were not stopped. */
  static final class Unopened extends ServiceSocket {
    Unopened(SocketKey key) {
      super(key);
      close();
    }

    @Override
    SocketAddress localAddress() {
      return key().address();
    }

    @Override
    ChildFd childFd() {
      throw new IllegalStateException("not open: " + key());
    }

    @Override
    ChildFd sharedFd() {
      throw new IllegalStateException("not open: " + key());
    }

    @Override
    void onReadable(Runnable callback) {}

    @Override
    void watch(boolean watched) {}

    @Override
    void closeSocket() {}

    @Override
    void detachSocket() {}

    @Override
    void attachSocket() {}
  }

  /** Opens a socket, which is not watched before somebody says what for. */
  static ServiceSocket open(SocketKey key) throws IOException {
    if (key.type() == SocketType.STREAM) {
      return new Stream(
          key,
          Listener.open(
              key.address(), o -> key.settings().apply(o.withDualStack(key.dualStack()))));
    }
    return new Datagram(
        key,
        DatagramPort.open(
            key.address(), o -> key.settings().apply(o.withDualStack(key.dualStack()))));
  }

  abstract SocketAddress localAddress();

  /** Returns the socket for a program. */
  abstract ChildFd childFd();

  /** Returns the socket for another process that serves it beside this one. */
  abstract ChildFd sharedFd();

  /** Calls back on an event loop while there is something to read and no pause. */
  abstract void onReadable(Runnable callback) throws IOException;

  abstract void watch(boolean watched);

  abstract void closeSocket();

  abstract void detachSocket();

  abstract void attachSocket() throws IOException;

  /** A service manager has it, too, and passed it so. */
  void sharedAs(PassedSocket passed) {
    sharedAs = passed;
  }

  /** Returns what a service manager passed it as; null if it did not. */
  @Nullable PassedSocket sharedAs() {
    return sharedAs;
  }

  /** Another process has it as long as this one does not serve. */
  void borrowed() {
    owned = false;
  }

  /** This process has it now, and removes what belongs to it when it closes it. */
  void own() {
    owned = true;
    try {
      attachSocket();
    } catch (IOException e) {
      log.warn("its file is not ours address={} cause=\"{}\"", localAddress(), e.getMessage());
    }
  }

  SocketKey key() {
    return key;
  }

  /** Makes this the socket of another entry, whose limits begin anew. */
  synchronized void takenOver(Service by) {
    owner = by;
    if (pauses.retainAll(EnumSet.of(Pause.HANDED_OVER))) {
      update();
    }
  }

  /** Returns the entry that has the socket now. */
  synchronized Service owner() {
    return Objects.requireNonNull(owner, "owner");
  }

  /** Pauses, and returns false if it did already; a former owner cannot. */
  synchronized boolean pause(Service by, Pause reason) {
    if (!by.equals(owner) || !pauses.add(reason)) {
      return false;
    }
    update();
    return true;
  }

  /** Takes a pause back; a former owner can do so when its program gives the socket back. */
  synchronized void resume(Service by, Pause reason) {
    if ((by.equals(owner) || reason == Pause.HANDED_OVER) && pauses.remove(reason)) {
      update();
    }
  }

  void pauseFor(Service by, Pause reason, long nanos) {
    if (pause(by, reason)) {
      CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS)
          .execute(() -> resume(by, reason));
    }
  }

  /** Returns why it is not watched now. */
  synchronized Set<Pause> pauses() {
    return Set.copyOf(pauses);
  }

  /** A program has the socket now, or with 0 none any more. */
  synchronized void heldBy(long pid) {
    if (pid == 0 || pauses.contains(Pause.HANDED_OVER)) { // else it has ended already
      holder = pid;
    }
  }

  /** Returns the program that has the socket, or 0. */
  long holder() {
    return holder;
  }

  /** A program of a predecessor's has the socket until it ends. */
  void heldByAnother(long pid) throws IOException {
    synchronized (this) {
      pauses.add(Pause.HANDED_OVER);
      update();
    }
    heldBy(pid);
    Pidfd.whenEnded(
        Math.toIntExact(pid),
        Loops.shared(),
        this::givenBack);
  }

  private synchronized void givenBack() {
    heldBy(0);
    boolean kept = owner != null && owner.serving() instanceof Daemon; // which has it all the time
    if (!kept && pauses.remove(Pause.HANDED_OVER)) {
      update();
    }
  }

  synchronized boolean handedOver() {
    return pauses.contains(Pause.HANDED_OVER);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  private void update() {
    if (!closed) {
      watch(pauses.isEmpty());
    }
  }

  /** Tells rpcbind of an RPC program; it may have forgotten. */
  void announce() throws IOException {
    if (key.rpc().isPresent() && localAddress() instanceof InetSocketAddress at) {
      RpcBind.announce(key.rpc().get(), key.type() == SocketType.DGRAM, at);
    }
  }

  private void withdraw() {
    if (owned && key.rpc().isPresent() && localAddress() instanceof InetSocketAddress at) {
      try {
        RpcBind.withdraw(key.rpc().get(), key.type() == SocketType.DGRAM, at);
      } catch (IOException e) {
        log.warn("rpcbind is not told program={} cause=\"{}\"", key.rpc().get(), e.getMessage());
      }
    }
  }

  /** Leaves the socket, with its clients and its file, to another process that has it. */
  void detach() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    detachSocket();
  }

  /** Closes the socket, and removes its file; a program that has the socket keeps it. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    withdraw();
    closeSocket();
  }
}
