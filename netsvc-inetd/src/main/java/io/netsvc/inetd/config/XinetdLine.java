package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A line of xinetd.conf(5), without blanks at its end.
 *
 * @param words what it consists of
 */
record XinetdLine(String text, List<Word> words) {

  /**
   * {@code attribute = value value}.
   *
   * @param key the attribute in small letters
   * @param operator one of {@code =}, {@code +=} and {@code -=}
   * @param comment where a comment begins behind the values
   */
  record Assignment(Word key, String operator, List<Word> values, Optional<Position> comment) {}

  static XinetdLine of(String text, int number) {
    return new XinetdLine(text, split(text, 0, number));
  }

  private static List<Word> split(String text, int from, int number) {
    var words = new ArrayList<Word>();
    int at = from;
    while (at < text.length()) {
      int start = at;
      while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      if (at > start) {
        words.add(new Word(text.substring(start, at), number, start + 1));
      }
      at++;
    }
    return words;
  }

  /** Returns whether it is blank or a comment. */
  boolean isNothing() {
    return words.isEmpty() || first().text().startsWith("#");
  }

  Word first() {
    return words.getFirst();
  }

  void requirePrintable() throws Rejected {
    for (var word : words) {
      if (word.unprintable().isPresent()) {
        throw word.unprintable().get();
      }
    }
  }

  /** Returns whether the word is all of it. */
  boolean isAlone(String word) {
    return words.size() == 1 && first().text().equals(word);
  }

  /** Returns whether it begins with a keyword, which is no attribute's name. */
  boolean begins(String keyword) {
    return first().text().equalsIgnoreCase(keyword)
        && (words.size() == 1 || !words.get(1).text().matches("[+-]?=.*"));
  }

  /** Returns what follows a keyword. */
  Word argument() throws Rejected {
    if (words.size() < 2) {
      throw first().expected("a name after " + first().text());
    }
    if (words.size() > 2 && first().text().toLowerCase(Locale.ROOT).startsWith("include")) {
      throw words.get(2).expected("one path after " + first().text());
    }
    return words.get(1);
  }

  /** Returns what it says of an attribute. */
  Assignment assignment() throws Rejected {
    int equals = text.indexOf('=');
    int name = first().column() - 1;
    int end = name;
    while (end < text.length() && inName(text.charAt(end))) {
      end++;
    }
    var between = equals < end ? "" : text.substring(end, equals + 1).strip();
    if (end == name || !(between.equals("=") || between.equals("+=") || between.equals("-="))) {
      throw first().expected("attribute = value");
    }
    var key = new Word(text.substring(name, end).toLowerCase(Locale.ROOT), first().line(), first().column());
    var values = new ArrayList<Word>();
    Optional<Position> comment = Optional.empty();
    for (var word : split(text, equals + 1, first().line())) {
      if (word.text().startsWith("#") && !key.text().equals("server_args")) {
        comment = Optional.of(word.position());
        break;
      }
      values.add(word);
    }
    return new Assignment(key, between, List.copyOf(values), comment);
  }

  private static boolean inName(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
