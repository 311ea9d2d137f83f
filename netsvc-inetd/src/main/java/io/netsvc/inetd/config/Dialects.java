package io.netsvc.inetd.config;

import java.util.Set;
import java.util.regex.Pattern;

/** Who reads and writes each dialect. */
final class Dialects {
  /** A section's head of xinetd, or what its other lines begin with. */
  private static final Pattern XINETD =
      Pattern.compile("(?m)^[ \\t]*(?:service[ \\t]+[^ \\t\\n]+[ \\t\\r]*|defaults[ \\t\\r]*|include(?:dir)?[ \\t]+/.*)$");

  /** A section's head of systemd; one that is off is written so too. */
  private static final Set<String> SYSTEMD = Set.of("[Unit]", "[Socket]", "[Service]", "[Install]", "[Off]");

  private Dialects() {}

  /** Returns what reads a text of the dialect, and adds to what was found. */
  static Includes.Reader read(Dialect dialect, Includes includes, Found found) {
    return switch (dialect) {
      case INETD, OPENBSD, FREEBSD, NETBSD, GNU, BUSYBOX ->
          (name, text) -> SpecParser.read(name, text, Rules.of(dialect), includes, found);
      case XINETD -> (name, text) -> XinetdReader.read(name, text, includes, found);
      case SYSTEMD -> (name, text) -> SystemdReader.read(name, text, found);
    };
  }

  static Printed print(Dialect dialect, InetdConfig config) {
    return switch (dialect) {
      case INETD, OPENBSD, FREEBSD, NETBSD, GNU, BUSYBOX ->
          Printer.print(dialect, config, new EntryWriter(Rules.of(dialect)));
      case XINETD -> Printer.print(dialect, config, new XinetdWriter());
      case SYSTEMD -> Printer.print(dialect, config, new SystemdWriter());
    };
  }

  /** Returns the dialect that a file looks like, by its name or else by its text. */
  static Dialect guess(String name, String text) {
    if (name.endsWith(".socket") || SYSTEMD.contains(begin(text))) {
      return Dialect.SYSTEMD;
    }
    return XINETD.matcher(text).find() ? Dialect.XINETD : Dialect.INETD;
  }

  /** Returns the first line that says something. */
  private static String begin(String text) {
    return (text.startsWith("\ufeff") ? text.substring(1) : text)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#") && !line.startsWith(";"))
        .findFirst()
        .orElse("");
  }
}
