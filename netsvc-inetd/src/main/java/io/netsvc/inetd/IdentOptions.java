package io.netsvc.inetd;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The options of the identification service, as FreeBSD's inetd(8) has them for {@code auth}.
 *
 * @param fallback {@code -d}: the name of all whose owner is not told
 * @param fakes {@code -f}: whether a user may choose another name, in {@code ~/.fakeid}
 * @param fakesAnybody {@code -F}: as {@code -f}, also a name that another user has
 * @param garbage {@code -g}: whether everybody has a random name
 * @param numbers {@code -i}: whether users are told by uid
 * @param hides {@code -n}: whether a user may hide, by a file {@code ~/.noident}
 * @param system {@code -o}: what they are users of; {@code UNIX} by default, which clients know
 * @param real {@code -r}: whether owners are told at all
 * @param time {@code -t}: how long a client may take, seconds and perhaps a dot and microseconds
 */
record IdentOptions(
    Optional<String> fallback,
    boolean fakes,
    boolean fakesAnybody,
    boolean garbage,
    boolean numbers,
    boolean hides,
    String system,
    boolean real,
    Duration time) {
  private static final String FLAGS = "fFginr";
  private static final Pattern WORD = Pattern.compile("-[fFginr]*([fFginr]|[dot].*)");
  private static final int MICRO_NANOS = 1_000;

  /**
   * Reads the words of an entry as getopt(3) does: {@code -ri}, {@code -dname}, {@code -d name}.
   *
   * @throws IllegalArgumentException if there is another word, or a value is wrong
   */
  static IdentOptions parse(List<String> argv) {
    var flags = new StringBuilder();
    var fallback = "";
    var system = "UNIX";
    var time = Duration.ofSeconds(10);
    for (int i = 1; i < argv.size(); i++) {
      var word = argv.get(i);
      if (!WORD.matcher(word).matches()) {
        throw new IllegalArgumentException(
            "read \"" + word + "\", expected -r, -f, -F, -g, -i, -n, -d name, -o system or -t seconds");
      }
      int at = 1;
      while (at < word.length() && FLAGS.indexOf(word.charAt(at)) >= 0) {
        flags.append(word.charAt(at++));
      }
      if (at == word.length()) {
        continue;
      }
      char option = word.charAt(at);
      var value = word.substring(at + 1);
      if (value.isEmpty() && i + 1 < argv.size()) {
        value = argv.get(++i);
      }
      switch (option) {
        case 'd' -> fallback = name(option, value);
        case 'o' -> system = name(option, value);
        default -> time = time(value);
      }
    }
    return new IdentOptions(
        Optional.of(fallback).filter(name -> !name.isEmpty()),
        has(flags, 'f') || has(flags, 'F'),
        has(flags, 'F'),
        has(flags, 'g'),
        has(flags, 'i'),
        has(flags, 'n'),
        system,
        has(flags, 'r'),
        time);
  }

  private static boolean has(StringBuilder flags, char flag) {
    return flags.indexOf(String.valueOf(flag)) >= 0;
  }

  /** What is part of an answer may have no colon and no blank. */
  private static String name(char option, String value) {
    if (!value.matches("[!-9;-~]{1,512}")) {
      throw new IllegalArgumentException("read \"" + value + "\" after -" + option + ", expected a word without a colon");
    }
    return value;
  }

  private static Duration time(String value) {
    var time = Duration.ZERO;
    if (value.matches("[0-9]{1,6}(\\.[0-9]{1,6})?")) {
      int dot = value.indexOf('.');
      var seconds = dot < 0 ? value : value.substring(0, dot);
      long micros = dot < 0 ? 0 : Long.parseLong(value.substring(dot + 1)); // no fraction: 1.5 has 5
      time = Duration.ofSeconds(Long.parseLong(seconds), micros * MICRO_NANOS);
    }
    if (time.isZero()) {
      throw new IllegalArgumentException("read \"" + value + "\" after -t, expected seconds or seconds.microseconds");
    }
    return time;
  }
}
