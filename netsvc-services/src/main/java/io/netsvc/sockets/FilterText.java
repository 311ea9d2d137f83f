package io.netsvc.sockets;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netsvc.text.NearWords;
import io.netsvc.text.Visible;
import java.util.Collection;

/**
 * A filter's text, read word by word. ss(8) has blanks around each; here they may be left out where
 * no other reading is possible. A backslash takes the next character as it is, but before an
 * operator it means nothing: it is there for a shell.
 */
final class FilterText {
  private static final String OPERATORS = "()&|!=<>";
  private static final int LONGEST = 60;

  private final String text;
  private int at;

  FilterText(String text) {
    this.text = text;
  }

  /** Reads an operator, or a word up to the next one. */
  FilterWord next() {
    skipBlanks();
    if (isEscapedOperator()) {
      at++;
    }
    int start = at;
    if (at < text.length() && OPERATORS.indexOf(text.charAt(at)) >= 0) {
      char first = text.charAt(at++);
      boolean twice = at < text.length() && isSecond(first, text.charAt(at));
      at += twice ? 1 : 0;
      return new FilterWord(text.substring(start, at), start);
    }
    return word(OPERATORS);
  }

  /** {@return what {@link #next} would read} */
  FilterWord peek() {
    int before = at;
    var word = next();
    at = before;
    return word;
  }

  /** Reads a word that no operator but a parenthesis or a conjunction can end. */
  FilterWord value() {
    skipBlanks();
    return word("&|)");
  }

  /** Reads a word that has anything but blanks in it; inside parentheses their end ends it. */
  FilterWord verbatim(boolean inside) {
    skipBlanks();
    return word(inside ? ")" : "");
  }

  boolean startsWith(String prefix) {
    skipBlanks();
    return text.startsWith(prefix, at);
  }

  private FilterWord word(String ends) {
    int start = at;
    int open = 0;
    var word = new StringBuilder();
    for (; at < text.length() && !Character.isWhitespace(text.charAt(at)); at++) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length()) {
        word.append(text.charAt(++at));
        continue;
      }
      boolean closes = c == ')' && open > 0;
      if (!closes && ends.indexOf(c) >= 0) {
        break;
      }
      open += c == '(' ? 1 : closes ? -1 : 0;
      word.append(c);
    }
    return new FilterWord(word.toString(), start);
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private boolean isEscapedOperator() {
    return at + 1 < text.length()
        && text.charAt(at) == '\\'
        && OPERATORS.indexOf(text.charAt(at + 1)) >= 0;
  }

  private static boolean isSecond(char first, char second) {
    return switch (first) {
      case '&', '|' -> second == first;
      case '!', '=', '<', '>' -> second == '=';
      default -> false;
    };
  }

  /** {@return what to throw for a word that is not what was expected} */
  SocketFilterException unexpected(FilterWord word, String expected) {
    return unexpected(word, expected, "");
  }

  /** {@return what to throw for a word that is not what was expected, but near some of those} */
  SocketFilterException unexpected(FilterWord word, String expected, Collection<String> names) {
    return unexpected(word, expected, NearWords.hint(NearWords.of(word.text(), names).stream().limit(1).toList()));
  }

  SocketFilterException unexpected(FilterWord word, String expected, String hint) {
    var read = word.isEnd() ? seen() : quote(word.text());
    return failure(word.position(), "expected " + expected + ", read " + read + hint);
  }

  SocketFilterException failure(int position, String message) {
    return new SocketFilterException(text, position, message);
  }

  /** What is here where no word is. */
  private String seen() {
    return at < text.length() ? quote(text.substring(at, at + 1)) : "nothing";
  }

  static String quote(String word) {
    var shown = Visible.text(word.getBytes(UTF_8));
    return '"' + (shown.length() > LONGEST ? shown.substring(0, LONGEST) + '…' : shown) + '"';
  }
}
