package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of one entry, collected from its first line and those that continue it. */
final class Entry implements Item {
  private final int line;
  private final String section;
  private final List<Word> words = new ArrayList<>();
  private final List<Remark> remarks = new ArrayList<>();
  private @Nullable Rejected failure;
  private Position end = new Position(1, 1);

  /** Something odd that does not keep the entry from being served. */
  record Remark(Position at, String message) {}

  /** Begins an entry on a line, from 1, below a label of Debian's. */
  Entry(int line, String section) {
    this.line = line;
    this.section = section;
  }

  /** Returns the label of the section that it is in, empty for none. */
  String section() {
    return section;
  }

  int line() {
    return line;
  }

  void add(Word word) {
    words.add(word);
  }

  void remark(Position at, String message) {
    remarks.add(new Remark(at, message));
  }

  /** Notes why the words cannot be read; the first reason stays. */
  void fail(Rejected reason) {
    if (failure == null) {
      failure = reason;
    }
  }

  /** Notes where the text of the last line ended, which is where a missing field is reported. */
  void endsAt(Position position) {
    end = position;
  }

  List<Word> words() {
    return words;
  }

  List<Remark> remarks() {
    return remarks;
  }

  boolean isEmpty() {
    return words.isEmpty() && failure == null;
  }

  /** Returns the word of a required field. */
  Word word(Field field) throws Rejected {
    if (field.index() < words.size()) {
      return words.get(field.index());
    }
    throw new Rejected(end, "read the end of the entry, expected " + field.expectation());
  }

  void requireReadable() throws Rejected {
    if (failure != null) {
      throw failure;
    }
  }
}
