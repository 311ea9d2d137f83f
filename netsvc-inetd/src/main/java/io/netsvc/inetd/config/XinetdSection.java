package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A section of xinetd: its attributes after all of {@code =}, {@code +=} and {@code -=}. */
final class XinetdSection {
  private final List<Later> later = new ArrayList<>();
  private String file;
  private Word head;
  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final List<Entry.Remark> remarks = new ArrayList<>();
  private Optional<Rejected> failure = Optional.empty();

  /**
   * An attribute's values.
   *
   * @param key where it was named last
   */
  record Setting(Word key, List<Word> values) {}

  /** What is to be added to, or taken from, what the defaults have. */
  private record Later(boolean adds, Word key, List<Word> values) {}

  /** @param head the service's name, or {@code defaults} */
  XinetdSection(String file, Word head) {
    this.file = file;
    this.head = head;
  }

  /** Says where the section is, once that is known. */
  void begins(String inFile, Word atHead) {
    file = inFile;
    head = atHead;
  }

  void later(boolean adds, Word key, List<Word> values) {
    later.add(new Later(adds, key, List.copyOf(values)));
  }

  /** Adds to and takes from what the defaults have, where the section has not said it whole. */
  void settle(XinetdSection defaults) {
    for (var each : later) {
      if (!settings.containsKey(each.key().text())) {
        assign(each.key(), defaults.values(each.key().text()));
      }
      if (each.adds()) {
        add(each.key(), each.values());
      } else {
        remove(each.key(), each.values());
      }
    }
  }

  String file() {
    return file;
  }

  Word head() {
    return head;
  }

  Map<String, Setting> settings() {
    return settings;
  }

  List<Entry.Remark> remarks() {
    return remarks;
  }

  void remark(Position at, String message) {
    remarks.add(new Entry.Remark(at, message));
  }

  /** Notes why the section is broken; the first reason stays. */
  void fail(Rejected why) {
    if (failure.isEmpty()) {
      failure = Optional.of(why);
    }
  }

  Optional<Rejected> failure() {
    return failure;
  }

  void assign(Word key, List<Word> values) {
    settings.put(key.text(), new Setting(key, List.copyOf(values)));
  }

  void add(Word key, List<Word> values) {
    var all = new ArrayList<>(values(key.text()));
    all.addAll(values);
    settings.put(key.text(), new Setting(key, List.copyOf(all)));
  }

  void remove(Word key, List<Word> values) {
    var all = new ArrayList<>(values(key.text()));
    all.removeIf(each -> values.stream().anyMatch(gone -> gone.text().equals(each.text())));
    settings.put(key.text(), new Setting(key, List.copyOf(all)));
  }

  private List<Word> values(String key) {
    var setting = settings.get(key);
    return setting == null ? List.of() : setting.values();
  }

  /** Returns the attribute's one value, if it is there. */
  Optional<Word> one(String key) throws Rejected {
    var setting = settings.get(key);
    if (setting == null) {
      return Optional.empty();
    }
    if (setting.values().size() != 1) {
      throw setting.key().expected("one value");
    }
    return Optional.of(setting.values().getFirst());
  }

  /** Returns the texts of all values, none if the attribute is not there. */
  List<String> texts(String key) {
    return values(key).stream().map(Word::text).toList();
  }
}
