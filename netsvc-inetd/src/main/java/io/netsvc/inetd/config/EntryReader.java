package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a text into entries and their words. A line that begins with a blank continues the entry
 * on the line above it, as does any line after a trailing backslash; a line whose first word begins
 * with {@code #} is a comment; so is the rest of a line from such a word on.
 */
final class EntryReader {
  private static final String OFF = "#<off>#";

  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry.Remark> remarks = new ArrayList<>();
  private final List<DisabledEntry> disabled = new ArrayList<>();
  private String section = "";
  private @Nullable Entry open;
  private boolean joined;

  private EntryReader() {}

  /** What a text consists of: entries, remarks on lines outside them, and entries turned off. */
  record Contents(
      List<Entry> entries, List<Entry.Remark> remarks, List<DisabledEntry> disabled) {}

  static Contents read(String text) {
    var reader = new EntryReader();
    int number = 1;
    int start = text.startsWith("\ufeff") ? 1 : 0;
    while (start < text.length()) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      reader.line(text.substring(start, end), number);
      start = end + 1;
      number++;
    }
    return new Contents(reader.entries, reader.remarks, reader.disabled);
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
        disabled.add(
            new DisabledEntry(new Position(number, text + 1), section, line.substring(text, end)));
      }
    } else if (line.startsWith("#:")) {
      int colon = line.indexOf(':', 2);
      section = colon < 0 ? section : line.substring(2, colon).strip();
    } else if (line.startsWith("#@") && !line.substring(2).isBlank()) {
      remarks.add(new Entry.Remark(new Position(number, 1), "an IPsec policy is ignored"));
    }
  }

  private void entryLine(String line, int start, int end, int number) {
    boolean more = line.charAt(line.endsWith("\r") ? Math.max(line.length() - 2, 0) : line.length() - 1) == '\\';
    boolean continues = open != null && (joined || start > 0);
    Entry entry = open;
    if (entry == null || !continues) {
      entry = new Entry(number);
      entries.add(entry);
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
  private static boolean words(Entry entry, String line, int start, int end, int number) {
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
      if (c == '"' || c == '\'') {
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
        while (to < end && !blank(line.charAt(to))) {
          to++;
        }
        at = to;
      }
      var word = new Word(line.substring(from, to), number, position.column());
      refuseUnprintable(entry, word);
      entry.add(word);
    }
    return false;
  }

  /** No argument may have a NUL in it, and a name with a control character is hidden from view. */
  private static void refuseUnprintable(Entry entry, Word word) {
    if (word.text().indexOf('\ufffd') >= 0) {
      entry.fail(word.expected("text in UTF-8"));
    } else if (word.text().chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
      entry.fail(word.expected("no control characters"));
    }
  }

  private static boolean looksLikeEntry(List<Word> words, int first) {
    return words.size() >= first + 6
        && SpecParser.socketType(words.get(first + 1).text()).isPresent()
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
