package io.netsvc.inetd.config;

/**
 * A unit's name, {@code prefix[@instance].type}, and what the specifiers of systemd.unit(5) stand
 * for in its values.
 */
record SystemdName(String text) {

  /** Without its type. */
  String plain() {
    int dot = text.lastIndexOf('.');
    return dot < 0 ? text : text.substring(0, dot);
  }

  String prefix() {
    int at = plain().indexOf('@');
    return at < 0 ? plain() : plain().substring(0, at);
  }

  /** Returns what is behind the {@code @}, empty for none. */
  String instance() {
    int at = plain().indexOf('@');
    return at < 0 ? "" : plain().substring(at + 1);
  }

  boolean isTemplate() {
    return plain().endsWith("@");
  }

  /** Returns the name of the file that all instances have, or the same for what is none. */
  String template() {
    return plain().indexOf('@') < 0 ? text : prefix() + '@' + text.substring(plain().length());
  }

  /** Returns whether a value asks for the instance. */
  static boolean asksForInstance(String value) {
    for (int at = value.indexOf('%'); at >= 0 && at + 1 < value.length(); at = value.indexOf('%', at + 2)) {
      if (value.charAt(at + 1) == 'i' || value.charAt(at + 1) == 'I') {
        return true;
      }
    }
    return false;
  }

  /** Returns a value with the specifiers that do not depend on a running systemd replaced. */
  String expand(String value, SystemdUnit.Setting by) throws Rejected {
    if (value.indexOf('%') < 0) {
      return value;
    }
    var out = new StringBuilder();
    int at = 0;
    while (at < value.length()) {
      char c = value.charAt(at++);
      if (c != '%' || at == value.length()) {
        out.append(c);
      } else {
        out.append(specifier(value.charAt(at++), by));
      }
    }
    return out.toString();
  }

  private String specifier(char specifier, SystemdUnit.Setting by) throws Rejected {
    return switch (specifier) {
      case '%' -> "%";
      case 'n' -> text;
      case 'N' -> plain();
      case 'p' -> prefix();
      case 'j' -> prefix().substring(prefix().lastIndexOf('-') + 1);
      case 'i' -> instance();
      case 'I' -> unescaped(instance());
      case 't' -> "/run";
      case 'S' -> "/var/lib";
      case 'C' -> "/var/cache";
      case 'L' -> "/var/log";
      case 'E' -> "/etc";
      case 'T' -> "/tmp";
      case 'V' -> "/var/tmp";
      case 'h' -> System.getProperty("user.home");
      case 'u' -> System.getProperty("user.name");
      default -> throw by.expected("a specifier that is known, not " + Word.shown("%" + specifier));
    };
  }

  /** As systemd-escape(1) has it: a dash for a slash, and bytes in hexadecimal. */
  private static String unescaped(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 3 < text.length() && text.substring(i + 1, i + 4).matches("x[2-7][0-9a-fA-F]")) {
        out.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
        i += 3;
      } else {
        out.append(c == '-' ? '/' : c);
      }
    }
    return out.toString();
  }
}
