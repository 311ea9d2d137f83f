package io.netsvc.net;

import io.netsvc.linux.Errno;
import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.LinuxException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What listens at all the addresses of an endpoint: a socket for each, with the same port. Where the
 * system cannot keep the families apart, one IPv6 socket takes both.
 */
final class ListeningSockets implements ListeningSocket, FdHolder {
  /** How often another port is tried when the system chose one that is taken at a later address. */
  private static final int TRIES = 10;

  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final List<ListeningSocket> sockets;
  private final List<SocketAddress> addresses;

  /** Which one is asked first, so that clients of one family do not keep out those of the other. */
  private int next;

  private ListeningSockets(List<ListeningSocket> sockets, List<SocketAddress> addresses) {
    this.sockets = sockets;
    this.addresses = addresses;
  }

  /** Listens at all addresses of an endpoint, but for those of a family that the system lacks. */
  static ListeningSocket open(Transport transport, Endpoint endpoint, ListenSettings settings)
      throws IOException {
    var addresses = endpoint.resolve().stream().distinct().toList();
    if (addresses.size() == 1) {
      return transport.listen(addresses.getFirst(), settings);
    }
    if (!transport.separatesFamilies() && addresses.stream().allMatch(ListeningSockets::wildcard)) {
      return openBoth(transport, addresses, settings);
    }
    var apart = (ListenSettings) settings.withDualStack(false);
    boolean anyPort = addresses.stream().anyMatch(a -> ((InetSocketAddress) a).getPort() == 0);
    for (int tries = 1; ; tries++) {
      try {
        return openEach(transport, addresses, apart);
      } catch (BindFailedException e) {
        boolean taken = e.reason() == BindFailedException.Reason.ADDRESS_IN_USE;
        if (!taken || !anyPort || tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private static ListeningSocket openEach(
      Transport transport, List<SocketAddress> addresses, ListenSettings settings)
      throws IOException {
    var opened = new ArrayList<ListeningSocket>();
    var missing = new ArrayList<Exception>();
    try {
      for (var address : addresses) {
        try {
          opened.add(transport.listen(samePort(address, opened), settings));
        } catch (IOException | UnsupportedOperationException e) {
          missing.add(e);
          if (!lacksFamily(address, e) || missing.size() == addresses.size()) {
            throw e;
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      opened.forEach(ListeningSocket::close);
      throw e;
    }
    for (var each : missing) {
      logWithout(opened.getFirst().localAddress(), each);
    }
    return opened.size() == 1
        ? opened.getFirst()
        : new ListeningSockets(
            List.copyOf(opened), opened.stream().map(ListeningSocket::localAddress).toList());
  }

  private static ListeningSocket openBoth(
      Transport transport, List<SocketAddress> addresses, ListenSettings settings)
      throws IOException {
    int port = ((InetSocketAddress) addresses.getFirst()).getPort();
    var six = new InetSocketAddress(InetAddress.ofLiteral("::"), port);
    var four = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port);
    try {
      var socket = transport.listen(six, (ListenSettings) settings.withDualStack(true));
      return new ListeningSockets(
          List.of(socket), List.of(samePort(four, List.of(socket)), socket.localAddress()));
    } catch (IOException | UnsupportedOperationException e) {
      if (!lacksFamily(six, e)) {
        throw e;
      }
      var socket = transport.listen(four, settings);
      logWithout(socket.localAddress(), e);
      return socket;
    }
  }

  private static void logWithout(SocketAddress address, Exception e) {
    log.info("listening without a family listener={} cause=\"{}\"", address, e.getMessage());
  }

  private static SocketAddress samePort(SocketAddress address, List<ListeningSocket> opened) {
    return opened.isEmpty()
        ? address
        : new InetSocketAddress(
            ((InetSocketAddress) address).getAddress(),
            ((InetSocketAddress) opened.getFirst().localAddress()).getPort());
  }

  /** Whether there cannot be such a socket here, as opposed to there being one already. */
  private static boolean lacksFamily(SocketAddress address, Exception failure) {
    var ip = ((InetSocketAddress) address).getAddress();
    return switch (failure) {
      case LinuxException e -> e.errno() == Errno.EAFNOSUPPORT;
      case BindFailedException e ->
          // A kernel with the family but without an address of it, such as with disable_ipv6.
          ip instanceof Inet6Address
              && (ip.isAnyLocalAddress() || ip.isLoopbackAddress())
              && e.reason() == BindFailedException.Reason.ADDRESS_NOT_LOCAL;
      case UnsupportedOperationException _ -> ip instanceof Inet6Address; // as the JDK says it
      default -> false;
    };
  }

  private static boolean wildcard(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress();
  }

  /** The IPv6 wildcard stands for both, as with a socket of the JDK's that takes both. */
  @Override
  public SocketAddress localAddress() {
    for (var address : addresses) {
      if (wildcard(address) && !(((InetSocketAddress) address).getAddress() instanceof Inet4Address)) {
        return address;
      }
    }
    return addresses.getFirst();
  }

  @Override
  public List<SocketAddress> localAddresses() {
    return addresses;
  }

  @Override
  public @Nullable Connection accept() throws IOException {
    for (int i = 0; i < sockets.size(); i++) {
      next = (next + 1) % sockets.size();
      var connection = sockets.get(next).accept();
      if (connection != null) {
        return connection;
      }
    }
    return null;
  }

  @Override
  public void onReadable(Runnable ready) throws IOException {
    for (var socket : sockets) {
      socket.onReadable(ready);
    }
  }

  @Override
  public void watch(boolean wanted) throws IOException {
    for (var socket : sockets) {
      socket.watch(wanted);
    }
  }

  @Override
  public Fd handOver() {
    throw new UnsupportedOperationException(
        "it has no one fd: " + addresses + "; open a listener for each address instead");
  }

  @Override
  public void close() {
    sockets.forEach(ListeningSocket::close);
  }
}
