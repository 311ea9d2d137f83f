package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Values of systemd.syntax(7) that are written otherwise here: truths, times and sizes. */
final class SystemdValues {
  private static final Pattern TIME = Pattern.compile("([0-9]{1,12})(?:\\.([0-9]{1,3}))?\\s*([a-zA-Z]*)\\s*");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([KMGTPE]?)B?");

  private static final Set<Attribute<?>> TRUTHS =
      Set.of(
          Attribute.KEEP_ALIVE, Attribute.NO_DELAY, Attribute.REUSE_PORT, Attribute.FREE_BIND, Attribute.TRANSPARENT,
          Attribute.NO_NEW_PRIVILEGES);
  private static final Set<Attribute<?>> TIMES =
      Set.of(Attribute.DEFER_ACCEPT, Attribute.TIME_LIMIT, Attribute.STOP_TIME);
  private static final Set<Attribute<?>> SIZES = Set.of(Attribute.RECEIVE_BUFFER, Attribute.SEND_BUFFER);

  private SystemdValues() {}

  /** Returns a value in the words of an attribute here, the same if it is in none that are known. */
  static String house(Attribute<?> attribute, String value) {
    if (TRUTHS.contains(attribute)) {
      return truth(value).map(is -> is ? "yes" : "no").orElse(value);
    }
    if (TIMES.contains(attribute)) {
      return time(value).map(Syntaxes::text).orElse(value);
    }
    if (SIZES.contains(attribute)) {
      return size(value).map(String::valueOf).orElse(value);
    }
    return value;
  }

  static Optional<Boolean> truth(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "1", "yes", "y", "true", "t", "on" -> Optional.of(true);
      case "0", "no", "n", "false", "f", "off" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** Returns a time such as {@code 1min 30s}; without a unit it is in seconds. */
  static Optional<Duration> time(String text) {
    var total = Duration.ZERO;
    var m = TIME.matcher(text);
    int at = 0;
    while (at < text.length()) {
      m.region(at, text.length());
      if (!m.lookingAt()) {
        return Optional.empty();
      }
      var unit = unit(m.group(3));
      if (unit.isEmpty()) {
        return Optional.empty();
      }
      int thousandths = m.group(2) == null ? 0 : Integer.parseInt((m.group(2) + "00").substring(0, 3));
      total =
          total
              .plus(unit.get().multipliedBy(Long.parseLong(m.group(1))))
              .plus(unit.get().multipliedBy(thousandths).dividedBy(1000));
      at = m.end();
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(total);
  }

  private static Optional<Duration> unit(String unit) {
    return switch (unit) {
      case "us", "usec" -> Optional.of(Duration.ofNanos(1000));
      case "ms", "msec" -> Optional.of(Duration.ofMillis(1));
      case "", "s", "sec", "second", "seconds" -> Optional.of(Duration.ofSeconds(1));
      case "m", "min", "minute", "minutes" -> Optional.of(Duration.ofMinutes(1));
      case "h", "hr", "hour", "hours" -> Optional.of(Duration.ofHours(1));
      case "d", "day", "days" -> Optional.of(Duration.ofDays(1));
      case "w", "week", "weeks" -> Optional.of(Duration.ofDays(7));
      default -> Optional.empty();
    };
  }

  /** Returns a size in bytes, with {@code K} for 1024 and so on. */
  static Optional<Long> size(String text) {
    var m = SIZE.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    int power = m.group(2).isEmpty() ? 0 : "KMGTPE".indexOf(m.group(2)) + 1;
    long number = Long.parseLong(m.group(1));
    long unit = 1L << (10 * power);
    return number > Long.MAX_VALUE / unit ? Optional.empty() : Optional.of(number * unit);
  }

  /** Returns one limit or two, a soft and a hard one. */
  static Bounds bounds(Limit limit, SystemdUnit.Setting by, String text) throws Rejected {
    int colon = text.indexOf(':');
    long soft = bound(limit, by, colon < 0 ? text : text.substring(0, colon));
    return new Bounds(soft, colon < 0 ? soft : bound(limit, by, text.substring(colon + 1)));
  }

  private static long bound(Limit limit, SystemdUnit.Setting by, String text) throws Rejected {
    if (text.equals("infinity")) {
      return Limit.UNLIMITED;
    }
    Optional<Long> number =
        switch (limit) {
          case CPU -> time(text).map(Duration::toSeconds);
          case REALTIME -> text.matches("[0-9]+") ? size(text) : time(text).map(t -> t.toNanos() / 1000);
          default -> size(text);
        };
    return number.orElseThrow(() -> by.expected("a number or infinity"));
  }
}
