package io.netsvc.inetd;

import io.netsvc.linux.Credentials;
import io.netsvc.net.Connection;
import io.netsvc.net.ConnectionHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identification protocol, RFC 1413: says whose a connection of this machine is, to the peer of
 * that very connection alone. As with FreeBSD's inetd, without options every user is hidden.
 */
record IdentHandler(IdentOptions options) implements ConnectionHandler {
  private static final int LONGEST = 1000;
  private static final int GARBAGE = 32;
  private static final int DIGITS = 36;
  private static final Pattern QUERY = Pattern.compile("\\s*([0-9]{1,5})\\s*,\\s*([0-9]{1,5})\\s*");
  private static final String HIDDEN = "ERROR : HIDDEN-USER";
  private static final String NO_USER = "ERROR : NO-USER";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);

  @Override
  public void serve(Connection connection) throws IOException, InterruptedException {
    try (var _ = new Deadline(connection, options.time())) {
      var line = new byte[LONGEST];
      int length = 0;
      var one = ByteBuffer.allocate(1);
      while (length < LONGEST && connection.read(one.clear()) >= 0) {
        byte b = one.get(0);
        if (b == '\n') {
          var query = new String(line, 0, length, StandardCharsets.ISO_8859_1);
          var answer = answer(query, connection) + "\r\n";
          connection.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
          length = 0;
        } else {
          line[length++] = b;
        }
      }
    }
  }

  private String answer(String query, Connection connection) throws InterruptedException {
    var m = QUERY.matcher(query);
    if (!m.matches()) {
      return "0 , 0 : ERROR : INVALID-PORT";
    }
    int local = Integer.parseInt(m.group(1));
    int remote = Integer.parseInt(m.group(2));
    var ports = local + " , " + remote + " : ";
    if (local < 1 || local > 65535 || remote < 1 || remote > 65535) {
      return ports + "ERROR : INVALID-PORT";
    }
    if (options.garbage()) {
      return ports + user(garbage());
    }
    if (!options.real()) {
      return ports + options.fallback().map(this::user).orElse(HIDDEN);
    }
    try {
      var uid = uid(connection, local, remote);
      return ports
          + (uid.isPresent() ? owner(uid.get()) : options.fallback().map(this::user).orElse(NO_USER));
    } catch (IOException e) {
      log.warn("ident cannot tell cause=\"{}\"", e.getMessage());
      return ports + "ERROR : UNKNOWN-ERROR";
    }
  }

  private String user(String name) {
    return "USERID : " + options.system() + " : " + name;
  }

  private static String garbage() {
    var name = new StringBuilder();
    for (int i = 0; i < GARBAGE; i++) {
      name.append(Character.forDigit(RANDOM.nextInt(DIGITS), DIGITS));
    }
    return name.toString();
  }

  /** Both addresses are the query's own: a client learns of its own connections and no others. */
  private static Optional<String> uid(Connection connection, int local, int remote)
      throws IOException {
    return connection.localAddress() instanceof InetSocketAddress ours
            && connection.remoteAddress() instanceof InetSocketAddress theirs
        ? TcpOwners.uid(
            new InetSocketAddress(ours.getAddress(), local),
            new InetSocketAddress(theirs.getAddress(), remote))
        : Optional.empty();
  }

  private String owner(String uid) throws IOException, InterruptedException {
    var user = Credentials.user(uid).filter(Credentials.User::listed);
    if (user.isEmpty()) {
      return NO_USER;
    }
    if (options.hides() && hides(user.get())) {
      return HIDDEN;
    }
    var fake = options.fakes() ? FakeId.of(user.get(), options.fakesAnybody()) : Optional.<String>empty();
    return user(fake.orElse(options.numbers() ? uid : user.get().name()));
  }

  /** Who may not look there cannot know, and does not tell. */
  private static boolean hides(Credentials.User user) {
    return !Files.notExists(Path.of(user.home(), ".noident"), LinkOption.NOFOLLOW_LINKS);
  }
}
