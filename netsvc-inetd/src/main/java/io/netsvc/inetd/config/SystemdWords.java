package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The words of a value as systemd.service(5) has them: quotes, and escapes of C. */
final class SystemdWords {
  private SystemdWords() {}

  /**
   * Splits a value.
   *
   * @throws Rejected if a quote has no second one
   */
  static List<String> split(Word value) throws Rejected {
    var words = new ArrayList<String>();
    var text = value.text();
    var word = new StringBuilder();
    boolean within = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'') && !within) {
        quote = c;
        within = true;
      } else if (c == '\\' && i + 1 < text.length()) {
        i += escaped(text, i + 1, word);
        within = true;
      } else if (quote == 0 && (c == ' ' || c == '\t')) {
        if (within) {
          words.add(word.toString());
          word.setLength(0);
          within = false;
        }
      } else {
        word.append(c);
        within = true;
      }
    }
    if (quote != 0) {
      throw value.expected("a closing " + quote);
    }
    if (within) {
      words.add(word.toString());
    }
    return words;
  }

  /** Appends what an escape stands for, and returns how many characters it took. */
  private static int escaped(String text, int at, StringBuilder word) {
    char c = text.charAt(at);
    switch (c) {
      case 'n' -> word.append('\n');
      case 't' -> word.append('\t');
      case 'r' -> word.append('\r');
      case 's' -> word.append(' ');
      case '\\', '"', '\'' -> word.append(c);
      case 'x' -> {
        if (at + 2 < text.length() && text.substring(at + 1, at + 3).matches("[0-9a-fA-F]{2}")) {
          word.append((char) Integer.parseInt(text.substring(at + 1, at + 3), 16));
          return 3;
        }
        word.append("\\x");
      }
      default -> word.append('\\').append(c);
    }
    return 1;
  }

  /** Writes a word so that it reads as itself. */
  static String quoted(String word) {
    if (!word.isEmpty() && word.chars().allMatch(c -> c > ' ' && c != 0x7f && "\"'\\%;#".indexOf(c) < 0)) {
      return word;
    }
    var text = new StringBuilder("\"");
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '%' -> text.append("%%");
        default -> {
          if (c < ' ' || c == 0x7f) {
            text.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    return text.append('"').toString();
  }
}
