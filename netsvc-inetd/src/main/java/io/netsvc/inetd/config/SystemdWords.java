package io.netsvc.inetd.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The words of a value as systemd.service(5) has them: quotes, and escapes of C. */
final class SystemdWords {
  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{2}");

  private SystemdWords() {}

  /**
   * Splits a value.
   *
   * @param command whether a semicolon alone is the end of one of several commands
   * @throws Rejected if a quote has no second one, or there are several commands
   */
  static List<String> split(SystemdUnit.Setting by, boolean command) throws Rejected {
    var words = new ArrayList<String>();
    var text = by.value().text();
    var word = new StringBuilder();
    boolean within = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
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
      } else if (command && c == ';' && !within && (i + 1 == text.length() || text.charAt(i + 1) == ' ')) {
        throw by.expected("one command, or \\; for a semicolon");
      } else {
        word.append(c);
        within = true;
      }
    }
    if (quote != 0) {
      throw by.expected("a closing " + quote);
    }
    if (within) {
      words.add(word.toString());
    }
    if (words.stream().anyMatch(each -> each.indexOf('\0') >= 0)) {
      throw by.expected("no character of zero");
    }
    return words;
  }

  /** Appends what an escape stands for, and returns how many characters it took. */
  private static int escaped(String text, int at, StringBuilder word) {
    char c = text.charAt(at);
    int simple = "abfnrtvs\\\"';".indexOf(c);
    if (simple >= 0) {
      word.append("\u0007\b\f\n\r\t\u000b \\\"';".charAt(simple));
      return 1;
    }
    if (c == 'x') {
      return bytes(text, at, word);
    }
    int digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
    int end = digits == 0 ? at + 3 : at + 1 + digits;
    var number = end > text.length() ? "" : text.substring(digits == 0 ? at : at + 1, end);
    if (digits == 0 && number.matches("[01][0-7]{2}")) {
      word.append((char) Integer.parseInt(number, 8));
      return 3;
    }
    if (digits > 0 && number.matches("[0-9a-fA-F]{4}|00[01][0-9a-fA-F]{5}") && Integer.parseInt(number, 16) <= Character.MAX_CODE_POINT) {
      word.appendCodePoint(Integer.parseInt(number, 16));
      return 1 + digits;
    }
    word.append('\\').append(c);
    return 1;
  }

  /** Appends the text of one or more bytes in hexadecimal, which are UTF-8 together. */
  private static int bytes(String text, int at, StringBuilder word) {
    var bytes = new ByteArrayOutputStream();
    int next = at;
    while (next + 3 <= text.length()
        && text.charAt(next) == 'x'
        && HEX.matcher(text).region(next + 1, next + 3).matches()) {
      bytes.write(Integer.parseInt(text.substring(next + 1, next + 3), 16));
      next += text.startsWith("\\x", next + 3) ? 4 : 3;
    }
    if (next == at) {
      word.append("\\x");
      return 1;
    }
    boolean cut = text.charAt(next - 1) == '\\'; // the escape after it is no byte
    word.append(bytes.toString(StandardCharsets.UTF_8));
    return next - at - (cut ? 1 : 0);
  }

  /** Writes a word so that it reads as itself. */
  static String quoted(String word) {
    if (!word.isEmpty() && word.chars().allMatch(c -> c > ' ' && c != 0x7f && "\"'\\;#".indexOf(c) < 0)) {
      return word;
    }
    var text = new StringBuilder("\"");
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
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
