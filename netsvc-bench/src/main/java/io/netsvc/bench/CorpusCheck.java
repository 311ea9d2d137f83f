package io.netsvc.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netsvc.inetd.config.Dialect;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.inetd.config.Listen;
import io.netsvc.inetd.config.Protocol;
import io.netsvc.services.ServicesDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Reads a folder of configuration files, and compares what each would listen at with what real
 * servers did with it: {@code oracle-*.json} in the folder has, by file and server, the sockets that
 * the server opened, such as {@code tcp 0.0.0.0:79} or {@code tcp [::]:79}, and what it said.
 */
final class CorpusCheck {
  private static final Map<String, Dialect> SERVERS =
      Map.of(
          "openbsd", Dialect.OPENBSD,
          "gnu", Dialect.GNU,
          "busybox", Dialect.BUSYBOX,
          "xinetd", Dialect.XINETD);

  /** Why a server did otherwise, by what it said; none of it is a matter of reading the file. */
  private static final Map<String, String> REASONS =
      Map.of(
          "Address already in use", "it does not set IPV6_V6ONLY, and cannot open tcp6 beside tcp",
          "No such user", "its machine does not have the user",
          "Unknown user", "its machine does not have the user",
          "is not executable", "its machine does not have the program",
          "unknown service", "its services database does not have the name",
          "Servname not supported", "its services database does not have the name",
          "internal service", "it does not have the internal service",
          "Name or service not known", "it does not read an address in brackets",
          "pmap_set", "it opens RPC programs without rpcbind");

  private final ServicesDatabase services = ServicesDatabase.system().orElse(ServicesDatabase.iana());
  private int same;
  private int explained;
  private int different;

  private CorpusCheck() {}

  /** Prints a line for each difference, and how many there were. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("bench corpus: expected a folder");
      System.exit(2);
    }
    var folder = Path.of(args[0]);
    var check = new CorpusCheck();
    var oracles = new ArrayList<Path>();
    try (var files = Files.newDirectoryStream(folder, "oracle-*.json")) {
      files.forEach(oracles::add);
    }
    oracles.sort(null);
    for (var oracle : oracles) {
      var files = new ObjectMapper().readTree(oracle.toFile());
      for (var entry : files.properties()) {
        var file = folder.resolve(entry.getKey());
        for (var server : entry.getValue().properties()) {
          check.compare(file, server.getKey(), server.getValue());
        }
      }
    }
    check.readAll(folder);
    System.out.printf(
        "same %d, otherwise for a reason %d, different %d%n", check.same, check.explained, check.different);
    System.exit(check.different == 0 ? 0 : 1);
  }

  private void compare(Path file, String server, JsonNode did) throws IOException {
    var dialect = SERVERS.get(server);
    if (dialect == null || !Files.exists(file)) {
      return;
    }
    var config = InetdConfig.read(file, dialect);
    var ours = new TreeSet<String>();
    for (var spec : config.services()) {
      spec.listens().forEach(listen -> ours.addAll(sockets(listen)));
    }
    var theirs = new TreeSet<String>();
    did.path("listen").forEach(each -> theirs.add(each.asText()));
    if (dialect != Dialect.XINETD) {
      // They open IPv6 for both families where the file says IPv6: ours says which.
      theirs.stream().filter(s -> s.contains(" *:")).toList().forEach(
          both -> {
            theirs.remove(both);
            theirs.add(both.replace("*", "[::]"));
          });
    }
    if (ours.equals(theirs)) {
      same++;
      return;
    }
    var said = did.path("syslog").asText() + did.path("out").asText();
    var reason = REASONS.keySet().stream().filter(said::contains).map(REASONS::get).findFirst();
    if (reason.isPresent()) {
      explained++;
      System.out.printf("%s %s: %s%n", server, file.getFileName(), reason.get());
      return;
    }
    different++;
    var more = new TreeSet<>(ours);
    more.removeAll(theirs);
    var fewer = new TreeSet<>(theirs);
    fewer.removeAll(ours);
    System.out.printf("%s %s: only ours %s, only theirs %s%n", server, file.getFileName(), more, fewer);
    config.diagnostics().stream().limit(3).forEach(d -> System.out.println("    " + d));
    said.lines()
        .filter(line -> !line.contains("Using pid-file"))
        .limit(4)
        .forEach(line -> System.out.println("    > " + line));
  }

  /** Returns the sockets of a place, as ss(8) would show them. */
  private List<String> sockets(Listen listen) {
    var port = listen.port();
    var kind = listen.protocol().services();
    int number =
        port.isPresent()
            ? port.getAsInt()
            : services.find(listen.service(), kind).map(e -> e.port()).orElse(-1);
    if (listen.protocol() == Protocol.UNIX || number < 0) {
      return List.of();
    }
    var hosts = new ArrayList<String>();
    if (listen.hosts().isEmpty()) {
      switch (listen.protocol()) {
        case TCP, UDP -> hosts.addAll(List.of("0.0.0.0", "[::]"));
        case TCP4, UDP4 -> hosts.add("0.0.0.0");
        case TCP6, UDP6 -> hosts.add("[::]");
        case TCP46, UDP46 -> hosts.add("*");
        case UNIX -> {}
      }
    }
    listen.hosts().forEach(host -> hosts.add(host.indexOf(':') < 0 ? host : '[' + host + ']'));
    return hosts.stream().map(host -> kind + ' ' + host + ':' + number).toList();
  }

  /** Reads every file in whatever dialect it looks like: none may fail otherwise than by a line. */
  private void readAll(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(Files::isRegularFile).filter(f -> !f.toString().endsWith(".json")).toList()) {
        var _ = InetdConfig.read(file);
      }
    }
  }
}
