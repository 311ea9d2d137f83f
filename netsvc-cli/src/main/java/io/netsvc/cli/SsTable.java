package io.netsvc.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of sockets in the columns of ss(8), each as wide as its widest cell. */
final class SsTable {
  private static final Row HEAD =
      new Row(
          "Netid", "State", "Recv-Q", "Send-Q", "Local Address", ":", "Port", "Peer Address", ":", "Port", "Process", List.of());

  private SsTable() {}

  /**
   * One socket.
   *
   * @param below lines that follow it
   */
  record Row(
      String netid,
      String state,
      String receiveQueue,
      String sendQueue,
      String local,
      String localDelimiter,
      String localPort,
      String peer,
      String peerDelimiter,
      String peerPort,
      String rest,
      List<String> below) {}

  static void print(List<Row> sockets, boolean netid, boolean header, PrintWriter out) {
    var rows = new ArrayList<Row>(sockets.size() + 1);
    if (header) {
      rows.add(HEAD);
    }
    rows.addAll(sockets);
    int[] widths = new int[8];
    for (var row : rows) {
      widen(widths, 0, row.netid);
      widen(widths, 1, row.state);
      widen(widths, 2, row.receiveQueue);
      widen(widths, 3, row.sendQueue);
      widen(widths, 4, row.local);
      widen(widths, 5, row.localPort);
      widen(widths, 6, row.peer);
      widen(widths, 7, row.peerPort);
    }
    for (var row : rows) {
      var line = new StringBuilder();
      if (netid) {
        left(line, row.netid, widths[0]).append(' ');
      }
      left(line, row.state, widths[1]).append(' ');
      left(line, row.receiveQueue, widths[2]).append(' ');
      left(line, row.sendQueue, widths[3]).append(' ');
      right(line, row.local, widths[4]).append(row.localDelimiter);
      left(line, row.localPort, widths[5]).append(' ');
      right(line, row.peer, widths[6]).append(row.peerDelimiter);
      left(line, row.peerPort, widths[7]).append(' ').append(row.rest);
      out.println(line.toString().stripTrailing());
      row.below.forEach(out::println);
    }
  }

  private static void widen(int[] widths, int column, String cell) {
    widths[column] = Math.max(widths[column], cell.length());
  }

  private static StringBuilder left(StringBuilder line, String cell, int width) {
    return line.append(cell).repeat(' ', width - cell.length());
  }

  private static StringBuilder right(StringBuilder line, String cell, int width) {
    return line.repeat(' ', width - cell.length()).append(cell);
  }
}
