package io.netsvc.sockets;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.NativeAccess;
import io.netsvc.linux.Sysctl;
import io.netsvc.text.Visible;
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
    var place = isPath ? Place.of(name) : Optional.<Place>empty();
    var named =
        table
            .query(q -> isPath ? q : q.withProtocols(Set.of(protocol)))
            .stream()
            .filter(e -> e instanceof UnixEntry unix && has(unix, place, name, visible))
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

  /** By its file where that can be seen; the same name may be another file in another root. */
  private static boolean has(
      UnixEntry socket, Optional<Place> place, String name, String visible) {
    boolean comparable = place.isPresent() && place.get().isOnItsDevice(socket);
    return comparable ? place.orElseThrow().isOf(socket) : isNamed(socket, name, visible);
  }

  private static byte[] raw(String name) {
    byte[] raw = name.getBytes(StandardCharsets.UTF_8);
    if (raw.length > 0 && raw[0] == '@') {
      raw[0] = 0;
    }
    return raw;
  }

  /** An abstract name that no path can have is given as this library shows it. */
  private static boolean isNamed(UnixEntry socket, String name, String visible) {
    return socket.name().equals(visible) || socket.name().equals(name);
  }

  /** A file by which sockets are bound, whatever path they were given. */
  private record Place(long inode, long device) {
    static Optional<Place> of(String path) {
      try {
        var file = Path.of(path);
        return Optional.of(
            new Place(
                ((Long) Files.getAttribute(file, "unix:ino")) & 0xffff_ffffL, // all that is told
                (Long) Files.getAttribute(file, "unix:dev")));
      } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
        return Optional.empty();
      }
    }

    boolean isOf(UnixEntry socket) {
      return isOnItsDevice(socket) && socket.file().orElse(0) == inode;
    }

    /** Whether the inodes can be compared, which those of an overlay file system cannot. */
    boolean isOnItsDevice(UnixEntry socket) {
      return socket.file().isPresent() && socket.fileDevice() == device;
    }
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
              .filter(g -> alike(g.getFirst(), socket, range))
              .filter(g -> !holdsByItself(socket) || sameHolders(g.getFirst(), socket, holders))
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

  /** As with SO_REUSEPORT, where one process has many sockets at the same address. */
  private static boolean sameHolders(InetEntry a, InetEntry b, Holders holders) {
    var ofA = holders.of(a);
    var ofB = holders.of(b);
    return ofA.stream().map(Holder::pid).toList().equals(ofB.stream().map(Holder::pid).toList())
        && holders.visibility(a) == holders.visibility(b);
  }

  private static Obstacle.Kind kind(InetEntry socket, PortRange range) {
    if (socket.protocol() == SocketProtocol.UDP) {
      return Obstacle.Kind.DATAGRAMS;
    }
    return switch (socket.state()) {
      case LISTENING -> Obstacle.Kind.LISTENER;
      case BOUND, CLOSED -> Obstacle.Kind.BOUND;
      case TIME_WAIT -> Obstacle.Kind.TIME_WAIT;
      case SYN_SENT -> Obstacle.Kind.OUTGOING;
      default ->
          range.has(socket.local().getPort()) && !range.has(socket.remote().getPort())
              ? Obstacle.Kind.OUTGOING
              : Obstacle.Kind.CONNECTION;
    };
  }

  private static Optional<Obstacle> privilege(int port) {
    int first = Sysctl.firstUnprivilegedPort();
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
      // Not "Permission denied" of a security module, nor a lack of ports.
      return !String.valueOf(e.getMessage()).contains("Cannot assign requested address");
    } catch (IOException | UnsupportedOperationException e) {
      return true; // nobody knows
    }
  }
}
