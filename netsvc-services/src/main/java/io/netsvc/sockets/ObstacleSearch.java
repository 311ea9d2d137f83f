package io.netsvc.sockets;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.NativeAccess;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks for what is in the way of a bind, most important first. */
final class ObstacleSearch {
  private static final String UNPRIVILEGED = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
  private static final int CAP_NET_BIND_SERVICE = 10;

  private final SocketTable table;
  private final boolean here;

  /**
   * A search in a table.
   *
   * @param here whether it is that of this process's own network namespace
   */
  ObstacleSearch(SocketTable table, boolean here) {
    this.table = table;
    this.here = here;
  }

  /** Whatever has the path is in the way; abstract names are apart for each type of socket. */
  List<Obstacle> unix(SocketProtocol protocol, String name) throws IOException {
    boolean isPath = !name.startsWith("@");
    var visible = Visible.of(raw(name));
    var named =
        table
            .query(q -> isPath ? q : q.withProtocols(Set.of(protocol)))
            .stream()
            .filter(e -> e instanceof UnixEntry unix && isAt(unix, name, visible))
            .toList();
    // Each connection of a listener has its name too.
    var owners = named.stream().filter(ObstacleSearch::ownsName).toList();
    var found = owners.isEmpty() ? named : owners;
    var holders = table.holders(found);
    if (found.isEmpty() && here && isPath && Files.exists(Path.of(name), NOFOLLOW_LINKS)) {
      return List.of(ObstacleText.file(visible));
    }
    return found.stream().map(e -> ObstacleText.unix((UnixEntry) e, holders)).toList();
  }

  private static byte[] raw(String name) {
    byte[] raw = name.getBytes(StandardCharsets.UTF_8);
    if (raw.length > 0 && raw[0] == '@') {
      raw[0] = 0;
    }
    return raw;
  }

  /** An abstract name that no path can have is given as this library shows it. */
  private static boolean isAt(UnixEntry socket, String name, String visible) {
    return socket.name().equals(visible) || socket.name().equals(name);
  }

  private static boolean ownsName(SocketEntry socket) {
    return socket.state() != SocketState.ESTABLISHED
        || socket.protocol() == SocketProtocol.UNIX_DATAGRAM;
  }

  List<Obstacle> inet(PortSettings wanted) throws IOException {
    var found = new ArrayList<Obstacle>();
    int port = wanted.port();
    if (here) {
      privilege(port).ifPresent(found::add);
      if (!isLocal(wanted.address())) {
        found.add(ObstacleText.notLocal(wanted.address()));
      }
    }
    if (port != 0) {
      sockets(wanted, found);
    }
    return found;
  }

  private void sockets(PortSettings wanted, List<Obstacle> found) throws IOException {
    var overlapping =
        table
            .query(
                q -> q.withProtocols(Set.of(wanted.protocol())).withLocalPort(wanted.port()))
            .stream()
            .map(InetEntry.class::cast)
            .filter(e -> mayConflict(e, wanted))
            .toList();
    var listeners = overlapping.stream().filter(ObstacleSearch::holdsByItself).toList();
    // While somebody listens, the listener's connections are no matter.
    var rest = listeners.isEmpty() ? overlapping : listeners;
    var holders = table.holders(rest);
    var range = PortRange.ephemeral();
    var grouped = new ArrayList<List<InetEntry>>();
    for (var socket : rest) {
      var same =
          grouped.stream()
              .filter(g -> !holdsByItself(socket) && alike(g.getFirst(), socket, range))
              .findFirst();
      if (same.isPresent()) {
        same.get().add(socket);
      } else {
        grouped.add(new ArrayList<>(List.of(socket)));
      }
    }
    grouped.stream()
        .map(g -> new ObstacleText(g.getFirst(), kind(g.getFirst(), range), holders, wanted).of(g.size()))
        .sorted(Comparator.comparing(Obstacle::kind))
        .forEach(found::add);
  }

  /** Whether it conflicts unless its options, which nobody can see, allow it. */
  private static boolean mayConflict(InetEntry socket, PortSettings wanted) {
    return PortConflict.between(binding(socket), wanted).outcome() != PortConflict.Outcome.SHARE;
  }

  static PortBinding binding(InetEntry socket) {
    return PortBinding.of(socket.protocol(), socket.local())
        .withV6Only(socket.isV6Only())
        .withDevice(socket.device())
        .withUid(socket.uid())
        .withListening(socket.state() == SocketState.LISTENING);
  }

  private static boolean holdsByItself(InetEntry socket) {
    return socket.protocol() == SocketProtocol.UDP
        || socket.state() == SocketState.LISTENING
        || socket.state() == SocketState.BOUND;
  }

  private static boolean alike(InetEntry a, InetEntry b, PortRange range) {
    return kind(a, range) == kind(b, range) && a.local().equals(b.local());
  }

  private static Obstacle.Kind kind(InetEntry socket, PortRange range) {
    if (socket.protocol() == SocketProtocol.UDP) {
      return Obstacle.Kind.DATAGRAMS;
    }
    return switch (socket.state()) {
      case LISTENING -> Obstacle.Kind.LISTENER;
      case BOUND, CLOSED -> Obstacle.Kind.BOUND;
      case TIME_WAIT -> Obstacle.Kind.TIME_WAIT;
      default ->
          range.has(socket.local().getPort()) && !range.has(socket.remote().getPort())
              ? Obstacle.Kind.OUTGOING
              : Obstacle.Kind.CONNECTION;
    };
  }

  private static Optional<Obstacle> privilege(int port) {
    int first = ProcFile.number(Path.of(UNPRIVILEGED), 1024);
    return port == 0 || port >= first || isPrivileged()
        ? Optional.empty()
        : Optional.of(ObstacleText.privileged(first));
  }

  /** CAP_NET_BIND_SERVICE among the effective ones, or root where that cannot be read. */
  private static boolean isPrivileged() {
    var status = ProcFile.text(Path.of("/proc/self/status"));
    int at = status.indexOf("\nCapEff:\t");
    if (at < 0) {
      return NativeAccess.missing().isEmpty() && Credentials.effectiveUid() == 0;
    }
    long effective = Long.parseUnsignedLong(status.substring(at + 9).lines().findFirst().orElse("0"), 16);
    return (effective & 1L << CAP_NET_BIND_SERVICE) != 0;
  }

  /** Interfaces do not tell all: there are routes of type local, and ip_nonlocal_bind. */
  private static boolean isLocal(InetAddress address) {
    if (address.isAnyLocalAddress() || address.isLoopbackAddress()) {
      return true;
    }
    var family =
        address instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    try (var probe = DatagramChannel.open(family)) {
      probe.bind(new InetSocketAddress(address, 0));
      return true;
    } catch (BindException e) {
      return false;
    } catch (IOException | UnsupportedOperationException e) {
      return true; // nobody knows
    }
  }
}
