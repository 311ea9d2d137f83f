package io.netsvc.inetd.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code Environment=} and {@code EnvironmentFile=} of systemd.exec(5). The files are read when the
 * configuration is, and not at each start; what they say counts before the other.
 */
final class SystemdEnvironment {
  private static final long MOST = 1 << 20;

  private final Map<String, String> variables = new HashMap<>();
  private final Map<String, String> ofFiles = new HashMap<>();
  private final SystemdName name;
  private final Found found;

  SystemdEnvironment(SystemdName name, Found found) {
    this.name = name;
    this.found = found;
  }

  Map<String, String> all() {
    var all = new HashMap<>(variables);
    all.putAll(ofFiles);
    return Map.copyOf(all);
  }

  /** Adds {@code NAME=value "OTHER=with blanks"}. */
  void assign(SystemdUnit.Setting by) throws Rejected {
    for (var raw : SystemdWords.split(by, false)) {
      var word = name.expand(raw, by);
      int equals = word.indexOf('=');
      if (equals <= 0) {
        throw by.expected("NAME=value");
      }
      variables.put(word.substring(0, equals), word.substring(equals + 1));
    }
  }

  /** Adds what a file says; it may be missing if a dash is before it. */
  void file(SystemdUnit.Setting by) throws Rejected {
    var text = name.expand(by.value().text(), by);
    boolean may = text.startsWith("-");
    var path = may ? text.substring(1) : text;
    if (!path.startsWith("/")) {
      throw by.expected("an absolute path");
    }
    if (path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[')) {
      found.warning(by.file(), by.value().position(), "a pattern of files is not followed");
      return;
    }
    try {
      var file = Path.of(path);
      if (!Files.isRegularFile(file) || Files.size(file) > MOST) {
        if (!may) {
          throw by.expected("a file of variables that is there");
        }
        return;
      }
      read(path, Includes.text(file).lines().toList());
    } catch (IOException e) {
      if (!may) {
        throw by.expected("a file of variables that can be read");
      }
    } catch (InvalidPathException e) {
      throw by.expected("a path");
    }
  }

  private void read(String file, List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      int number = i + 1;
      var line = new StringBuilder(lines.get(i).strip());
      if (line.isEmpty() || line.charAt(0) == '#' || line.charAt(0) == ';') {
        continue;
      }
      while (!line.isEmpty() && line.charAt(line.length() - 1) == '\\' && i + 1 < lines.size()) {
        line.setLength(line.length() - 1);
        line.append(lines.get(++i).strip());
      }
      int equals = line.indexOf("=");
      var variable = equals < 0 ? "" : line.substring(0, equals).strip();
      if (!variable.matches("[A-Za-z_][A-Za-z0-9_]*")) {
        found.warning(file, new Position(number, 1), "read " + Word.shown(line.toString()) + ", expected NAME=value");
        continue;
      }
      ofFiles.put(variable, unquoted(line.substring(equals + 1).strip()));
    }
  }

  /** Takes off quotes as a shell does; within double ones a backslash takes one off itself. */
  private static String unquoted(String text) {
    var out = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      } else if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
        out.append(text.charAt(++i));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
