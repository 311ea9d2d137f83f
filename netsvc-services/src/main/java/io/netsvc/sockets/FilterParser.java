package io.netsvc.sockets;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The expressions of ss(8): ssfilter.y of iproute2. Conjunctions bind tighter than disjunctions, as
 * its manual page has it; ss itself takes both from left to right.
 */
final class FilterParser {
  /** How deep expressions may be in each other, so that none is too deep for a thread's stack. */
  private static final int DEEPEST = 200;

  private static final String EXPECTED =
      "src, dst, sport, dport, dev, fwmark, cgroup, autobound, not or (";

  private static final List<String> WORDS =
      List.of(
          "src", "dst", "sport", "dport", "dev", "fwmark", "cgroup", "autobound", "not", "and",
          "or", "state", "exclude");

  private static final Set<String> NOT = Set.of("!", "not");
  private static final Set<String> AND = Set.of("&", "&&", "and");
  private static final Set<String> OR = Set.of("|", "||", "or");

  private final FilterText in;
  private final PortReader ports;
  private final HostReader hosts;
  private int depth;
  private int parentheses;

  FilterParser(FilterText in, PortReader ports) {
    this.in = in;
    this.ports = ports;
    this.hosts = new HostReader(in, ports);
  }

  /** Reads to the end; nothing there takes everything. */
  FilterCondition parse() {
    if (in.peek().isEnd()) {
      return new FilterCondition.All(List.of());
    }
    var condition = disjunction();
    var rest = in.next();
    if (!rest.isEnd()) {
      throw in.failure(rest.position(), "\")\" without \"(\"");
    }
    return condition;
  }

  private FilterCondition disjunction() {
    var parts = new ArrayList<FilterCondition>();
    parts.add(conjunction());
    while (took(OR)) {
      parts.add(conjunction());
    }
    return parts.size() == 1 ? parts.getFirst() : new FilterCondition.Any(parts);
  }

  private FilterCondition conjunction() {
    var parts = new ArrayList<FilterCondition>();
    parts.add(operand());
    while (took(AND) || isMore(in.peek())) {
      parts.add(operand());
    }
    return parts.size() == 1 ? parts.getFirst() : new FilterCondition.All(parts);
  }

  private boolean took(Set<String> words) {
    boolean there = words.contains(in.peek().text());
    if (there) {
      in.next();
    }
    return there;
  }

  private static boolean isMore(FilterWord word) {
    return !word.isEnd() && !word.text().equals(")") && !OR.contains(word.text());
  }

  private FilterCondition operand() {
    var word = in.next();
    if (++depth > DEEPEST) {
      throw in.failure(word.position(), "more than " + DEEPEST + " expressions in each other");
    }
    var condition =
        NOT.contains(word.text())
            ? new FilterCondition.Not(operand())
            : word.text().equals("(") ? group(word) : predicate(word);
    depth--;
    return condition;
  }

  private FilterCondition group(FilterWord opening) {
    parentheses++;
    var condition = disjunction();
    var closing = in.next();
    if (!closing.text().equals(")")) {
      throw in.unexpected(closing, "\")\" for the \"(\" in column " + (opening.position() + 1));
    }
    parentheses--;
    return condition;
  }

  private FilterCondition predicate(FilterWord word) {
    return switch (word.text()) {
      case "src" -> host(true);
      case "dst" -> host(false);
      case "sport" -> port(true);
      case "dport" -> port(false);
      case "dev" -> SocketTraits.device(in, isEqual(), in.verbatim(parentheses > 0));
      case "fwmark" -> SocketTraits.mark(in, isEqual(), in.value());
      case "cgroup" -> SocketTraits.controlGroup(in, isEqual(), in.verbatim(parentheses > 0));
      case "autobound" -> SocketTraits.autobound();
      default -> {
        if (StateWords.isPrefix(word.text())) {
          throw in.failure(word.position(), word.text() + " comes before the expression");
        }
        throw in.unexpected(word, EXPECTED, WORDS);
      }
    };
  }

  private FilterCondition host(boolean local) {
    boolean equal = isEqual();
    boolean unix = in.startsWith(HostReader.UNIX);
    var word = unix ? in.verbatim(parentheses > 0) : in.value();
    return unix ? hosts.unix(word, local, equal) : hosts.inet(word, local, equal);
  }

  private FilterCondition port(boolean local) {
    var comparison = comparison();
    var whole = in.value();
    var family = HostReader.family(whole);
    var word = family.isPresent() ? whole.from(whole.text().indexOf(':') + 1) : whole;
    int colon = word.text().startsWith(":") ? 1 : 0;
    var port = ports.read(word.from(colon));
    if (port.isEmpty() && !comparison.isOfEquality()) {
      throw in.unexpected(word, PortReader.EXPECTED);
    }
    return new FilterCondition.Simple(
        HostReader.portTest(family, local, comparison, port),
        local && comparison == Comparison.EQUAL ? port : OptionalInt.empty());
  }

  private boolean isEqual() {
    var before = in.peek();
    var comparison = comparison();
    if (!comparison.isOfEquality()) {
      throw in.unexpected(before, "= or !=");
    }
    return comparison == Comparison.EQUAL;
  }

  /** Reads a comparison; what is not there is an equality. */
  private Comparison comparison() {
    var comparison = Comparison.of(in.peek().text());
    if (comparison == null) {
      return Comparison.EQUAL;
    }
    in.next();
    return comparison;
  }
}
