package io.netsvc.inetd;

import io.netsvc.net.AccessRules;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * xinetd's {@code only_from} and {@code no_access}: what has the client more precisely decides, and
 * of two as precise the one that denies. The address of a host that is named is as precise as one
 * that is written out; a domain is less so than any network. Without {@code only_from} everybody
 * may come that is not denied; with an empty one nobody.
 */
final class SourceRules {
  /** One to four numbers; a leading zero is octal to xinetd. */
  private static final Pattern NUMBERS = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){0,3}");

  private static final String EXPECTED =
      "an address, a network such as 10.0.0.0/8, a.b.c.{1,2}, a host's name, .domain or ALL";

  private final boolean everybody;
  private final AccessRules numeric;
  private final List<Named> hosts = new ArrayList<>();
  private final List<Named> domains = new ArrayList<>();

  /** A host or a domain, and what is said of it. */
  private record Named(String name, boolean allows) {}

  private SourceRules(Optional<List<String>> onlyFrom, List<String> noAccess) {
    everybody = onlyFrom.isEmpty();
    var rules = AccessRules.anyone();
    for (var word : onlyFrom.orElse(List.of())) {
      rules = and(rules, word, true);
    }
    for (var word : noAccess) {
      rules = and(rules, word, false);
    }
    numeric = rules;
  }

  /**
   * Returns the rules that two lists are.
   *
   * @throws IllegalArgumentException if a word of theirs is wrong
   */
  static SourceRules of(Optional<List<String>> onlyFrom, List<String> noAccess) {
    return new SourceRules(onlyFrom, noAccess);
  }

  private AccessRules and(AccessRules rules, String word, boolean allows) {
    var networks = networks(word);
    if (networks.isEmpty()) {
      var name = word.toLowerCase(Locale.ROOT);
      boolean domain = name.startsWith(".");
      if (name.endsWith(".")) {
        name = name.substring(0, name.length() - 1); // names of clients have no such dot
      }
      if (!PeerNames.isName(name.replaceFirst("^\\.", ""))) {
        throw wrong(word);
      }
      (domain ? domains : hosts).add(new Named(name, allows));
    }
    var all = rules;
    try {
      for (var network : networks) {
        all = allows ? all.allow(network) : all.deny(network);
      }
    } catch (IllegalArgumentException e) {
      throw wrong(word);
    }
    return all;
  }

  private static IllegalArgumentException wrong(String word) {
    return new IllegalArgumentException("read \"" + word + "\", expected " + EXPECTED);
  }

  /** Returns the networks of a numeric word, none for a name. */
  private static List<String> networks(String word) {
    if (word.equalsIgnoreCase("ALL") || word.equals("0.0.0.0") || word.equals("0.0.0.0/0")) {
      return List.of("0.0.0.0/0", "::/0");
    }
    if (word.indexOf(':') >= 0) {
      return List.of(word.replaceAll("[\\[\\]]", ""));
    }
    int brace = word.indexOf('{');
    if (brace >= 0) {
      return factored(word, brace);
    }
    int slash = word.indexOf('/');
    var address = slash < 0 ? word : word.substring(0, slash);
    if (!NUMBERS.matcher(address).matches()) {
      return List.of();
    }
    var parts = address.split("\\.", -1);
    if (parts.length < 4) {
      throw new IllegalArgumentException(
          "read \"" + word + "\", expected all four numbers, as in " + String.join(".", parts)
              + ".0".repeat(4 - parts.length) + '/' + 8 * parts.length + ": to xinetd, fewer are something else");
    }
    return List.of(network(word, slash < 0 ? bits(parts) : prefix(word, slash), parts));
  }

  /** Returns the network of an address, which xinetd does not ask to be the network's own. */
  private static String network(String word, int bits, String... parts) {
    long address = 0;
    for (int i = 0; i < 4; i++) {
      int octet = i < parts.length ? Integer.parseInt(parts[i]) : 0;
      if (octet > 255) {
        throw wrong(word);
      }
      address = address << 8 | octet;
    }
    long masked = bits == 0 ? 0 : address & -1L << (32 - bits);
    return String.format(
        Locale.ROOT,
        "%d.%d.%d.%d/%d",
        masked >> 24 & 255, masked >> 16 & 255, masked >> 8 & 255, masked & 255, bits);
  }

  private static int prefix(String word, int slash) {
    var text = word.substring(slash + 1);
    if (!text.matches("[0-9]{1,2}") || Integer.parseInt(text) > 32) {
      throw wrong(word);
    }
    return Integer.parseInt(text);
  }

  /** Trailing zeros of an address stand for all of a network. */
  private static int bits(String... parts) {
    int given = parts.length;
    while (given > 1 && parts[given - 1].equals("0")) {
      given--;
    }
    return given * 8;
  }

  /** Each alternative is one network of the numbers that are there; a zero is a number like others. */
  private static List<String> factored(String word, int brace) {
    var prefix = word.substring(0, brace);
    if (!word.endsWith("}") || word.indexOf('{', brace + 1) >= 0 || !prefix.endsWith(".")) {
      throw wrong(word);
    }
    var all = new ArrayList<String>();
    for (var each : word.substring(brace + 1, word.length() - 1).split(",", -1)) {
      var plain = prefix + each;
      if (!NUMBERS.matcher(plain).matches() || each.indexOf('.') >= 0) {
        throw wrong(word);
      }
      var parts = plain.split("\\.", -1);
      all.add(network(word, 8 * parts.length, parts));
    }
    return all;
  }

  /** Returns whether deciding may take DNS, which is not for an event loop. */
  boolean takesNames() {
    return !hosts.isEmpty() || !domains.isEmpty();
  }

  /** Decides; with {@link #takesNames} it blocks, for some seconds at most. */
  boolean permit(SocketAddress peer, PeerNames names) {
    if (!(peer instanceof InetSocketAddress inet)) {
      return true; // a Unix socket's file has a mode
    }
    var decision = withHosts(inet, names).decision(peer);
    if (decision.isPresent()) {
      return decision.get();
    }
    if (!domains.isEmpty()) {
      var name = names.of(inet.getAddress());
      for (boolean allows : new boolean[] {false, true}) {
        for (var domain : domains) {
          var has = domain.allows() == allows ? name.is(n -> n.endsWith(domain.name())) : Truth.NO;
          if (has == Truth.YES || (has == Truth.MAYBE && !allows)) {
            return allows;
          }
        }
      }
    }
    return everybody;
  }

  /** A host whose addresses cannot be had lets nobody in, and where it is denied might be the peer. */
  private AccessRules withHosts(InetSocketAddress peer, PeerNames names) {
    var rules = numeric;
    for (var host : hosts) {
      var usual = host.allows() ? List.<InetAddress>of() : List.of(peer.getAddress());
      for (var address : names.addresses(host.name()).orElse(usual)) {
        var text = address.getHostAddress().replaceAll("%.*", "");
        rules = host.allows() ? rules.allow(text) : rules.deny(text);
      }
    }
    return rules;
  }
}
