package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.BiConsumer;

/** A unit of systemd.syntax(7): what each section of its file says, and of those dropped in, in their order. */
final class SystemdUnit {
  private final String file;
  private final String name;
  private final SequencedSet<Setting> settings = new LinkedHashSet<>();
  private final Map<String, List<Setting>> byKey = new HashMap<>();

  /** One assignment. */
  record Setting(String file, String section, Word key, Word value) {

    /** Returns the same with another value. */
    Setting with(String text) {
      return new Setting(file, section, key, new Word(text, value.line(), value.column()));
    }

    /** Returns the failure to understand the value, in its file. */
    Rejected expected(String expectation) {
      return value.expected(expectation).in(file);
    }
  }

  /**
   * @param file as diagnostics name it
   * @param name the unit's name, with its suffix
   */
  SystemdUnit(String file, String name) {
    this.file = file;
    this.name = name;
  }

  /** Returns the same as a unit of another name: an instance of a template. */
  SystemdUnit named(String other) {
    if (other.equals(name)) {
      return this;
    }
    var instance = new SystemdUnit(file, other);
    settings.forEach(instance::add);
    return instance;
  }

  String file() {
    return file;
  }

  String name() {
    return name;
  }

  List<Setting> settings() {
    return List.copyOf(settings);
  }

  /** Adds what lines of a file say; a line that is none of the syntax is told to {@code wrong}. */
  void read(String inFile, List<String> lines, int firstLine, BiConsumer<String, Rejected> wrong) {
    var section = "";
    for (int i = 0; i < lines.size(); i++) {
      int number = firstLine + i;
      var line = lines.get(i);
      var text = line.strip();
      if (isNothing(text)) {
        continue;
      }
      int start = line.indexOf(text);
      if (text.startsWith("[") && text.endsWith("]")) {
        section = text.substring(1, text.length() - 1);
        continue;
      }
      int equals = text.indexOf('=');
      if (equals <= 0 || section.isEmpty()) {
        wrong.accept(inFile, new Word(text, number, start + 1).expected("[Section] or Key=value"));
        continue;
      }
      var value = new StringBuilder(text.substring(equals + 1).strip());
      while (endsWithBackslash(value) && i + 1 < lines.size()) {
        i++;
        var next = lines.get(i).strip();
        if (next.isEmpty() || !isNothing(next)) {
          value.setLength(value.length() - 1);
          value.append(' ').append(next);
        } // else a comment in between
      }
      var key = new Word(text.substring(0, equals).strip(), number, start + 1);
      var word = new Word(value.toString().strip(), number, start + equals + 2);
      if (word.unprintable().or(key::unprintable).isPresent()) {
        wrong.accept(inFile, word.unprintable().or(key::unprintable).get());
      } else {
        add(new Setting(inFile, section, key, word));
      }
    }
  }

  private static boolean isNothing(String text) {
    return text.isEmpty() || text.startsWith("#") || text.startsWith(";");
  }

  private static boolean endsWithBackslash(StringBuilder text) {
    return !text.isEmpty() && text.charAt(text.length() - 1) == '\\';
  }

  /** An empty value forgets those above. */
  private void add(Setting setting) {
    var of = byKey.computeIfAbsent(setting.section() + '.' + setting.key().text(), _ -> new ArrayList<>());
    if (setting.value().text().isEmpty()) {
      of.forEach(settings::remove);
      of.clear();
    } else {
      of.add(setting);
      settings.add(setting);
    }
  }

  /** Returns what is said of a key. */
  List<Setting> all(String section, String key) {
    return byKey.getOrDefault(section + '.' + key, List.of());
  }

  /** Returns the last value of a key, which is the one that counts where only one does. */
  Optional<Setting> last(String section, String key) {
    var all = all(section, key);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }
}
