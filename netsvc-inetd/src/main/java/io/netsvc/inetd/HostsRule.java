package io.netsvc.inetd;

import io.netsvc.net.AccessRules;
import io.netsvc.net.AddressText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line of hosts_access(5): {@code daemons : clients [: option]…}.
 *
 * @param place file and line
 * @param permits what its options say, if they do
 */
record HostsRule(
    String place, List<String> daemons, List<String> clients, Optional<Boolean> permits) {
  private static final Logger log = LoggerFactory.getLogger(InetdServer.class);
  private static final Pattern BLANKS = Pattern.compile("[\\s,]+");

  /** A client, whose name is looked up when a pattern asks for it. */
  static final class Client {
    private final InetSocketAddress address;
    private final PeerNames names;
    private Optional<String> name = Optional.empty();
    private boolean known;

    Client(InetSocketAddress address, PeerNames names) {
      this.address = address;
      this.names = names;
    }

    InetSocketAddress address() {
      return address;
    }

    String text() {
      return AddressText.of(address.getAddress());
    }

    Optional<String> name() {
      if (!known) {
        name = names.of(address.getAddress());
        known = true;
      }
      return name;
    }
  }

  /** Reads a file's lines; one that cannot be understood is passed over with a line in the log. */
  static List<HostsRule> parse(Path file, String text) {
    var rules = new ArrayList<HostsRule>();
    var joined = new StringBuilder();
    int number = 0;
    int first = 1;
    for (var line : text.split("\n", -1)) {
      number++;
      if (joined.isEmpty()) {
        first = number;
      }
      if (line.endsWith("\\")) {
        joined.append(line, 0, line.length() - 1);
        continue;
      }
      joined.append(line);
      var whole = joined.toString().strip();
      joined.setLength(0);
      if (!whole.isEmpty() && !whole.startsWith("#")) {
        rule(file + ":" + first, whole).ifPresent(rules::add);
      }
    }
    return rules;
  }

  private static Optional<HostsRule> rule(String place, String line) {
    var parts = fields(line);
    if (parts.size() < 2) {
      log.warn("{}: expected daemons : clients, passed over", place);
      return Optional.empty();
    }
    Optional<Boolean> permits = Optional.empty();
    for (var option : parts.subList(2, parts.size())) {
      switch (option.strip().toLowerCase(Locale.ROOT)) {
        case "allow" -> permits = Optional.of(true);
        case "deny" -> permits = Optional.of(false);
        default -> log.warn("{}: the option is not carried out, the line counts without it", place);
      }
    }
    return Optional.of(
        new HostsRule(place, words(parts.get(0)), words(parts.get(1)), permits));
  }

  private static List<String> words(String list) {
    return List.of(BLANKS.split(list.strip()));
  }

  /** Splits at colons that are not within brackets and have no backslash. */
  private static List<String> fields(String line) {
    var fields = new ArrayList<String>();
    var field = new StringBuilder();
    boolean bracketed = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length() && line.charAt(i + 1) == ':') {
        field.append(':');
        i++;
      } else if (c == ':' && !bracketed) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        bracketed = c == '[' || (bracketed && c != ']');
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  /** Returns whether the line is about that daemon and that client. */
  boolean has(String daemon, Client client) {
    return matches(daemons, pattern -> isDaemon(pattern, daemon))
        && matches(clients, pattern -> isClient(pattern, client));
  }

  private interface Test {
    boolean matches(String pattern);
  }

  /** {@code a b EXCEPT c EXCEPT d} is a and b less what c has less d. */
  private static boolean matches(List<String> list, Test test) {
    int except = list.indexOf("EXCEPT");
    var items = except < 0 ? list : list.subList(0, except);
    return items.stream().anyMatch(test::matches)
        && (except < 0 || !matches(list.subList(except + 1, list.size()), test));
  }

  private static boolean isDaemon(String pattern, String daemon) {
    int at = pattern.indexOf('@');
    var name = at > 0 ? pattern.substring(0, at) : pattern;
    return name.equals("ALL") || name.equals(daemon);
  }

  private static boolean isClient(String pattern, Client client) {
    int at = pattern.indexOf('@');
    var host = at > 0 ? pattern.substring(at + 1) : pattern;
    return switch (host) {
      case "ALL" -> true;
      case "KNOWN" -> client.name().isPresent();
      case "UNKNOWN", "PARANOID" -> client.name().isEmpty();
      case "LOCAL" -> client.name().filter(name -> name.indexOf('.') < 0).isPresent();
      default -> isHost(host, client);
    };
  }

  private static boolean isHost(String pattern, Client client) {
    var low = pattern.toLowerCase(Locale.ROOT);
    if (pattern.startsWith("/")) {
      return inFile(Path.of(pattern), client);
    }
    if (pattern.startsWith(".")) {
      return client.name().filter(name -> name.endsWith(low)).isPresent();
    }
    if (pattern.endsWith(".")) {
      return client.text().startsWith(pattern);
    }
    if (pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0) {
      return glob(low, client.text()) || client.name().filter(name -> glob(low, name)).isPresent();
    }
    if (pattern.indexOf('/') >= 0 || pattern.startsWith("[")) {
      return inNetwork(pattern.replaceAll("[\\[\\]]", ""), client);
    }
    return pattern.equals(client.text()) || client.name().filter(low::equals).isPresent();
  }

  /** {@code *} is any text and {@code ?} any character; goes back to the last star alone. */
  private static boolean glob(String pattern, String text) {
    int p = 0;
    int star = -1;
    int mark = 0;
    int t = 0;
    while (t < text.length()) {
      char c = p < pattern.length() ? pattern.charAt(p) : '\0';
      if (c == '*') {
        star = p++;
        mark = t;
      } else if (c == '?' || c == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++mark;
      } else {
        return false;
      }
    }
    return pattern.substring(p).chars().allMatch(c -> c == '*');
  }

  private static boolean inNetwork(String pattern, Client client) {
    int slash = pattern.indexOf('/');
    var network = slash < 0 ? pattern : pattern.substring(0, slash);
    var mask = slash < 0 ? "" : pattern.substring(slash + 1);
    try {
      var cidr = mask.indexOf('.') < 0 ? pattern : network + '/' + bits(mask);
      return AccessRules.anyone().allow(cidr).decision(client.address()).orElse(false);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static int bits(String mask) {
    int bits = 0;
    for (var octet : mask.split("\\.", -1)) {
      bits += octet.matches("[0-9]{1,3}") ? Integer.bitCount(Integer.parseInt(octet)) : 0;
    }
    return bits;
  }

  private static boolean inFile(Path file, Client client) {
    try {
      var patterns = words(Files.readString(file, StandardCharsets.ISO_8859_1));
      return patterns.stream().filter(p -> !p.startsWith("/")).anyMatch(p -> isClient(p, client));
    } catch (IOException e) {
      return false;
    }
  }
}
