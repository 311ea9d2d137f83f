package io.netsvc.sockets;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/** The hosts of a filter: {@code [FAMILY:]ADDRESS[/PREFIX][:PORT]}, as ss(8) has them. */
final class HostReader {
  static final String UNIX = "unix:";

  private static final String EXPECTED = "an address, a prefix or a host's name";
  private static final Set<String> ANY = Set.of("", "*", "any", "all", "default");

  /** What a missing host leaves in its place, and no resolver shall be asked for. */
  private static final Set<String> NO_HOSTS =
      Set.of("and", "or", "not", "src", "dst", "sport", "dport", "dev", "fwmark", "cgroup", "autobound");

  /** Families of ss that the table has no sockets of. */
  private static final Set<String> OTHERS = Set.of("link", "netlink", "vsock", "tipc", "xdp");

  private final FilterText in;
  private final PortReader ports;

  HostReader(FilterText in, PortReader ports) {
    this.in = in;
    this.ports = ports;
  }

  /** {@return the family that a word begins with} */
  static Optional<StandardProtocolFamily> family(FilterWord word) {
    if (word.text().startsWith("inet:")) {
      return Optional.of(StandardProtocolFamily.INET);
    }
    return word.text().startsWith("inet6:")
        ? Optional.of(StandardProtocolFamily.INET6)
        : Optional.empty();
  }

  /** A pattern of Unix sockets' names, with its family before it. */
  FilterCondition unix(FilterWord word, boolean local, boolean equal) {
    var pattern = word.from(UNIX.length());
    boolean all = pattern.text().equals("*");
    if (!local && !all) {
      // The table has the peer's inode alone.
      throw in.unexpected(pattern, "* (a Unix socket's peer has no name here)");
    }
    var glob = new Glob(pattern.text());
    return FilterCondition.of(
        entry -> entry instanceof UnixEntry unix && (all || glob.matches(name(unix))) == equal);
  }

  /** A path, or an abstract name with {@code @} for each NUL. */
  private static String name(UnixEntry unix) {
    return new String(unix.rawName(), StandardCharsets.UTF_8).replace('\0', '@');
  }

  /** An address of IPv4 or IPv6 and a port, where either may be left out. */
  FilterCondition inet(FilterWord whole, boolean local, boolean equal) {
    if (whole.isEnd() || Comparison.of(whole.text()) != null || NO_HOSTS.contains(whole.text())) {
      throw in.unexpected(whole, EXPECTED);
    }
    var family = family(whole);
    var word = family.isPresent() ? whole.from(whole.text().indexOf(':') + 1) : whole;
    int colon = word.text().indexOf(':');
    if (colon > 0 && OTHERS.contains(word.text().substring(0, colon))) {
      throw in.unexpected(word, "inet:, inet6: or unix:");
    }
    var split = HostSplit.of(in, word);
    var port = split.port().map(ports::read).orElse(OptionalInt.empty());
    var addresses = addresses(split.address(), family);
    var onPort = portTest(family, local, Comparison.EQUAL, port);
    boolean anywhere = ANY.contains(split.address().text());
    Predicate<SocketEntry> test =
        anywhere ? onPort : entry -> onPort.test(entry) && isIn(entry, local, addresses);
    Predicate<SocketEntry> result =
        equal ? test : entry -> isOf(entry, family) && !test.test(entry);
    return new FilterCondition.Simple(result, local && equal ? port : OptionalInt.empty());
  }

  private static boolean isIn(SocketEntry entry, boolean local, List<AddressPrefix> addresses) {
    if (entry instanceof InetEntry inet) {
      var address = end(inet, local).getAddress();
      for (var each : addresses) {
        if (each.contains(inet.family(), address)) {
          return true;
        }
      }
    }
    return false;
  }

  /** {@return whether an entry has such a port; no port is compared with one of a Unix socket} */
  static Predicate<SocketEntry> portTest(
      Optional<StandardProtocolFamily> family,
      boolean local,
      Comparison comparison,
      OptionalInt port) {
    boolean unequal = comparison == Comparison.NOT_EQUAL;
    if (port.isEmpty()) {
      return entry -> !unequal && isOf(entry, family);
    }
    int number = port.getAsInt();
    return entry ->
        isOf(entry, family)
            && (entry instanceof InetEntry inet
                ? comparison.holds(end(inet, local).getPort(), number)
                : unequal);
  }

  private static boolean isOf(SocketEntry entry, Optional<StandardProtocolFamily> family) {
    return family.isEmpty()
        || (entry instanceof InetEntry inet && inet.family() == family.get());
  }

  private static InetSocketAddress end(InetEntry entry, boolean local) {
    return local ? entry.local() : entry.remote();
  }

  private List<AddressPrefix> addresses(
      FilterWord word, Optional<StandardProtocolFamily> family) {
    if (ANY.contains(word.text())) {
      return List.of();
    }
    if (!AddressPrefix.isLiteral(word.text())) {
      return named(word, family);
    }
    try {
      var prefix = AddressPrefix.parse(word.text());
      if (prefix.isOf(family)) {
        return List.of(prefix);
      }
    } catch (IllegalArgumentException e) {
      throw in.failure(word.position(), Objects.requireNonNull(e.getMessage()));
    }
    throw in.unexpected(word, "an address of " + family.orElseThrow());
  }

  private static boolean isOfName(int c) {
    return Character.isLetterOrDigit(c) || "-._".indexOf(c) >= 0;
  }

  private List<AddressPrefix> named(FilterWord word, Optional<StandardProtocolFamily> family) {
    if (!word.text().chars().allMatch(HostReader::isOfName)) {
      throw in.unexpected(word, EXPECTED);
    }
    var found = new ArrayList<AddressPrefix>();
    try {
      for (var address : InetAddress.getAllByName(word.text())) {
        var prefix = AddressPrefix.of(address);
        if (prefix.isOf(family)) {
          found.add(prefix);
        }
      }
    } catch (UnknownHostException e) {
      throw in.unexpected(word, EXPECTED + " that is known");
    }
    if (found.isEmpty()) {
      throw in.unexpected(word, "a host's name with an address of " + family.orElseThrow());
    }
    return found;
  }
}
