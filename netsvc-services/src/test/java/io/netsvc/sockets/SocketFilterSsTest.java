package io.netsvc.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What ss(8) lists with a filter, in a network namespace with sockets of every kind. */
@Timeout(120)
class SocketFilterSsTest {
  private static final String IP = "tcp,udp";
  private static final String EVERYTHING = "tcp,udp,unix";

  /** Without an order of ports, for which ss takes a Unix socket's inode. */
  private static final List<String> FOR_ALL =
      List.of(
          "",
          "state all",
          "state established",
          "state listening state unconnected",
          "state connected",
          "state synchronized",
          "state bucket",
          "state big",
          "state syn-sent",
          "state Time-Wait",
          "state fin-wait-2 state close-wait",
          "exclude established",
          "exclude listening exclude closed",
          "state all exclude connected",
          "src *",
          "src any",
          "sport = *",
          "src unix:*",
          "dst unix:*",
          "src unix:*path.SOCK",
          "src unix:@*",
          "src unix:@name@?",
          "src unix:*seq\\[[0-9]]",
          "src unix:*/seq[[]1]",
          "src unix:*[!k]",
          "src unix:* not src unix:*path*",
          "state listening src unix:*",
          "dev lo",
          "not dev lo");

  private static final List<String> FOR_IP =
      List.of(
          "sport = 80",
          "sport 80",
          "sport = :http",
          "sport eq http",
          "dport = :https",
          "sport = 443 or dport = 443",
          "( sport = 101 or sport = 102 ) and src 127.0.0.1",
          "src 127.0.0.1 ( sport = 101 or sport = 102 )",
          "state established ( dport = :http or sport = :http )",
          "not sport = 53",
          "! sport = 53 ! sport = 80",
          "not ( sport = 53 or sport = 80 )",
          "not not sport = 53",
          "sport > 103",
          "sport gt :103",
          "sport >= 103",
          "sport < 103",
          "sport <= 103",
          "sport leq domain",
          "sport != 53",
          "sport neq 53 sport ne 54",
          "dport > 0",
          "dport = 0",
          "src 127.0.0.1",
          "src = 127.0.0.1:101",
          "src 127.0.0.1:*",
          "src 127.0.0.0/8",
          "src 127.0.0.0/30:103",
          "src 127/8",
          "src 10.1/16",
          "src 0.0.0.0/0",
          "src 0.0.0.0",
          "src [::]",
          "src [::]:443",
          "src ::/0",
          "src ::1/128",
          "src [::1]:101",
          "dst [::1]",
          "src 2001:db8::/32",
          "src 2001:db8::/32:53",
          "src 2001:db8::1:domain",
          "src [::ffff:127.0.0.1]",
          "src ::ffff:127.0.0.0/104",
          "src ::ffff:0:0/96",
          "src inet:127.0.0.1",
          "src inet:*",
          "src inet6:*",
          "src inet6:*:443",
          "sport = inet::443",
          "sport = inet6:443",
          "src :80",
          "src *:80",
          "dst :80 src 127.0.0.9",
          "src localhost",
          "dst localhost:http",
          "dev = lo",
          "dev != lo",
          "dev lo or sport = 80",
          "fwmark = 17",
          "fwmark = 0x11",
          "fwmark 0x1/0x1",
          "fwmark = 1",
          "not fwmark = 0x11 sport = 443",
          "autobound dport = 443");

  @TempDir private static Path directory;
  private static @Nullable SocketsNamespace namespace;

  @BeforeAll
  static void openSockets() throws IOException, InterruptedException {
    for (var program : List.of("unshare", "nsenter", "perl", "ss")) {
      require(SocketsNamespace.isThere(program), "no " + program);
    }
    require(System.getProperty("user.name").equals("root"), "a network of one's own takes root");
    require(SocketsNamespace.isPermitted(), "no network namespace of our own");
    namespace = new SocketsNamespace(directory);
  }

  @AfterAll
  static void closeSockets() throws InterruptedException {
    var opened = namespace;
    if (opened != null) {
      opened.close();
    }
  }

  private static void require(boolean there, String what) {
    assertThat(there || !Boolean.getBoolean("netsvc.require")).as(what).isTrue();
    assumeTrue(there, what);
  }

  private static SocketsNamespace namespace() {
    return Objects.requireNonNull(namespace);
  }

  /** What ss lists: kind, state if it says one, and both ends. */
  private static List<String> ss(String tables, String filter, boolean saysState)
      throws IOException, InterruptedException {
    var arguments = new ArrayList<>(List.of("-HanO", "-A", tables));
    if (filter.startsWith("state ") || filter.startsWith("exclude ")) {
      // The states are words of its command line, where the expression may be one.
      arguments.addAll(List.of(filter.split(" ", -1)));
    } else if (!filter.isEmpty()) {
      arguments.add(filter);
    }
    var rows = new ArrayList<String>();
    for (var line : namespace().ss(arguments)) {
      var words = line.strip().split(" +", -1);
      var kind = words[0] + ' ' + (saysState ? words[1] + ' ' : "");
      int last = words.length - 1;
      rows.add(
          words[0].startsWith("u_")
              ? kind + words[last - 2] + ' ' + words[last]
              : kind + end(words[last - 1]) + ' ' + end(words[last]));
    }
    return rows.stream().sorted().toList();
  }

  private static String end(String text) {
    int colon = text.lastIndexOf(':');
    var port = text.substring(colon + 1);
    var address = text.substring(0, colon).replaceAll("%[^]]*$|%.*(?=])", "");
    boolean six = address.startsWith("[");
    var literal = six ? address.substring(1, address.length() - 1) : address;
    return (address.equals("*")
            ? "6 " + InetAddress.ofLiteral("::").getHostAddress()
            : (six ? "6 " : "4 ") + InetAddress.ofLiteral(literal).getHostAddress())
        + ' '
        + (port.equals("*") ? "0" : port);
  }

  private static List<String> table(String tables, String filter, boolean saysState)
      throws IOException {
    Set<SocketProtocol> protocols =
        tables.equals(IP)
            ? EnumSet.of(SocketProtocol.TCP, SocketProtocol.UDP)
            : EnumSet.complementOf(EnumSet.of(SocketProtocol.RAW, SocketProtocol.MPTCP));
    var parsed = SocketFilter.parse(filter);
    return SocketTable.ofProcess(namespace().pid())
        .query(q -> q.withProtocols(protocols).withFilter(parsed))
        .stream()
        .map(entry -> row(entry, saysState))
        .sorted()
        .toList();
  }

  private static String row(SocketEntry entry, boolean saysState) {
    var kind = entry.protocol().netid() + ' ' + (saysState ? entry.state().column() + ' ' : "");
    return switch (entry) {
      case UnixEntry unix -> kind + unix.inode() + ' ' + unix.peer();
      case InetEntry inet ->
          kind + end(inet.family(), inet.local()) + ' ' + end(inet.family(), inet.remote());
    };
  }

  private static String end(StandardProtocolFamily family, InetSocketAddress end) {
    return (family == StandardProtocolFamily.INET ? "4 " : "6 ")
        + end.getAddress().getHostAddress().replaceAll("%.*", "")
        + ' '
        + end.getPort();
  }

  /** ss leaves out the column of the state if it can be one alone. */
  private static boolean saysState(String filter) {
    return SocketFilter.parse(filter).states().map(states -> states.size() > 1).orElse(true);
  }

  private static void compare(String tables, List<String> filters)
      throws IOException, InterruptedException {
    int everything = table(tables, "", true).size();
    var results = new HashSet<List<String>>();
    int telling = 0;
    for (var filter : filters) {
      boolean saysState = saysState(filter);
      var expected = ss(tables, filter, saysState);
      assertThat(table(tables, filter, saysState)).as(filter).isEqualTo(expected);
      results.add(expected);
      telling += expected.isEmpty() || expected.size() == everything ? 0 : 1;
    }
    // Filters that take all or nothing would tell little.
    assertThat(telling).isGreaterThan(filters.size() * 2 / 3);
    assertThat(results).hasSizeGreaterThan(filters.size() / 3);
  }

  @Test
  void filterForEverySocket_takesWhatSsDoes() throws Exception {
    compare(EVERYTHING, FOR_ALL);
  }

  @Test
  void filterForIp_takesWhatSsDoes() throws Exception {
    compare(IP, FOR_IP);
  }

  @Test
  void controlGroup_takesWhatSsDoes() throws Exception {
    var group = controlGroup();
    require(group.isPresent(), "no cgroup2");
    for (var operator : List.of("", "= ", "!= ")) {
      var filter = "cgroup " + operator + group.get() + " sport = 80";
      assertThat(table(IP, filter, true)).as(filter).isEqualTo(ss(IP, filter, true));
    }
    assertThat(table(IP, "cgroup " + group.get(), true)).isNotEmpty();
  }

  private static Optional<String> controlGroup() throws IOException {
    try (var mounts = Files.lines(Path.of("/proc/self/mounts"));
        var groups = Files.lines(Path.of("/proc", Long.toString(namespace().pid()), "cgroup"))) {
      var mount =
          mounts
              .map(line -> line.split(" ", -1))
              .filter(words -> words[2].equals("cgroup2"))
              .findFirst();
      var group = groups.filter(line -> line.startsWith("0::")).findFirst();
      return mount.isPresent() && group.isPresent()
          ? Optional.of(mount.get()[1] + group.get().substring(3))
          : Optional.empty();
    }
  }

  /** A filter whose localPort the kernel looks for has the same result as by looking at all. */
  @Test
  void localPort_leavesOutNoSocket() throws Exception {
    for (int port : new int[] {53, 80, 101, 443, 50_001}) {
      assertThat(table(EVERYTHING, "sport = " + port, true))
          .isNotEmpty()
          .isEqualTo(table(EVERYTHING, "sport >= " + port + " sport <= " + port, true));
    }
  }

  /** Its manual page has "and" before "or"; its parser takes both from left to right. */
  @Test
  void difference_conjunctionsBindTighter() throws Exception {
    var filter = "sport = 101 or sport = 102 and sport = 103";
    assertThat(ss(IP, filter, true)).isEmpty();
    assertThat(table(IP, filter, true)).isNotEmpty().isEqualTo(ss(IP, "sport = 101", true));
  }

  /** It takes the inode of a Unix socket as its port. */
  @Test
  void difference_unixSocketsHaveNoPort() throws Exception {
    assertThat(ss(EVERYTHING, "sport > 1", true)).anyMatch(row -> row.startsWith("u_"));
    assertThat(table(EVERYTHING, "sport > 1", true))
        .isEqualTo(ss(IP, "sport > 1", true));
  }

  /** A family in one predicate is one of all of its filter. */
  @Test
  void difference_familyIsOfItsPredicate() throws Exception {
    var filter = "src inet:127.0.0.2 or sport = 443";
    assertThat(ss(IP, filter, true)).isEqualTo(ss(IP, "src 127.0.0.2", true));
    assertThat(table(IP, filter, true))
        .isEqualTo(ss(IP, "src 127.0.0.2 or sport = 443", true))
        .hasSizeGreaterThan(1);
  }

  /** It asks the kernel too, which knows who asked for a port of the range; the table does not. */
  @Test
  void difference_autoboundIsByTheRangeAlone() throws Exception {
    var filter = "autobound src 127.0.0.1:40000";
    assertThat(ss(IP, filter, true)).isEmpty();
    assertThat(table(IP, filter, true)).hasSize(1);
    assertThat(table(IP, "autobound", true)).containsAll(ss(IP, "autobound", true));
  }
}
