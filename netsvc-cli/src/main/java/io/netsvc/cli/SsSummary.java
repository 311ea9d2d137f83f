package io.netsvc.cli;

import io.netsvc.sockets.InetEntry;
import io.netsvc.sockets.SocketEntry;
import io.netsvc.sockets.SocketProtocol;
import io.netsvc.sockets.SocketState;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How many sockets there are, counted from the list of them. */
final class SsSummary {
  private static final List<SocketProtocol> ROWS =
      List.of(
          SocketProtocol.RAW,
          SocketProtocol.UDP,
          SocketProtocol.TCP,
          SocketProtocol.SCTP,
          SocketProtocol.DCCP,
          SocketProtocol.MPTCP);

  private SsSummary() {}

  static List<String> lines(List<SocketEntry> sockets) {
    var inet =
        sockets.stream().filter(s -> s instanceof InetEntry).map(s -> (InetEntry) s).toList();
    var tcp = inet.stream().filter(s -> s.protocol() == SocketProtocol.TCP).toList();
    var lines = new ArrayList<String>();
    lines.add("Total: " + sockets.size());
    lines.add(
        "TCP:   %d (listening %d, estab %d, orphaned %d, timewait %d)"
            .formatted(
                tcp.size(),
                count(tcp, SocketState.LISTENING),
                count(tcp, SocketState.ESTABLISHED),
                tcp.stream().filter(SsSummary::isOrphan).count(),
                count(tcp, SocketState.TIME_WAIT)));
    lines.add("");
    lines.add(line("Transport", "Total", "IP", "IPv6"));
    for (var protocol : ROWS) {
      line(inet.stream().filter(s -> s.protocol() == protocol).toList(), protocol.netid(), lines);
    }
    line(inet, "inet", lines);
    lines.add(line("UNIX", Integer.toString(sockets.size() - inet.size()), "", ""));
    return lines;
  }

  /** Closed by its process, and not by its peer; TIME-WAIT is counted by itself. */
  private static boolean isOrphan(InetEntry socket) {
    return socket.inode() == 0
        && socket.state() != SocketState.TIME_WAIT
        && socket.state() != SocketState.SYN_RECEIVED
        && socket.state() != SocketState.ESTABLISHED;
  }

  private static long count(List<InetEntry> sockets, SocketState state) {
    return sockets.stream().filter(s -> s.state() == state).count();
  }

  private static void line(List<InetEntry> sockets, String name, List<String> lines) {
    long four = sockets.stream().filter(s -> s.family() == StandardProtocolFamily.INET).count();
    lines.add(
        line(
            name.toUpperCase(Locale.ROOT),
            Integer.toString(sockets.size()),
            Long.toString(four),
            Long.toString(sockets.size() - four)));
  }

  private static String line(String name, String total, String four, String six) {
    return "%-9s %-9s %-9s %s".formatted(name, total, four, six).stripTrailing();
  }
}
