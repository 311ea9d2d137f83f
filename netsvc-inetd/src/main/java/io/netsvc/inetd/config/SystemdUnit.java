package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A unit file of systemd.syntax(7): what each section says, in its order. */
final class SystemdUnit {
  private final String file;
  private final String name;
  private final List<Setting> settings = new ArrayList<>();

  /** One assignment. */
  record Setting(String section, Word key, Word value) {}

  /**
   * @param file as diagnostics name it
   * @param name the unit's name, with its suffix
   */
  SystemdUnit(String file, String name) {
    this.file = file;
    this.name = name;
  }

  String file() {
    return file;
  }

  String name() {
    return name;
  }

  List<Setting> settings() {
    return settings;
  }

  /** Adds what lines of text say; a line that is none of the syntax is told to {@code wrong}. */
  void read(List<String> lines, int firstLine, java.util.function.Consumer<Rejected> wrong) {
    var section = "";
    for (int i = 0; i < lines.size(); i++) {
      int number = firstLine + i;
      var line = lines.get(i);
      var text = line.strip();
      if (text.isEmpty() || text.startsWith("#") || text.startsWith(";")) {
        continue;
      }
      int start = line.indexOf(text);
      if (text.startsWith("[") && text.endsWith("]")) {
        section = text.substring(1, text.length() - 1);
        continue;
      }
      int equals = text.indexOf('=');
      if (equals <= 0 || section.isEmpty()) {
        wrong.accept(new Word(text, number, start + 1).expected("[Section] or Key=value"));
        continue;
      }
      var value = new StringBuilder(text.substring(equals + 1).strip());
      while (value.toString().endsWith("\\") && i + 1 < lines.size()) {
        value.setLength(value.length() - 1);
        i++;
        var next = lines.get(i).strip();
        if (!next.startsWith("#") && !next.startsWith(";")) {
          value.append(' ').append(next);
        } else {
          value.append('\\');
        }
      }
      var key = new Word(text.substring(0, equals).strip(), number, start + 1);
      var word = new Word(value.toString().strip(), number, start + equals + 2);
      if (word.unprintable().isPresent()) {
        wrong.accept(word.unprintable().get());
        continue;
      }
      if (word.text().isEmpty()) {
        var reset = section;
        settings.removeIf(s -> s.section().equals(reset) && s.key().text().equals(key.text()));
      } else {
        settings.add(new Setting(section, key, word));
      }
    }
  }

  /** Returns the last value of a key, which is the one that counts where only one does. */
  Optional<Word> last(String section, String key) {
    Optional<Word> last = Optional.empty();
    for (var setting : settings) {
      if (setting.section().equals(section) && setting.key().text().equals(key)) {
        last = Optional.of(setting.value());
      }
    }
    return last;
  }
}
