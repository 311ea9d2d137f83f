package io.netsvc.inetd.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What a section of xinetd says of one attribute, after all of {@code =}, {@code +=} and {@code -=}. */
final class XinetdSetting {
  private final SequencedMap<Object, Word> words = new LinkedHashMap<>();
  private String file;
  private Word key;

  /**
   * @param file which may not be the section's: see {@link XinetdSection#inherit}
   * @param key the attribute, where it is written
   */
  XinetdSetting(String file, Word key, List<Word> values) {
    this.file = file;
    this.key = key;
    values.forEach(this::add);
  }

  void add(String inFile, Word at, List<Word> values) {
    file = inFile;
    key = at;
    values.forEach(this::add);
  }

  private void add(Word value) {
    words.putLast(name(value), value);
  }

  void remove(String inFile, Word at, List<Word> values) {
    file = inFile;
    key = at;
    values.forEach(value -> words.remove(name(value)));
  }

  /** In a set a word is there once; else each word is itself, by its place. */
  private Object name(Word value) {
    return XinetdTerms.isSet(key.text()) ? value.text() : value;
  }

  String file() {
    return file;
  }

  /** Returns the attribute, where it was written last. */
  Word key() {
    return key;
  }

  List<Word> values() {
    return List.copyOf(words.values());
  }

  /** Returns the one value. */
  Word one() throws Rejected {
    if (words.size() != 1) {
      throw key.expected("one value").in(file);
    }
    return words.firstEntry().getValue();
  }

  /** Returns the failure to understand the first value, wherever that was written. */
  Rejected expected(String expectation) {
    var word = words.isEmpty() ? key : words.firstEntry().getValue();
    return word.expected(expectation).in(file);
  }

  /** Returns the values with a blank between. */
  String joined() {
    return String.join(" ", words.values().stream().map(Word::text).toList());
  }
}
