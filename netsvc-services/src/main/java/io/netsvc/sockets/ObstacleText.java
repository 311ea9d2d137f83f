package io.netsvc.sockets;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.NativeAccess;
import io.netsvc.net.AddressText;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is said of one socket that is in the way. */
final class ObstacleText {
  private final InetEntry socket;
  private final Obstacle.Kind kind;
  private final Holders holders;
  private final PortSettings wanted;

  ObstacleText(InetEntry socket, Obstacle.Kind kind, Holders holders, PortSettings wanted) {
    this.socket = socket;
    this.kind = kind;
    this.holders = holders;
    this.wanted = wanted;
  }

  static Obstacle privileged(int first) {
    return new Obstacle(
        Obstacle.Kind.PRIVILEGED_PORT,
        Optional.empty(),
        List.of(),
        "ports below " + first + " need root or CAP_NET_BIND_SERVICE",
        "run it as root or with that capability, have systemd open the socket, or take a port from "
            + first
            + " on");
  }

  static Obstacle notLocal(InetAddress address) {
    return new Obstacle(
        Obstacle.Kind.ADDRESS_NOT_LOCAL,
        Optional.empty(),
        List.of(),
        AddressText.of(address) + " is no address of this machine, or none yet",
        "take one that `ip address` lists and does not call tentative, or set net."
            + (address instanceof Inet6Address ? "ipv6" : "ipv4")
            + ".ip_nonlocal_bind");
  }

  static Obstacle file(String path) {
    return new Obstacle(
        Obstacle.Kind.FILE,
        Optional.empty(),
        List.of(),
        path + " is there, and no socket of this network namespace is bound to it",
        "remove it if it was left behind and nothing answers there, or take another path");
  }

  static Obstacle unix(UnixEntry socket, Holders holders) {
    var does =
        socket.state() == SocketState.LISTENING ? " listens at " : " has bound ";
    return new Obstacle(
        Obstacle.Kind.LISTENER,
        Optional.of(socket),
        holders.of(socket),
        who(socket, holders) + does + socket.name(),
        ending(holders.of(socket)) + ", or take another path");
  }

  /** Describes this many sockets that are alike. */
  Obstacle of(int count) {
    return new Obstacle(
        kind, Optional.of(socket), holders.of(socket), reason(count), help());
  }

  private String reason(int count) {
    var at = socket.localHost() + ':' + socket.local().getPort();
    var who = who(socket, holders);
    return switch (kind) {
      case LISTENER -> who + " listens on " + at + covers();
      case DATAGRAMS ->
          who + (socket.state() == SocketState.ESTABLISHED
                  ? " has " + at + " connected to " + peer()
                  : " receives datagrams at " + at + covers());
      case BOUND -> who + " has bound " + at + covers() + ", and does not listen";
      case CONNECTION ->
          count == 1
              ? "a connection from " + at + " to " + peer() + " has the port, held by " + who
              : count + " connections have the port, such as one from " + at + " to " + peer() + ", held by " + who;
      case TIME_WAIT ->
          (count == 1 ? "a connection" : count + " connections")
              + " of " + at + ", closed a short time ago, may still receive segments (TIME-WAIT)";
      case OUTGOING ->
          "a connection of " + who + " to " + peer() + " goes out from " + at + ", a port that the kernel chose for it";
      case PRIVILEGED_PORT, ADDRESS_NOT_LOCAL, FILE -> throw new AssertionError(kind); // no sockets
    };
  }

  private String peer() {
    return socket.remoteHost() + ':' + socket.remote().getPort();
  }

  /** Says how it covers the address that is wanted, if they are not the same. */
  private String covers() {
    if (socket.isDualStack()) {
      return ", which covers every address";
    }
    if (socket.local().getAddress().isAnyLocalAddress()) {
      return wanted.address().isAnyLocalAddress() ? "" : ", which covers every address of its family";
    }
    return wanted.address().isAnyLocalAddress() ? ", which the wanted wildcard address covers" : "";
  }

  private String help() {
    var port = Integer.toString(socket.local().getPort());
    return switch (kind) {
      case LISTENER, DATAGRAMS, BOUND ->
          ending(holders.of(socket)) + (isWildcard() ? ", or bind it to one address and this one to another" : ", or take another port");
      case CONNECTION ->
          "end it, or, if a listener that had SO_REUSEADDR has left it behind, set that on this socket";
      case TIME_WAIT ->
          "set SO_REUSEADDR, as its listener must have had it, or wait"
              + socket.timer().map(t -> " " + seconds(t.expires()) + " s").orElse("");
      case OUTGOING ->
          "wait for its end, and add " + port + " to net.ipv4.ip_local_reserved_ports, for the kernel not to choose it again";
      case PRIVILEGED_PORT, ADDRESS_NOT_LOCAL, FILE -> throw new AssertionError(kind); // no sockets
    };
  }

  private static long seconds(Duration time) {
    return Math.max(1, time.plusMillis(999).toSeconds());
  }

  private boolean isWildcard() {
    return socket.local().getAddress().isAnyLocalAddress() || wanted.address().isAnyLocalAddress();
  }

  /** The processes that hold it, or what is known of them. */
  private static String who(SocketEntry socket, Holders holders) {
    var known = holders.of(socket);
    if (!known.isEmpty()) {
      return known.stream().limit(3).map(ObstacleText::who).collect(Collectors.joining(", "))
          + (known.size() > 3 ? " and " + (known.size() - 3) + " more" : "");
    }
    return switch (holders.visibility(socket)) {
      case NOT_PERMITTED ->
          "a process of user " + new UserNames().of(socket.uid()) + " (run this as root to see which)";
      case ORPHAN -> "the kernel";
      case HELD, NOBODY_VISIBLE ->
          "a socket of user "
              + new UserNames().of(socket.uid())
              + " that no process here holds (one in another container, or the kernel, does)";
    };
  }

  private static String who(Holder holder) {
    if (holder.pid() == ProcessHandle.current().pid()) {
      return "this process itself (pid " + holder.pid() + ')';
    }
    // In a log, the whole text is between quotes.
    var name = holder.name().isEmpty() ? "a process" : holder.name().replace('"', '?');
    var unit = holder.unit().map(u -> ", unit " + u).orElse("");
    return name + " (pid " + holder.pid() + unit + ')';
  }

  static String ending(List<Holder> holders) {
    if (holders.isEmpty()) {
      return "stop what holds it";
    }
    if (holders.stream().anyMatch(h -> h.pid() == ProcessHandle.current().pid())) {
      return "close that one";
    }
    if (holders.stream().anyMatch(h -> h.name().equals("docker-proxy"))) {
      return "`docker ps` shows the container that publishes it: stop that";
    }
    // It listens for the services that it starts, and must not be ended itself.
    var systemd = holders.stream().filter(ObstacleText::isSystemd).findFirst();
    if (systemd.isPresent()) {
      return "find its socket unit with `" + systemctl(systemd.get()) + "list-sockets` and stop that";
    }
    var unit = holders.getFirst().unit().filter(u -> !u.endsWith(".scope"));
    if (unit.isPresent() && holders.stream().allMatch(h -> h.unit().equals(unit))) {
      var name = unit.get();
      return "stop it with `" + systemctl(holders.getFirst()) + "stop "
          + word(name.endsWith(".service") ? name.substring(0, name.length() - ".service".length()) : name)
          + '`';
    }
    if (holders.stream().anyMatch(h -> h.pid() == 1)) {
      return "stop it in what process 1 runs";
    }
    return "end it with `kill "
        + holders.stream().limit(3).map(h -> Integer.toString(h.pid())).collect(Collectors.joining(" "))
        + '`'
        + (holders.size() > 3 ? " and the other " + (holders.size() - 3) : "");
  }

  private static boolean isSystemd(Holder holder) {
    return holder.name().equals("systemd") && holder.unit().equals(Optional.of("init.scope"));
  }

  private static String systemctl(Holder holder) {
    var cgroup = ProcFile.text(Path.of("/proc", Integer.toString(holder.pid()), "cgroup"));
    var user = ProcessInfo.usersManager(cgroup);
    if (user.isEmpty()) {
      return "systemctl ";
    }
    // Root's own is another one.
    return user.get().equals("0") || !isRoot() ? "systemctl --user " : "systemctl --user -M " + user.get() + "@ ";
  }

  private static boolean isRoot() {
    return NativeAccess.missing().isEmpty() && Credentials.effectiveUid() == 0;
  }

  /** A name as one word of a shell. */
  private static String word(String name) {
    return name.indexOf('\\') < 0 ? name : '\'' + name + '\'';
  }
}
