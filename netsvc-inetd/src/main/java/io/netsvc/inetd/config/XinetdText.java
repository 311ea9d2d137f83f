package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The text of a section of xinetd.conf(5) as it grows, and what it cannot say of its service. */
final class XinetdText {
  private final ServiceSpec spec;
  private final Printer out;
  private final List<String> types = new ArrayList<>();
  private final Set<String> flags = new LinkedHashSet<>();
  private final List<String> lines = new ArrayList<>();
  private final List<Attribute<?>> unsaid = new ArrayList<>();

  XinetdText(ServiceSpec spec, Printer out) {
    this.spec = spec;
    this.out = out;
  }

  ServiceSpec spec() {
    return spec;
  }

  void type(String type) {
    types.add(type);
  }

  void flag(String flag) {
    flags.add(flag);
  }

  void attribute(String name, String value) {
    lines.add(line(name, value));
  }

  private static String line(String name, String value) {
    return String.format(Locale.ROOT, "\t%-15s = %s", name, value).stripTrailing();
  }

  /** Notes what is said otherwise, without making the service another one. */
  void noted(Attribute<?> attribute, String what) {
    out.lost(spec, attribute, what);
  }

  void lost(Attribute<?> attribute, String what) {
    unsaid.add(attribute);
    out.lost(spec, attribute, what);
  }

  /** Notes that the service needs the name of a user. */
  void ownUser() {
    unsaid.add(Attribute.USER);
    out.ownUser(spec);
  }

  void lost(Attribute<?> attribute) {
    unsaid.add(attribute);
    out.lost(spec, attribute);
  }

  /** Returns a value of words; those with blanks are two words there. */
  String words(Attribute<?> attribute, List<String> words) {
    for (var word : words) {
      boolean plain = !word.isEmpty() && word.chars().allMatch(c -> c > ' ' && c != 0x7f);
      if (!plain || word.startsWith("#")) {
        lost(attribute, "the word " + Word.shown(word) + " of " + spec.name());
      }
    }
    return String.join(" ", words);
  }

  /** Prints the section; one whose service would be another one is off. */
  void print(String name, boolean off) {
    out.line("service " + name);
    out.line("{");
    if (!types.isEmpty()) {
      out.line(line("type", String.join(" ", types)));
    }
    if (!flags.isEmpty()) {
      out.line(line("flags", String.join(" ", flags)));
    }
    lines.forEach(out::line);
    out.line(line("disable", off || Printer.harms(unsaid) ? "yes" : "no"));
    out.line("}");
  }
}
