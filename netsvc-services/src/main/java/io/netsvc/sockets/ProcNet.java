package io.netsvc.sockets;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tables of {@code /proc/net}: proc_net(5), for where the kernel does not tell by netlink. They
 * have no backlog, device, option or cookie, and of a Unix socket neither its queues nor its peer. A path with
 * a line end in it ends there, and what follows may pretend to be another socket.
 */
final class ProcNet {
  private static final Map<SocketProtocol, String> NAMES =
      Map.of(
          SocketProtocol.TCP, "tcp", SocketProtocol.UDP, "udp", SocketProtocol.RAW, "raw");

  /** The flags, the type, the state, the inode, and behind one blank a name with what it has. */
  private static final Pattern BLANKS = Pattern.compile(" +");
  private static final Pattern UNIX =
      Pattern.compile(
          "\\S+: \\p{XDigit}+ \\p{XDigit}+ (\\p{XDigit}+) (\\p{XDigit}+) (\\p{XDigit}+) +(\\d+)(?: (.*))?",
          Pattern.DOTALL);

  private static final int LISTENS = 0x10000; // SO_ACCEPTCON
  private static final int CONNECTED = 3;

  private final Path directory;
  private final SocketSelection selection;
  private final List<SocketEntry> found;

  ProcNet(Path directory, SocketSelection selection, List<SocketEntry> found) {
    this.directory = directory;
    this.selection = selection;
    this.found = found;
  }

  /** Lists what is selected; without a file of a protocol there are no such sockets. */
  void readAll() throws IOException {
    // The directory of a process that has ended, and was not waited for, is there and empty.
    if (!Files.exists(directory.resolve("dev"))) {
      throw new NoSuchFileException(
          directory.toString(), null, "no such process, or it has ended");
    }
    for (var protocol : NAMES.keySet().stream().sorted().toList()) {
      for (var family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
        readInet(protocol, family);
      }
    }
    readUnix();
  }

  void readInet(SocketProtocol protocol, StandardProtocolFamily family) throws IOException {
    var name = NAMES.get(protocol);
    if (name != null
        && selection.protocols().contains(protocol)
        && selection.families().contains(family)) {
      boolean six = family == StandardProtocolFamily.INET6;
      lines(six ? name + '6' : name, line -> add(inet(protocol, line, six ? 16 : 4)));
    }
  }

  void readUnix() throws IOException {
    if (selection.protocols().stream().anyMatch(SocketProtocol::isUnix)) {
      lines("unix", line -> add(unix(line)));
    }
  }

  private void lines(String name, Consumer<String> reader) throws IOException {
    // As ISO 8859-1 every byte is one character, whatever a path of a Unix socket has in it.
    try (var in = Files.newBufferedReader(directory.resolve(name), StandardCharsets.ISO_8859_1)) {
      boolean heading = true;
      var line = new StringBuilder();
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (c != '\n') { // a carriage return is one more character of a path
          line.append((char) c);
        } else if (heading) {
          heading = false;
          line.setLength(0);
        } else {
          reader.accept(line.toString());
          line.setLength(0);
        }
      }
    } catch (NoSuchFileException e) {
      // The kernel has no such protocol.
    }
  }

  private void add(@Nullable SocketEntry entry) {
    if (entry != null && selection.takes(entry)) {
      found.add(entry);
    }
  }

  /** sl local remote st tx:rx tr:when retransmits uid timeout inode … */
  static @Nullable InetEntry inet(SocketProtocol protocol, String line, int addressLength) {
    var words = BLANKS.split(line.strip(), 11);
    if (words.length < 10) {
      return null;
    }
    try {
      var state = SocketState.of(Integer.parseInt(words[3], 16));
      var local = words[1].split(":", 2);
      var remote = words[2].split(":", 2);
      var queues = words[4].split(":", 2);
      if (state == null) {
        return null;
      }
      return new InetEntry(
          protocol,
          state,
          InetDiag.ends(
              address(local[0], addressLength),
              Integer.parseInt(local[1], 16),
              address(remote[0], addressLength),
              Integer.parseInt(remote[1], 16),
              0),
          "",
          Long.parseLong(queues[1], 16),
          Long.parseLong(queues[0], 16),
          Integer.parseUnsignedInt(words[7]),
          Long.parseLong(words[9]),
          0,
          InetDiag.Extras.none());
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return null; // no line of this table
    }
  }

  /** Words of 32 bits, each printed as the number that it is in memory. */
  private static byte[] address(String hex, int length) {
    byte[] raw = HexFormat.of().parseHex(hex);
    if (raw.length != length) {
      throw new IllegalArgumentException(hex);
    }
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      var words = ByteBuffer.wrap(raw);
      for (int at = 0; at < length; at += 4) {
        words.putInt(at, Integer.reverseBytes(words.getInt(at)));
      }
    }
    return raw;
  }

  /** Num: RefCount Protocol Flags Type St Inode [Path] */
  static @Nullable UnixEntry unix(String line) {
    var row = UNIX.matcher(line);
    if (!row.matches()) {
      return null; // the rest of a name with a line end in it
    }
    try {
      var protocol = UnixDiag.protocol(Integer.parseInt(row.group(2), 16));
      boolean listens = (Integer.parseInt(row.group(1), 16) & LISTENS) != 0;
      boolean connected = Integer.parseInt(row.group(3), 16) == CONNECTED;
      if (protocol == null) {
        return null;
      }
      var text = row.group(5) == null ? "" : row.group(5);
      byte[] name = text.getBytes(StandardCharsets.ISO_8859_1);
      if (name.length > 0 && name[0] == '@') {
        name[0] = 0;
      }
      return new UnixEntry(
          protocol,
          listens ? SocketState.LISTENING : connected ? SocketState.ESTABLISHED : SocketState.CLOSED,
          name,
          0,
          0,
          0,
          Long.parseLong(row.group(4)),
          0,
          0,
          OptionalLong.empty(),
          0,
          0);
    } catch (NumberFormatException e) {
      return null; // no line of this table
    }
  }
}
