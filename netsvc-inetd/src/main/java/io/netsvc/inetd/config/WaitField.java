package io.netsvc.inetd.config;

import java.util.Optional;

/**
 * Whether to wait, then {@code .max} or {@code :max} starts a minute, or {@code /children[/starts a
 * minute for one client[/children for one client]]}.
 */
final class WaitField {
  private static final String EXPECTED = "wait or nowait, then .max or /children[/per-minute[/per-source]] if at all";

  private WaitField() {}

  /** Returns the service with what the word says. */
  static ServiceSpec parse(Word word, Entry entry, ServiceSpec spec, Rules rules)
      throws Rejected {
    var text = word.text();
    if (text.equals("always") && rules.have(Rules.Has.OURS)) {
      return spec.with(Attribute.WAIT, true, word.position())
          .with(Attribute.KEEP, true, word.position());
    }
    if (rules.have(Rules.Has.ANY_WAIT) && !text.matches("wait(\\..*)?|nowait.*")) {
      entry.remark(word.position(), "read " + Word.shown(text) + ", which " + rules.server() + " takes for nowait");
      return spec.with(Attribute.WAIT, false, word.position());
    }
    boolean waits = text.startsWith("wait");
    if (!waits && !text.startsWith("nowait")) {
      throw word.expected(EXPECTED);
    }
    var said = spec.with(Attribute.WAIT, waits, word.position());
    var rest = text.substring(waits ? 4 : 6);
    if (rest.isEmpty()) {
      return said;
    }
    if (!has(rules, rest.charAt(0))) {
      rules.require(Rules.Has.ANY_MAX, word);
      entry.remark(word.position(), "read " + Word.shown(rest) + " after wait or nowait, which " + rules.server() + " ignores");
      return said;
    }
    return switch (rest.charAt(0)) {
      case '.', ':' -> {
        int max = number(word, rest.substring(1));
        if (max == 0) {
          entry.remark(word.position(), "read a maximum of 0, which is ignored; expected at least 1");
          yield said;
        }
        yield said.with(Attribute.RATE, Rate.perMinute(max), word.position());
      }
      case '/' -> children(word, said, rest.substring(1).split("/", -1));
      default -> throw word.expected(EXPECTED);
    };
  }

  private static boolean has(Rules rules, char mark) {
    return switch (mark) {
      case '.' -> rules.have(Rules.Has.DOT_MAX);
      case ':' -> rules.have(Rules.Has.COLON_MAX);
      case '/' -> rules.have(Rules.Has.SLASH_MAX);
      default -> !rules.have(Rules.Has.ANY_MAX);
    };
  }

  private static ServiceSpec children(Word word, ServiceSpec spec, String[] parts) throws Rejected {
    if (parts.length > 3) {
      throw word.expected(EXPECTED);
    }
    var said = spec;
    var children = limit(word, parts, 0);
    if (children.isPresent()) {
      said = said.with(Attribute.INSTANCES, children.get(), word.position());
    }
    var perSource = limit(word, parts, 1);
    if (perSource.isPresent()) {
      said = said.with(Attribute.SOURCE_RATE, Rate.perMinute(perSource.get()), word.position());
    }
    var childrenOfSource = limit(word, parts, 2);
    return childrenOfSource.isPresent()
        ? said.with(Attribute.PER_SOURCE, childrenOfSource.get(), word.position())
        : said;
  }

  /** FreeBSD writes 0 for no limit. */
  private static Optional<Integer> limit(Word word, String[] parts, int index) throws Rejected {
    if (index >= parts.length) {
      return Optional.empty();
    }
    int number = number(word, parts[index]);
    return number == 0 ? Optional.empty() : Optional.of(number);
  }

  private static int number(Word word, String text) throws Rejected {
    var number = Numbers.parse(text);
    if (number.isEmpty()) {
      throw word.expected(EXPECTED + ", each a number");
    }
    return number.getAsInt();
  }
}
