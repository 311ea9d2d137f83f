package io.netsvc.inetd;

import io.netsvc.linux.Credentials;
import io.netsvc.net.Connection;
import io.netsvc.net.ConnectionHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The identification protocol, RFC 1413: says whose a connection of this machine is, to the peer of
 * that very connection alone. As with FreeBSD's inetd, without options every user is hidden.
 *
 * @param real whether users are told: {@code -r}
 * @param numbers whether as uids: {@code -n}
 * @param system what they are users of: {@code -o}
 * @param fallback the name of all that is not known: {@code -d}
 * @param seconds for how long a client may be silent: {@code -t}
 */
record IdentHandler(
    boolean real, boolean numbers, String system, Optional<String> fallback, int seconds)
    implements ConnectionHandler {
  private static final int LONGEST = 1000;
  private static final Pattern QUERY = Pattern.compile("\\s*([0-9]{1,5})\\s*,\\s*([0-9]{1,5})\\s*");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** What an address of IPv4 begins with as one of IPv6. */
  private static final String MAPPED = "0000000000000000FFFF0000";

  /** Columns of /proc/net/tcp, see proc_net_tcp(5). */
  private static final int LOCAL = 1;

  private static final int REMOTE = 2;
  private static final int UID = 7;

  /**
   * Reads the options of an entry.
   *
   * @throws IllegalArgumentException if there is another one
   */
  static IdentHandler of(List<String> argv) {
    boolean real = false;
    boolean numbers = false;
    var system = "UNIX";
    Optional<String> fallback = Optional.empty();
    int seconds = 60;
    for (int i = 1; i < argv.size(); i++) {
      var option = argv.get(i);
      switch (option) {
        case "-r" -> real = true;
        case "-n" -> numbers = true;
        case "-o" -> system = value(argv, ++i);
        case "-d" -> fallback = Optional.of(value(argv, ++i));
        case "-t" -> seconds = seconds(value(argv, ++i));
        default ->
            throw new IllegalArgumentException(
                "read \"" + option + "\", expected -r, -n, -o system, -d name or -t seconds");
      }
    }
    return new IdentHandler(real, numbers, system, fallback, seconds);
  }

  private static String value(List<String> argv, int index) {
    if (index < argv.size() && argv.get(index).matches("[!-9;-~]{1,512}")) {
      return argv.get(index);
    }
    throw new IllegalArgumentException(argv.get(index - 1) + " needs a word");
  }

  private static int seconds(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) == 0) {
      throw new IllegalArgumentException("read \"" + text + "\", expected seconds");
    }
    return Integer.parseInt(text);
  }

  @Override
  public void serve(Connection connection) throws IOException {
    var line = new byte[LONGEST];
    int length = 0;
    var one = ByteBuffer.allocate(1);
    while (length < LONGEST && read(connection, one)) {
      byte b = one.get(0);
      if (b == '\n') {
        var answer = answer(new String(line, 0, length, StandardCharsets.ISO_8859_1), connection);
        connection.write(ByteBuffer.wrap((answer + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        length = 0;
      } else {
        line[length++] = b;
      }
    }
  }

  private boolean read(Connection connection, ByteBuffer one) throws IOException {
    var done = new CompletableFuture<Void>();
    CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS)
        .execute(
            () -> {
              if (!done.isDone()) {
                connection.close();
              }
            });
    try {
      return connection.read(one.clear()) >= 0;
    } finally {
      done.complete(null);
    }
  }

  private String answer(String query, Connection connection) throws IOException {
    var m = QUERY.matcher(query);
    if (!m.matches()) {
      return "0 , 0 : ERROR : UNKNOWN-ERROR";
    }
    int local = Integer.parseInt(m.group(1));
    int remote = Integer.parseInt(m.group(2));
    var ports = local + " , " + remote + " : ";
    if (local < 1 || local > 65535 || remote < 1 || remote > 65535) {
      return ports + "ERROR : INVALID-PORT";
    }
    if (!real) {
      return ports + fallback.map(this::user).orElse("ERROR : HIDDEN-USER");
    }
    var name = owner(connection, local, remote).or(() -> fallback);
    return ports + name.map(this::user).orElse("ERROR : NO-USER");
  }

  private String user(String name) {
    return "USERID : " + system + " : " + name;
  }

  private Optional<String> owner(Connection connection, int local, int remote) throws IOException {
    if (!(connection.localAddress() instanceof InetSocketAddress ours)
        || !(connection.remoteAddress() instanceof InetSocketAddress theirs)) {
      return Optional.empty();
    }
    var here = column(ours.getAddress(), local);
    var there = column(theirs.getAddress(), remote);
    if (ours.getAddress().getAddress().length == 16) {
      return owner("/proc/net/tcp6", here, there);
    }
    var owner = owner("/proc/net/tcp", here, there);
    // A socket of IPv6 can have a connection of IPv4.
    return owner.isPresent() ? owner : owner("/proc/net/tcp6", MAPPED + here, MAPPED + there);
  }

  private Optional<String> owner(String table, String here, String there) throws IOException {
    try (var lines = Files.lines(Path.of(table))) {
      return lines
          .map(line -> BLANKS.split(line.strip()))
          .filter(c -> c.length > UID && c[LOCAL].equals(here) && c[REMOTE].equals(there))
          .findFirst()
          .map(c -> numbers ? c[UID] : name(c[UID]));
    }
  }

  private static String name(String uid) {
    return Credentials.user(uid).map(Credentials.User::name).orElse(uid);
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
