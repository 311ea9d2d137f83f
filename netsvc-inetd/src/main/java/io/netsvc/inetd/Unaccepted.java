package io.netsvc.inetd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells a {@code wait} program that accepts from one that does not, by the connections in the
 * socket's queue: one that was there before a program's run and still is, was not accepted. Only
 * the first runs are looked at, since a wrong entry shows at once and the look is not cheap.
 */
final class Unaccepted {
  private static final int LOOKS = 4;
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** Columns of /proc/net/tcp, see proc_net_tcp(5). */
  private static final int LOCAL = 1;

  private static final int REMOTE = 2;
  private static final int STATE = 3;
  private static final int INODE = 9;

  /** A connection without an inode belongs to no process: it is in the queue, or closed already. */
  private static final Set<String> OPEN_STATES = Set.of("01", "08"); // ESTABLISHED, CLOSE_WAIT

  private Set<String> before = Set.of();
  private int looks;

  /** Returns whether a look may tell anything. */
  synchronized boolean canTell(SocketAddress address) {
    return looks < LOOKS && address instanceof InetSocketAddress;
  }

  /** Looks after a program's run, and returns whether it left a connection as it found it. */
  synchronized boolean leftAt(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return false;
    }
    looks++;
    var now = waiting(inet.getPort());
    boolean left = now.stream().anyMatch(before::contains);
    before = now;
    return left;
  }

  private static Set<String> waiting(int port) {
    var peers = new HashSet<String>();
    var suffix = String.format(":%04X", port);
    for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
      try (var lines = Files.lines(Path.of(table))) {
        lines
            .map(line -> BLANKS.split(line.strip(), -1))
            .filter(columns -> columns.length > INODE && columns[INODE].equals("0"))
            .filter(columns -> columns[LOCAL].endsWith(suffix) && OPEN_STATES.contains(columns[STATE]))
            .forEach(columns -> peers.add(columns[REMOTE]));
      } catch (IOException | java.io.UncheckedIOException _) {
        // No such table here: then there is nothing to tell.
      }
    }
    return peers;
  }
}
