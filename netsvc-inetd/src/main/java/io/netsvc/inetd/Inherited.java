package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Listen;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.inetd.config.SocketType;
import io.netsvc.net.PassedSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets that a server was started with, of a service manager or of a predecessor, and where
 * sockets come from: one of those, or else a new one. A service manager's stay open, since it has
 * them, too, and go on to whoever follows this process. A predecessor's are this process's own once
 * it is {@link #own ready}; until then it may fail, and leaves them as they were.
 */
final class Inherited implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final List<Passed> sockets = new ArrayList<>();
  private final List<ServiceSocket> adopted = new ArrayList<>();
  private Succession succession;

  /**
   * A socket that was passed.
   *
   * @param of what the predecessor had opened it for; empty for a service manager's
   * @param name the service manager's
   * @param holder the program that has it, or 0
   */
  record Passed(PassedSocket socket, Optional<String> of, String name, long holder) {
    /** Whether a service manager has it, too. */
    boolean isShared() {
      return of.isEmpty();
    }

    private boolean is(SocketKey key) {
      if (of.isPresent()) {
        return of.get().equals(Succession.name(key));
      }
      boolean everywhere =
          key.address() instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress();
      return socket.isDatagram() == (key.type() == SocketType.DGRAM)
          && socket.localAddress().equals(key.address())
          && (!everywhere || socket.isDualStack() == key.dualStack());
    }
  }

  private Inherited(Succession succession) {
    this.succession = succession;
  }

  static Inherited of(List<PassedSocket> sockets) {
    var inherited = new Inherited(sockets.isEmpty() ? Succession.none() : Succession.ofThisProcess());
    for (var socket : sockets) {
      inherited.add(socket);
    }
    return inherited;
  }

  private void add(PassedSocket socket) {
    var id = socket.name();
    sockets.add(
        succession.isPresent()
            ? new Passed(
                socket,
                succession.text(id + ".of"),
                succession.text(id + ".name").orElse(id),
                succession.pid(id + ".holder"))
            : new Passed(socket, Optional.empty(), id, 0));
  }

  /** Whether a predecessor waits for this process to serve. */
  synchronized boolean follows() {
    return succession.isPresent();
  }

  /** Returns what a service manager has opened for an entry, by its name; none if it did not. */
  synchronized List<SocketKey> named(ServiceSpec spec) {
    if (sockets.isEmpty()) {
      return List.of();
    }
    var names =
        Stream.concat(
                Stream.concat(Stream.of(spec.name()), spec.get(Attribute.ID).stream()),
                spec.listens().stream().map(Listen::service))
            .flatMap(name -> Stream.of(name, name + ".socket"))
            .toList();
    return sockets.stream()
        .filter(Passed::isShared)
        .filter(p -> names.contains(p.name()) && p.socket().isDatagram() == spec.isDatagram())
        .map(passed -> key(passed.socket(), spec))
        .toList();
  }

  private static SocketKey key(PassedSocket passed, ServiceSpec spec) {
    return new SocketKey(
        passed.isDatagram() ? SocketType.DGRAM : SocketType.STREAM,
        passed.localAddress(),
        passed.isDualStack(),
        SocketSettings.of(spec));
  }

  /** Returns a socket, which is not watched before somebody says what for. */
  ServiceSocket open(SocketKey key) throws IOException {
    var socket = take(key);
    try {
      socket.announce();
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private synchronized ServiceSocket take(SocketKey key) throws IOException {
    for (var passed : sockets) {
      if (passed.is(key)) {
        var socket = adopt(passed, key);
        if (passed.holder() != 0) {
          socket.heldByAnother(passed.holder());
        }
        return socket;
      }
    }
    return ServiceSocket.open(key);
  }

  private ServiceSocket adopt(Passed passed, SocketKey key) throws IOException {
    var from = passed.socket();
    var socket =
        from.isDatagram()
            ? new ServiceSocket.Datagram(key, from.port(o -> key.settings().apply(o)))
            : new ServiceSocket.Stream(key, from.listener(o -> key.settings().apply(o)));
    if (passed.isShared()) {
      socket.sharedAs(from);
    } else {
      socket.borrowed();
      adopted.add(socket);
    }
    return socket;
  }

  /** Returns the predecessor's program of a kept entry, or 0. */
  synchronized long program(ServiceSpec spec) {
    return succession.program(spec);
  }

  /** Returns whether somebody had stopped an entry in the predecessor. */
  synchronized boolean wasStopped(ServiceSpec spec) {
    return succession.wasStopped(spec);
  }

  /** All entries have their sockets; {@code taken} are those. */
  synchronized void begun(List<ServiceSocket> taken) {
    for (var passed : List.copyOf(sockets)) {
      if (taken.stream().noneMatch(socket -> passed.is(socket.key()))) {
        log.warn("no entry asks for the {}", passed.socket());
      }
      if (!passed.isShared()) { // what is opened from now on is new
        passed.socket().close();
        sockets.remove(passed);
      }
    }
  }

  /** The predecessor has left its sockets to this process. */
  synchronized void own() {
    adopted.forEach(ServiceSocket::own);
    adopted.clear();
    succession = Succession.none(); // its pids may become others'
  }

  /** Returns those that a service manager has, too. */
  synchronized List<Passed> shared() {
    return List.copyOf(sockets);
  }

  @Override
  public synchronized void close() {
    sockets.forEach(passed -> passed.socket().close());
  }
}
