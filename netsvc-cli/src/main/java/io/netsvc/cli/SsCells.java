package io.netsvc.cli;

import io.netsvc.services.ServicesDatabase;
import io.netsvc.sockets.Holder;
import io.netsvc.sockets.Holders;
import io.netsvc.sockets.InetEntry;
import io.netsvc.sockets.SocketEntry;
import io.netsvc.sockets.SocketMemory;
import io.netsvc.sockets.SocketProtocol;
import io.netsvc.sockets.SocketState;
import io.netsvc.sockets.SocketTimer;
import io.netsvc.sockets.UnixEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** Sockets in the forms of ss(8). */
final class SsCells {
  /** The order in which ss lists them. */
  private static final List<SocketProtocol> ORDER =
      List.of(
          SocketProtocol.UNIX_STREAM,
          SocketProtocol.RAW,
          SocketProtocol.UDP,
          SocketProtocol.TCP,
          SocketProtocol.DCCP,
          SocketProtocol.SCTP,
          SocketProtocol.MPTCP);

  private final Optional<ServicesDatabase> services;
  private final Optional<Holders> holders;
  private final Show show;
  private final CgroupPaths cgroups = new CgroupPaths();

  /** What to say of each beside its addresses. */
  record Show(boolean timer, boolean details, boolean memory, boolean oneLine) {}

  /** The cells of sockets, with the ports' names where there are services. */
  SsCells(Optional<ServicesDatabase> services, Optional<Holders> holders, Show show) {
    this.services = services;
    this.holders = holders;
    this.show = show;
  }

  List<SsTable.Row> rows(List<SocketEntry> sockets) {
    var unixNames = new HashMap<Long, String>();
    for (var socket : sockets) {
      if (socket instanceof UnixEntry unix && unix.inode() != 0) {
        unixNames.put(unix.inode(), unix.name());
      }
    }
    var rows = new ArrayList<SsTable.Row>(sockets.size());
    for (var protocol : ORDER) {
      for (var socket : sockets) {
        if (socket.protocol().isUnix() ? protocol.isUnix() : socket.protocol() == protocol) {
          rows.add(
              switch (socket) {
                case InetEntry inet -> row(inet);
                case UnixEntry unix -> row(unix, unixNames);
              });
        }
      }
    }
    return rows;
  }

  private SsTable.Row row(InetEntry socket) {
    var rest = new StringJoiner(" ");
    holders.map(h -> users(h.of(socket))).filter(u -> !u.isEmpty()).ifPresent(rest::add);
    if (show.timer) {
      socket.timer().map(SsCells::timer).ifPresent(rest::add);
    }
    if (show.details) {
      details(socket, rest);
    }
    var below = new ArrayList<String>();
    if (show.memory) {
      var memory = socket.memory().map(SsCells::memory);
      if (show.oneLine) {
        memory.ifPresent(rest::add);
      } else {
        memory.ifPresent(m -> below.add("\t " + m));
      }
    }
    return new SsTable.Row(
        socket.protocol().netid(),
        socket.state().column(),
        Long.toString(socket.receiveQueue()),
        Long.toString(socket.sendQueue()),
        socket.localHost(),
        ":",
        port(socket, socket.local().getPort()),
        socket.remoteHost(),
        ":",
        port(socket, socket.remote().getPort()),
        rest.toString(),
        below);
  }

  private SsTable.Row row(UnixEntry socket, Map<Long, String> names) {
    var rest = new StringJoiner(" ");
    holders.map(h -> users(h.of(socket))).filter(u -> !u.isEmpty()).ifPresent(rest::add);
    if (show.details) {
      rest.add(arrows(socket.shutdown()));
      socket.file().ifPresent(file -> rest.add("ino:" + file));
    }
    var peer = names.getOrDefault(socket.peer(), "");
    return new SsTable.Row(
        socket.protocol().netid(),
        socket.state().column(),
        Long.toString(socket.receiveQueue()),
        Long.toString(socket.sendQueue()),
        socket.name().isEmpty() ? "*" : socket.name(),
        " ",
        Long.toString(socket.inode()),
        peer.isEmpty() ? "*" : peer,
        " ",
        Long.toString(socket.peer()),
        rest.toString(),
        List.of());
  }

  private String port(InetEntry socket, int port) {
    if (port == 0) {
      return "*";
    }
    if (socket.protocol() == SocketProtocol.RAW) {
      return services.isPresent() ? IpProtocols.name(port) : Integer.toString(port);
    }
    var protocol = socket.protocol() == SocketProtocol.MPTCP ? "tcp" : socket.protocol().netid();
    return services
        .flatMap(s -> s.find(port, protocol))
        .map(entry -> entry.name())
        .orElseGet(() -> Integer.toString(port));
  }

  /** As ss has it, but with what would end the name or the line escaped. */
  static String users(List<Holder> holders) {
    if (holders.isEmpty()) {
      return "";
    }
    var users = new StringJoiner(",", "users:(", ")");
    for (var holder : holders) {
      for (int fd : holder.fds()) {
        var thread = holder.thread().isPresent() ? ",tid=" + holder.thread().getAsInt() : "";
        users.add(
            "(\"" + holder.name().replace("\"", "\\\"") + "\",pid=" + holder.pid() + thread + ",fd=" + fd + ')');
      }
    }
    return users.toString();
  }

  private void details(InetEntry socket, StringJoiner rest) {
    if (socket.uid() != 0) {
      rest.add("uid:" + Integer.toUnsignedString(socket.uid()));
    }
    rest.add("ino:" + socket.inode()).add("sk:" + Long.toHexString(socket.cookie()));
    if (socket.mark().isPresent() && socket.mark().getAsLong() != 0) {
      rest.add("fwmark:0x" + Long.toHexString(socket.mark().getAsLong()));
    }
    if (socket.cgroupId().isPresent()) {
      rest.add("cgroup:" + cgroups.of(socket.cgroupId().getAsLong()));
    }
    socket.v6Only().ifPresent(v6Only -> rest.add("v6only:" + (v6Only ? 1 : 0)));
    // The kernel keeps no directions of what is no whole socket any more, or not yet.
    if (socket.state() != SocketState.TIME_WAIT && socket.state() != SocketState.SYN_RECEIVED) {
      rest.add(arrows(socket.shutdown()));
    }
  }

  private static String arrows(int shutdown) {
    return ((shutdown & 1) == 0 ? "<" : "-") + "-" + ((shutdown & 2) == 0 ? ">" : "-");
  }

  private static String timer(SocketTimer timer) {
    var kind = timer.kind().name().toLowerCase(Locale.ROOT);
    return "timer:(" + kind + ',' + time(timer.expires().toMillis()) + ',' + timer.retransmits() + ')';
  }

  /** The two largest units that matter: {@code 119min}, {@code 4min10sec}, {@code 3.050ms}. */
  private static String time(long millis) {
    long minutes = millis / 60_000;
    long seconds = minutes > 9 ? 0 : millis / 1000 % 60;
    long rest = minutes > 0 || seconds > 9 ? 0 : millis % 1000;
    var text = new StringBuilder();
    if (minutes > 0) {
      text.append(minutes).append("min");
    }
    if (seconds > 0) {
      text.append(seconds).append(rest > 0 ? "." : "sec");
    }
    if (rest > 0) {
      text.append(String.format(Locale.ROOT, "%03dms", rest));
    }
    return text.toString();
  }

  private static String memory(SocketMemory m) {
    return "skmem:(r" + m.received() + ",rb" + m.receiveBuffer() + ",t" + m.sending() + ",tb" + m.sendBuffer()
        + ",f" + m.forward() + ",w" + m.queued() + ",o" + m.options() + ",bl" + m.backlog() + ",d" + m.drops() + ')';
  }
}
