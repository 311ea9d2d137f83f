package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a service as a {@code key = value} definition, which can say all of it. */
final class DefinitionWriter implements Printer.Writer {
  private static final List<String> KEPT_KEYS = List.of("acceptfilter", "ipsec");

  @Override
  public void write(ServiceSpec spec, boolean off, Printer out) {
    var keys = new ArrayList<String>();
    out.line(head(spec, keys) + (off ? " off" : " on"));
    for (var attribute : spec.attributes()) {
      said(spec, attribute, keys);
    }
    for (int i = 0; i < keys.size(); i++) {
      out.line("\t" + keys.get(i) + (i < keys.size() - 1 ? "," : ";"));
    }
    if (keys.isEmpty()) {
      out.line("\t;");
    }
  }

  /** Returns what the definition begins with, and adds the keys that say the rest of where it is. */
  private static String head(ServiceSpec spec, List<String> keys) {
    if (spec.get(Attribute.TCPMUX).isPresent() && spec.listens().isEmpty()) {
      keys.add("socktype = stream");
      keys.add("protocol = tcp4"); // which NetBSD asks for
      return quoted(spec.get(Attribute.TCPMUX).get().toString());
    }
    boolean one = spec.listens().size() == 1;
    if (!one || spec.get(Attribute.TCPMUX).isPresent()) {
      keys.add("listen = " + words(Attribute.LISTENS.syntax().write(spec.listens())));
      return "services";
    }
    var listen = spec.listens().getFirst();
    var rpc = spec.get(Attribute.RPC);
    keys.add("socktype = " + listen.type().keyword());
    keys.add("protocol = " + (rpc.isPresent() ? "rpc/" : "") + listen.protocol().keyword());
    if (listen.protocol() != Protocol.UNIX) {
      keys.add("bind = " + (listen.hosts().isEmpty() ? "*" : words(listen.hosts())));
    }
    return rpc.isPresent() ? rpc.get().toString() : listen.service();
  }

  private static void said(ServiceSpec spec, Attribute<?> attribute, List<String> keys) {
    if (attribute.equals(Attribute.LISTENS)
        || attribute.equals(Attribute.RPC)
        || attribute.equals(Attribute.TCPMUX)) {
      return; // the head
    }
    if (attribute.equals(Attribute.PROGRAM) && spec.internal()) {
      return; // no program is ours
    }
    if (attribute.equals(Attribute.INSTANCES)) {
      keys.add("accept_max = " + spec.get(Attribute.INSTANCES).orElseThrow());
    } else if (attribute.equals(Attribute.RATE) && perMinute(spec, Attribute.RATE)) {
      keys.add("service_max = " + spec.get(Attribute.RATE).orElseThrow().count());
    } else if (attribute.equals(Attribute.SOURCE_RATE) && perMinute(spec, Attribute.SOURCE_RATE)) {
      keys.add("ip_max = " + spec.get(Attribute.SOURCE_RATE).orElseThrow().count());
    } else if (attribute.equals(Attribute.USER) && !spec.account().dotted() && spec.account().group().isPresent()) {
      keys.add("user = " + quoted(spec.account().user()));
      keys.add("group = " + quoted(spec.account().group().get()));
    } else if (attribute.equals(Attribute.OTHER)) {
      other(spec.get(Attribute.OTHER).orElseThrow(), keys);
    } else {
      keys.add(text(spec, attribute));
    }
  }

  private static boolean perMinute(ServiceSpec spec, Attribute<Rate> attribute) {
    return spec.get(attribute).filter(Rate::isPerMinute).isPresent();
  }

  private static void other(Map<String, String> other, List<String> keys) {
    var rest = new ArrayList<String>();
    other.forEach(
        (key, value) -> {
          if (KEPT_KEYS.contains(key)) {
            keys.add(key + " = " + quoted(value));
          } else {
            rest.add(quoted(key + '=' + value));
          }
        });
    if (!rest.isEmpty()) {
      rest.sort(null);
      keys.add(Attribute.OTHER.key() + " = " + String.join(" ", rest));
    }
  }

  private static <T> String text(ServiceSpec spec, Attribute<T> attribute) {
    return attribute.key() + " = " + words(attribute.syntax().write(spec.get(attribute).orElseThrow()));
  }

  private static String words(List<String> words) {
    return String.join(" ", words.stream().map(DefinitionWriter::quoted).toList());
  }

  /** Puts a word in quotes where it would be read otherwise. */
  static String quoted(String word) {
    boolean plain = !word.isEmpty() && word.chars().allMatch(c -> c > ' ' && c != 0x7f && ",;=\"'#\\".indexOf(c) < 0);
    if (plain) {
      return word;
    }
    var text = new StringBuilder("\"");
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> text.append(c < ' ' || c == 0x7f ? String.format(Locale.ROOT, "\\x%02x", (int) c) : String.valueOf(c));
      }
    }
    return text.append('"').toString();
  }
}
