package io.netsvc.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Who may connect, by network. The rule with the longest prefix that has the peer decides, whatever
 * order they were given in; of two the same, the one that denies. A peer that no rule has may
 * connect if there are only denials, or no rules. An IPv4-mapped IPv6 address counts as IPv4. Unix
 * peers may always: the file's mode is for them. Immutable.
 */
public final class AccessRules {
  private static final AccessRules ANYONE = new AccessRules(List.of());

  private final List<Rule> rules;
  private final boolean byDefault;

  private record Rule(Cidr network, boolean allows) {
    private boolean precedes(Rule other) {
      return network.prefix() > other.network.prefix()
          || (network.prefix() == other.network.prefix() && !allows);
    }

    @Override
    public String toString() {
      return (allows ? "allow " : "deny ") + network;
    }
  }

  private AccessRules(List<Rule> rules) {
    this.rules = rules;
    this.byDefault = rules.stream().noneMatch(Rule::allows);
  }

  /** {@return no rules: anyone may connect} */
  public static AccessRules anyone() {
    return ANYONE;
  }

  /** Returns the rules that {@link #allow} and {@link #deny} make of all these networks. */
  public static AccessRules of(List<String> allowed, List<String> denied) {
    Objects.requireNonNull(allowed, "allowed");
    Objects.requireNonNull(denied, "denied");
    var rules = ANYONE;
    for (var network : allowed) {
      rules = rules.allow(network);
    }
    for (var network : denied) {
      rules = rules.deny(network);
    }
    return rules;
  }

  /**
   * Returns these rules and one that allows a network, and so denies what no rule has.
   *
   * @param network such as {@code 10.0.0.0/8}, {@code fe80::/10} or one address
   * @throws IllegalArgumentException if it is none, or an address within one
   */
  public AccessRules allow(String network) {
    return and(new Rule(Cidr.parse(network), true));
  }

  /** Returns these rules and one that denies a network, as {@link #allow} reads it. */
  public AccessRules deny(String network) {
    return and(new Rule(Cidr.parse(network), false));
  }

  /** Keeps the rules in the order in which they decide, so that the first match is the answer. */
  private AccessRules and(Rule rule) {
    var all = new ArrayList<>(rules);
    int at = 0;
    while (at < all.size() && !rule.precedes(all.get(at))) {
      at++;
    }
    all.add(at, rule);
    return new AccessRules(List.copyOf(all));
  }

  /** {@return whether a peer may connect} */
  public boolean permits(SocketAddress peer) {
    boolean unix = !(Objects.requireNonNull(peer, "peer") instanceof InetSocketAddress);
    return unix || decision(peer).orElse(byDefault);
  }

  /** {@return what a rule says of a peer; empty where none has it} */
  public Optional<Boolean> decision(SocketAddress peer) {
    Objects.requireNonNull(peer, "peer");
    if (rules.isEmpty() || !(peer instanceof InetSocketAddress inet)) {
      return Optional.empty();
    }
    if (inet.isUnresolved()) {
      throw new IllegalArgumentException("unresolved address: " + inet);
    }
    byte[] address = inet.getAddress().getAddress(); // the JDK makes IPv4 of what is mapped
    for (var rule : rules) {
      if (rule.network().contains(address)) {
        return Optional.of(rule.allows());
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return rules.isEmpty() ? "anyone" : rules.toString();
  }
}
