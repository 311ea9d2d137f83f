package io.netsvc.inetd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whose a TCP connection of this machine is: proc_net_tcp(5). */
final class TcpOwners {
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** What an address of IPv4 begins with as one of IPv6. */
  private static final String MAPPED = "0000000000000000FFFF0000";

  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int UID = 7;
  private static final int INODE = 9;

  private TcpOwners() {}

  /** Returns the uid that a connection with these two ends belongs to, in decimal. */
  static Optional<String> uid(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    var here = column(local.getAddress(), local.getPort());
    var there = column(remote.getAddress(), remote.getPort());
    if (local.getAddress().getAddress().length == 16) {
      return uid("/proc/net/tcp6", here, there);
    }
    var owner = uid("/proc/net/tcp", here, there);
    // A socket of IPv6 can have a connection of IPv4.
    return owner.isPresent() ? owner : uid("/proc/net/tcp6", MAPPED + here, MAPPED + there);
  }

  private static Optional<String> uid(String table, String here, String there) throws IOException {
    try (var lines = Files.lines(Path.of(table))) {
      return lines
          .map(line -> BLANKS.split(line.strip()))
          .filter(c -> c.length > INODE && c[LOCAL].equals(here) && c[REMOTE].equals(there))
          // What nobody has any more, TIME_WAIT above all, is shown with the uid 0.
          .filter(c -> !c[INODE].equals("0"))
          .findFirst()
          .map(c -> c[UID]);
    }
  }

  /** Writes an endpoint as the kernel does: words in the machine's order. */
  private static String column(InetAddress address, int port) {
    byte[] raw = address.getAddress();
    var text = new StringBuilder();
    for (int word = 0; word < raw.length; word += 4) {
      for (int i = 3; i >= 0; i--) {
        HexFormat.of().withUpperCase().toHexDigits(text, raw[word + i]);
      }
    }
    return text + ":" + HexFormat.of().withUpperCase().toHexDigits((short) port);
  }
}
