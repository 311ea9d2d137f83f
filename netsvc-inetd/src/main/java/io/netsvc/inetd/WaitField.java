package io.netsvc.inetd;

import java.util.OptionalInt;

/**
 * Whether to wait, then {@code .max} or {@code :max} starts a minute, or {@code /children[/starts a
 * minute for one client[/children for one client]]}.
 */
record WaitField(
    boolean waits,
    OptionalInt maxPerMinute,
    OptionalInt maxChildren,
    OptionalInt maxPerMinutePerSource,
    OptionalInt maxChildrenPerSource) {

  private static final String EXPECTED = "wait or nowait, then .max or /children[/per-minute[/per-source]] if at all";

  static WaitField parse(Word word, Entry entry) throws Rejected {
    var text = word.text();
    boolean waits = text.startsWith("wait");
    if (!waits && !text.startsWith("nowait")) {
      throw word.expected(EXPECTED);
    }
    var rest = text.substring(waits ? 4 : 6);
    var none = OptionalInt.empty();
    if (rest.isEmpty()) {
      return new WaitField(waits, none, none, none, none);
    }
    return switch (rest.charAt(0)) {
      case '.', ':' -> {
        int max = number(word, rest.substring(1));
        if (max == 0) {
          entry.remark(word.position(), "read a maximum of 0, which is ignored; expected at least 1");
        }
        yield new WaitField(waits, limit(max), none, none, none);
      }
      case '/' -> children(word, waits, rest.substring(1).split("/", -1));
      default -> throw word.expected(EXPECTED);
    };
  }

  private static WaitField children(Word word, boolean waits, String[] parts) throws Rejected {
    if (parts.length > 3) {
      throw word.expected(EXPECTED);
    }
    int[] limits = new int[3];
    for (int i = 0; i < parts.length; i++) {
      limits[i] = number(word, parts[i]);
    }
    return new WaitField(
        waits, OptionalInt.empty(), limit(limits[0]), limit(limits[1]), limit(limits[2]));
  }

  /** FreeBSD writes 0 for no limit. */
  private static OptionalInt limit(int number) {
    return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static int number(Word word, String text) throws Rejected {
    var number = Numbers.parse(text);
    if (number.isEmpty()) {
      throw word.expected(EXPECTED + ", each a number");
    }
    return number.getAsInt();
  }
}
