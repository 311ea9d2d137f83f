package io.netsvc.text;

import java.util.ArrayList;
import java.util.List;

/** A command line in words, as a shell has them: spaces, quotes of both kinds, backslashes. */
public final class CommandWords {
  private CommandWords() {}

  /**
   * Splits a line; nothing is expanded.
   *
   * @throws IllegalArgumentException if a quote is not closed
   */
  public static List<String> of(String line) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean escapes = c == '\\' && quote != '\'' && i + 1 < line.length();
      if (escapes) {
        i++;
        word.append(line.charAt(i));
        inWord = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        inWord = true;
      } else if (c != ' ' && c != '\t') {
        word.append(c);
        inWord = true;
      } else if (inWord) {
        words.add(word.toString());
        word.setLength(0);
        inWord = false;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote that is not closed: " + quote);
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
