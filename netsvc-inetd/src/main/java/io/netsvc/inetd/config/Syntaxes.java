package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The syntaxes of values that are more than a number or a word. */
final class Syntaxes {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|min|m|h|d)?");
  private static final Pattern BOUNDS =
      Pattern.compile("([a-z_]+)=([0-9]{1,18}|unlimited)(?::([0-9]{1,18}|unlimited))?");

  private Syntaxes() {}

  /** {@code name=value}. */
  static Syntax<Map<String, String>> environment() {
    return Syntax.pairs(
        "NAME=value",
        text -> {
          int equals = text.indexOf('=');
          return equals <= 0
              ? Optional.empty()
              : Optional.of(Map.entry(text.substring(0, equals), text.substring(equals + 1)));
        },
        entry -> entry.getKey() + '=' + entry.getValue());
  }

  /** {@code open_files=1024:4096}. */
  static Syntax<Map<Limit, Bounds>> limits() {
    return Syntax.pairs(
        "limit=soft or limit=soft:hard, such as open_files=1024:unlimited",
        text -> {
          var m = BOUNDS.matcher(text);
          if (!m.matches()) {
            return Optional.empty();
          }
          long soft = bound(m.group(2));
          long hard = m.group(3) == null ? soft : bound(m.group(3));
          return limit(m.group(1)).map(limit -> Map.entry(limit, new Bounds(soft, hard)));
        },
        entry ->
            name(entry.getKey())
                + '='
                + bound(entry.getValue().soft())
                + (entry.getValue().soft() == entry.getValue().hard()
                    ? ""
                    : ':' + bound(entry.getValue().hard())));
  }

  private static String name(Limit limit) {
    return limit.name().toLowerCase(Locale.ROOT);
  }

  private static Optional<Limit> limit(String text) {
    for (var limit : Limit.values()) {
      if (name(limit).equals(text)) {
        return Optional.of(limit);
      }
    }
    return Optional.empty();
  }

  private static long bound(String text) {
    return text.equals("unlimited") ? Limit.UNLIMITED : Long.parseLong(text);
  }

  private static String bound(long bound) {
    return bound == Limit.UNLIMITED ? "unlimited" : String.valueOf(bound);
  }

  /** {@code 90}, {@code 90s} or {@code 5min}. */
  static Syntax<Duration> duration() {
    return Syntax.one("a time such as 90, 500ms, 5min or 2h", Syntaxes::duration, Syntaxes::text);
  }

  static Optional<Duration> duration(String text) {
    var m = DURATION.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    long n = Long.parseLong(m.group(1));
    var unit = m.group(2) == null ? "s" : m.group(2);
    return Optional.of(
        switch (unit) {
          case "ms" -> Duration.ofMillis(n);
          case "min", "m" -> Duration.ofMinutes(n);
          case "h" -> Duration.ofHours(n);
          case "d" -> Duration.ofDays(n);
          default -> Duration.ofSeconds(n);
        });
  }

  static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  /** {@code 40}, which is a minute's, {@code 50/1s} or {@code 50/1s/10s} with a pause after it. */
  static Syntax<Rate> rate() {
    return Syntax.one("count[/window[/pause]], such as 40 or 50/1s/10s", Syntaxes::rate, Syntaxes::text);
  }

  private static Optional<Rate> rate(String text) {
    var parts = text.split("/", -1);
    var count = Numbers.parse(parts[0]);
    if (count.isEmpty() || parts.length > 3) {
      return Optional.empty();
    }
    if (parts.length == 1) {
      return Optional.of(Rate.perMinute(count.getAsInt()));
    }
    var window = duration(parts[1]).filter(Duration::isPositive);
    var pause = parts.length == 2 ? Optional.of(Duration.ZERO) : duration(parts[2]);
    return window.isEmpty() || pause.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rate(count.getAsInt(), window.get(), pause.get()));
  }

  private static String text(Rate rate) {
    if (rate.isPerMinute()) {
      return String.valueOf(rate.count());
    }
    var text = rate.count() + "/" + text(rate.window());
    return rate.pause().isZero() ? text : text + '/' + text(rate.pause());
  }

  /** {@code user[:group]}; a dot divides too where there is no colon. */
  static Syntax<Account> account() {
    return Syntax.one("a user, user:group or user.group", Syntaxes::account, Account::toString);
  }

  static Optional<Account> account(String text) {
    int split = text.indexOf(':');
    boolean dotted = split < 0;
    if (dotted) {
      split = text.lastIndexOf('.');
    }
    if (split < 0) {
      return name(text) ? Optional.of(Account.of(text)) : Optional.empty();
    }
    var user = text.substring(0, split);
    var group = text.substring(split + 1);
    return name(user) && name(group)
        ? Optional.of(new Account(user, Optional.of(group), dotted))
        : Optional.empty();
  }

  private static boolean name(String text) {
    return !text.isEmpty() && text.chars().noneMatch(c -> c <= ' ' || c == ':' || c == '/' || c == ',');
  }

  /** {@code program/versions}. */
  static Syntax<Rpc> rpc() {
    return Syntax.one("program/version or program/lowest-highest", Syntaxes::rpc, Rpc::toString);
  }

  static Optional<Rpc> rpc(String text) {
    int slash = text.indexOf('/');
    if (slash <= 0) {
      return Optional.empty();
    }
    var versions = text.substring(slash + 1);
    int dash = versions.indexOf('-');
    var lowest = Numbers.parse(dash < 0 ? versions : versions.substring(0, dash));
    var highest = dash < 0 ? lowest : Numbers.parse(versions.substring(dash + 1));
    return lowest.isEmpty() || highest.isEmpty() || highest.getAsInt() < lowest.getAsInt()
        ? Optional.empty()
        : Optional.of(new Rpc(text.substring(0, slash), lowest.getAsInt(), highest.getAsInt()));
  }

  /** {@code tcpmux/name} or {@code tcpmux/+name}. */
  static Syntax<Tcpmux> tcpmux() {
    return Syntax.one("tcpmux/name or tcpmux/+name", Syntaxes::tcpmux, Tcpmux::toString);
  }

  static Optional<Tcpmux> tcpmux(String text) {
    var name = text.startsWith("tcpmux/") ? text.substring(7) : "";
    boolean greets = name.startsWith("+");
    name = greets ? name.substring(1) : name;
    return name.isEmpty() || name.length() > 256 || name.chars().anyMatch(c -> c <= ' ' || c > '~')
        ? Optional.empty()
        : Optional.of(new Tcpmux(name, greets));
  }
}
