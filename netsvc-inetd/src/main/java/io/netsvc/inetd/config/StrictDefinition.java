package io.netsvc.inetd.config;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What NetBSD's own inetd has of definitions: one with any other key is not a service there. */
final class StrictDefinition {
  static final List<String> KEYS =
      List.of(
          "bind", "socktype", "acceptfilter", "protocol", "sndbuf", "recvbuf", "wait", "service_max", "ip_max",
          "accept_max", "user", "group", "exec", "args", "ipsec");

  /** What it performs itself, which it finds by the name of the service. */
  static final Set<String> BUILTINS = Set.of("echo", "discard", "chargen", "daytime", "time", "tcpmux");

  /** What a definition has whatever may be wrong with it, since it would be none without. */
  private static final Set<Attribute<?>> ITS_OWN =
      Set.of(Attribute.LISTENS, Attribute.RPC, Attribute.TCPMUX, Attribute.PROGRAM, Attribute.USER, Attribute.WAIT);

  private StrictDefinition() {}

  /** Returns whether a definition says what a line could not. */
  static boolean says(ServiceSpec spec, Attribute<?> attribute) {
    if (attribute.equals(Attribute.INSTANCES)) {
      return spec.get(Attribute.INSTANCES).filter(most -> most > 0).isPresent();
    }
    if (attribute.equals(Attribute.SOURCE_RATE)) {
      return spec.get(Attribute.SOURCE_RATE).filter(rate -> rate.isPerMinute() && rate.count() > 0).isPresent();
    }
    if (attribute.equals(Attribute.ARGV)) {
      return spec.argv().stream().allMatch(StrictDefinition::isPrintable);
    }
    return attribute.equals(Attribute.OTHER)
        && List.of("acceptfilter", "ipsec").containsAll(spec.get(Attribute.OTHER).orElseThrow().keySet());
  }

  private static boolean isPrintable(String word) {
    return word.chars().noneMatch(c -> (Character.isISOControl(c) && "\n\r\t".indexOf(c) < 0) || c == 0xfffd);
  }

  /** Returns a service with nothing in it that a definition cannot say, and all that one has to. */
  static ServiceSpec of(ServiceSpec spec, Collection<Attribute<?>> unsaid, Account user) {
    var said = spec.without(Attribute.SECTION).with(Attribute.USER, user).with(Attribute.WAIT, spec.waits());
    for (var attribute : unsaid) {
      if (!ITS_OWN.contains(attribute)) {
        said = said.without(attribute);
      }
    }
    boolean plain = spec.internal() && spec.argv().size() == 1;
    return plain || unsaid.contains(Attribute.ARGV) ? said.without(Attribute.ARGV) : said.with(Attribute.ARGV, spec.argv());
  }
}
