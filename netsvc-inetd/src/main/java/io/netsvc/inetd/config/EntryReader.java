package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a text into entries and their words, and definitions. A line that begins with a blank
 * continues the entry on the line above it, as does any line after a trailing backslash; a line
 * whose first word begins with {@code #} is a comment; so is the rest of a line from such a word on.
 */
final class EntryReader {
  private static final String OFF = "#<off>#";

  private final Rules rules;
  private final List<Item> items = new ArrayList<>();
  private final List<Entry.Remark> remarks = new ArrayList<>();
  private final List<Off> off = new ArrayList<>();
  private String section = "";
  private @Nullable Entry open;
  private boolean joined;

  private EntryReader(Rules rules) {
    this.rules = rules;
  }

  /** An entry that Debian's mark has turned off. */
  record Off(Position position, String section, String text) {}

  /** What a text consists of: entries, remarks on lines outside them, and entries turned off. */
  record Contents(List<Item> items, List<Entry.Remark> remarks, List<Off> off) {}

  static Contents read(String file, String text, Rules rules) {
    var reader = new EntryReader(rules);
    int number = 1;
    int start = text.startsWith("\ufeff") ? 1 : 0;
    while (start < text.length()) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      var line = text.substring(start, end);
      if (rules.have(Rules.Has.DEFINITIONS) && !reader.joined && DefinitionReader.begins(line)) {
        reader.close();
        var definition = DefinitionReader.read(file, text, start, number);
        reader.items.add(definition);
        start = definition.end();
        number = definition.line();
      } else {
        reader.line(line, number);
        start = end + 1;
        number++;
      }
    }
    return new Contents(reader.items, reader.remarks, reader.off);
  }

  private void line(String line, int number) {
    int end = line.length();
    while (end > 0 && blank(line.charAt(end - 1))) {
      end--;
    }
    int start = 0;
    while (start < end && blank(line.charAt(start))) {
      start++;
    }
    if (start == end) {
      close();
    } else if (line.charAt(start) == '#') {
      comment(line, start, end, number);
    } else {
      entryLine(line, start, end, number);
    }
  }

  private void comment(String line, int start, int end, int number) {
    if (start > 0) {
      return;
    }
    close();
    if (line.startsWith(OFF)) {
      int text = OFF.length();
      while (text < end && blank(line.charAt(text))) {
        text++;
      }
      if (text < end) {
        off.add(new Off(new Position(number, text + 1), section, line.substring(text, end)));
      }
    } else if (line.startsWith("#:")) {
      int colon = line.indexOf(':', 2);
      section = colon < 0 ? section : line.substring(2, colon).strip();
    } else if (line.startsWith("#@") && !line.substring(2).isBlank()) {
      remarks.add(new Entry.Remark(new Position(number, 1), "an IPsec policy is ignored"));
    }
  }

  private void entryLine(String line, int start, int end, int number) {
    boolean more =
        rules.have(Rules.Has.BACKSLASH)
            && line.charAt(line.endsWith("\r") ? Math.max(line.length() - 2, 0) : line.length() - 1) == '\\';
    boolean indented = start > 0 && rules.have(Rules.Has.INDENTED);
    boolean continues = open != null && (joined || indented);
    Entry entry = open;
    if (entry == null || !continues) {
      entry = new Entry(number, section);
      items.add(entry);
      open = entry;
    }
    int first = entry.words().size();
    boolean commented = words(entry, line, start, more ? end - 1 : end, number);
    entry.endsAt(commented ? entry.remarks().getLast().at() : new Position(number, end + 1));
    if (continues && !joined && looksLikeEntry(entry.words(), first)) {
      entry.remark(
          new Position(number, start + 1),
          "this line is indented, so it continues the entry above; it looks like an entry itself");
    }
    joined = more && !commented;
  }

  /** Adds a line's words to the entry and returns whether a comment ended it. */
  private boolean words(Entry entry, String line, int start, int end, int number) {
    int at = start;
    while (at < end) {
      char c = line.charAt(at);
      if (blank(c)) {
        at++;
        continue;
      }
      var position = new Position(number, at + 1);
      if (c == '#') {
        entry.remark(position, "read \"#\" in an entry; the rest of the line is a comment");
        return true;
      }
      int from = at;
      int to;
      if (rules.have(Rules.Has.QUOTES) && (c == '"' || c == '\'')) {
        from = at + 1;
        to = line.indexOf(c, from);
        if (to < 0 || to >= end) {
          entry.fail(new Rejected(position, "read " + c + " and no second one, expected a closing " + c));
          return false;
        }
        at = to + 1;
        if (at < end && !blank(line.charAt(at))) {
          entry.fail(
              new Word(line.substring(at, end), number, at + 1)
                  .expected("a blank after the closing " + c));
          return false;
        }
      } else {
        to = at;
        while (to < end
            && !blank(line.charAt(to))
            && (line.charAt(to) != '#' || !rules.have(Rules.Has.HASH))) {
          to++;
        }
        at = to;
      }
      var word = new Word(line.substring(from, to), number, position.column());
      word.unprintable().ifPresent(entry::fail);
      entry.add(word);
    }
    return false;
  }

  private static boolean looksLikeEntry(List<Word> words, int first) {
    return words.size() >= first + 6
        && SocketType.of(words.get(first + 1).text()).isPresent()
        && words.get(first + 3).text().matches("(no)?wait.{0,40}");
  }

  private void close() {
    open = null;
    joined = false;
  }

  private static boolean blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
