package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A section of xinetd, and what is odd or wrong about it. */
final class XinetdSection {
  private final String file;
  private final Word head;
  private final Map<String, XinetdSetting> settings = new LinkedHashMap<>();
  private final List<Later> later = new ArrayList<>();
  private final List<Entry.Remark> remarks = new ArrayList<>();
  private Optional<Rejected> failure = Optional.empty();

  /** What is to be added to, or taken from, what the defaults have. */
  private record Later(boolean adds, Word key, List<Word> values) {}

  /** @param head the service's name, or {@code defaults} */
  XinetdSection(String file, Word head) {
    this.file = file;
    this.head = head;
  }

  void later(boolean adds, Word key, List<Word> values) {
    later.add(new Later(adds, key, List.copyOf(values)));
  }

  /** Takes what it does not say itself from the defaults, and adds to it what it was to add. */
  void inherit(XinetdSection defaults) {
    for (var each : later) {
      var key = each.key().text();
      if (!settings.containsKey(key)) {
        assign(file, each.key(), defaults.values(key));
      }
      change(file, each.adds(), each.key(), each.values());
    }
    defaults.settings.forEach(
        (key, setting) -> {
          if (XinetdTerms.INHERITED.contains(key) && said(key).isEmpty()) {
            settings.put(key, setting);
          }
        });
  }

  String file() {
    return file;
  }

  Word head() {
    return head;
  }

  Map<String, XinetdSetting> settings() {
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

  void assign(String inFile, Word key, List<Word> values) {
    settings.put(key.text(), new XinetdSetting(inFile, key, values));
  }

  /** Adds values to an attribute, or takes them from it. */
  void change(String inFile, boolean adds, Word key, List<Word> values) {
    var setting = settings.computeIfAbsent(key.text(), _ -> new XinetdSetting(inFile, key, List.of()));
    if (adds) {
      setting.add(inFile, key, values);
    } else {
      setting.remove(inFile, key, values);
    }
  }

  /** Returns where an attribute, or its synonym, is said already. */
  Optional<XinetdSetting> said(String key) {
    return setting(key).or(() -> setting(XinetdTerms.synonym(key)));
  }

  /** Returns an attribute, if it is there. */
  Optional<XinetdSetting> setting(String key) {
    return Optional.ofNullable(settings.get(key));
  }

  /** Returns an attribute's values, none if it is not there. */
  List<Word> values(String key) {
    return setting(key).map(XinetdSetting::values).orElse(List.of());
  }

  /** Returns an attribute's one value, if it is there. */
  Optional<Word> one(String key) throws Rejected {
    var setting = settings.get(key);
    return setting == null ? Optional.empty() : Optional.of(setting.one());
  }

  /** Returns the texts of all values, none if the attribute is not there. */
  List<String> texts(String key) {
    return values(key).stream().map(Word::text).toList();
  }
}
