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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets that a server was started with, of a service manager or of a predecessor, and where
 * sockets come from: one of those, or else a new one.
 */
final class Inherited implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  private final List<PassedSocket> sockets;
  private final Succession succession;

  private Inherited(List<PassedSocket> sockets, Succession succession) {
    this.sockets = new ArrayList<>(sockets);
    this.succession = succession;
  }

  static Inherited of(List<PassedSocket> sockets) {
    var succession = Succession.ofThisProcess();
    return new Inherited(
        succession.isPresent() ? sockets.stream().map(PassedSocket::owned).toList() : sockets,
        succession);
  }

  /** Returns what a service manager has opened for an entry, by its name; none if it did not. */
  synchronized List<ServiceSocket.Key> named(ServiceSpec spec) {
    if (succession.isPresent() || sockets.isEmpty()) {
      return List.of();
    }
    var names =
        Stream.concat(
                Stream.concat(Stream.of(spec.name()), spec.get(Attribute.ID).stream()),
                spec.listens().stream().map(Listen::service))
            .flatMap(name -> Stream.of(name, name + ".socket"))
            .toList();
    return sockets.stream()
        .filter(passed -> names.contains(passed.name()) && passed.isDatagram() == spec.isDatagram())
        .map(passed -> key(passed, spec))
        .toList();
  }

  private static ServiceSocket.Key key(PassedSocket passed, ServiceSpec spec) {
    return new ServiceSocket.Key(
        passed.isDatagram() ? SocketType.DGRAM : SocketType.STREAM,
        passed.localAddress(),
        passed.isDualStack(),
        SocketSettings.of(spec));
  }

  /** Returns a socket, which is not watched before somebody says what for. */
  ServiceSocket open(ServiceSocket.Key key) throws IOException {
    var socket = take(key);
    try {
      socket.announce();
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private synchronized ServiceSocket take(ServiceSocket.Key key) throws IOException {
    for (var passed : sockets) {
      if (is(passed, key)) {
        var socket = adopt(passed, key);
        long holder = succession.program(Succession.name(key));
        if (holder != 0) {
          socket.heldByAnother(holder);
        }
        return socket;
      }
    }
    return ServiceSocket.open(key);
  }

  private boolean is(PassedSocket passed, ServiceSocket.Key key) {
    if (succession.isPresent()) {
      return passed.name().equals(Succession.name(key));
    }
    boolean everywhere =
        key.address() instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress();
    return passed.isDatagram() == (key.type() == SocketType.DGRAM)
        && passed.localAddress().equals(key.address())
        && (!everywhere || passed.isDualStack() == key.dualStack());
  }

  private static ServiceSocket adopt(PassedSocket passed, ServiceSocket.Key key)
      throws IOException {
    return passed.isDatagram()
        ? new ServiceSocket.Datagram(key, passed.port(o -> key.settings().apply(o)))
        : new ServiceSocket.Stream(key, passed.listener(o -> key.settings().apply(o)));
  }

  /** Returns the predecessor's program of a kept entry, or 0. */
  long program(ServiceSpec spec) {
    return succession.program(Succession.name(spec));
  }

  /** Returns whether somebody had stopped an entry in the predecessor. */
  boolean wasStopped(ServiceSpec spec) {
    return succession.wasStopped(Succession.name(spec));
  }

  /** All entries have their sockets; {@code taken} are those. */
  synchronized void begun(List<ServiceSocket> taken) {
    for (var passed : List.copyOf(sockets)) {
      if (taken.stream().noneMatch(socket -> is(passed, socket.key()))) {
        log.warn("no entry asks for the {}", passed);
      }
    }
    if (succession.isPresent()) { // it is over: what is opened from now on is new
      close();
      sockets.clear();
    }
  }

  @Override
  public synchronized void close() {
    sockets.forEach(PassedSocket::close);
  }
}
