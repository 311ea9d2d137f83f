package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads NetBSD's {@code key = value} definitions, from a line that begins with a service and {@code
 * on} or {@code off} up to a semicolon. A comment may be anywhere; a quoted value has escapes. A
 * definition without its semicolon ends where the next one begins.
 */
final class DefinitionReader {
  private final String file;
  private final String text;
  private int at;
  private int line;
  private int lineStart;

  private DefinitionReader(String file, String text, int at, int line) {
    this.file = file;
    this.text = text;
    this.at = at;
    this.line = line;
    this.lineStart = at;
  }

  /**
   * What was read from a place on.
   *
   * @param failure why it is broken, if it is
   * @param end where the next line begins that is not of it
   * @param line that line's number
   */
  record Result(Definition definition, Optional<Rejected> failure, int end, int line)
      implements Item {}

  /** Returns whether a line begins a definition. */
  static boolean begins(String line) {
    int start = skip(line, 0, true);
    int end = skip(line, start, false);
    int second = skip(line, end, true);
    int after = skip(line, second, false);
    var state = line.substring(second, after);
    boolean definition = state.equals("on") || state.equals("off");
    return start == 0 && definition && line.charAt(0) != '#' && line.charAt(0) != '.';
  }

  private static int skip(String line, int from, boolean blanks) {
    int at = from;
    while (at < line.length() && isBlank(line.charAt(at)) == blanks) {
      at++;
    }
    return at;
  }

  /** Reads the definition that begins with the line at an offset. */
  static Result read(String file, String text, int at, int line) {
    return new DefinitionReader(file, text, at, line).definition();
  }

  private Result definition() {
    var service = word();
    var state = word();
    var definition = new Definition(file, service, state);
    Optional<Rejected> failure = Optional.empty();
    try {
      settings(definition);
    } catch (Rejected e) {
      failure = Optional.of(e);
      skipToEnd();
    }
    // What follows the semicolon on its line is of no entry.
    int newline = text.indexOf('\n', Math.min(at, text.length()));
    boolean fresh = at == lineStart;
    int end = fresh ? at : newline < 0 ? text.length() : newline + 1;
    return new Result(definition, failure, end, fresh ? line : line + 1);
  }

  private void settings(Definition definition) throws Rejected {
    while (true) {
      blanks();
      if (at >= text.length() || atNextDefinition()) {
        throw new Rejected(
            definition.service().position(), "read no end of the definition, expected a semicolon");
      }
      char c = text.charAt(at);
      if (c == ';') {
        at++;
        return;
      }
      if (c == ',') {
        at++;
        continue;
      }
      var key = word();
      if (key.text().isEmpty()) {
        throw new Rejected(key.position(), "read " + Word.shown(String.valueOf(c)) + ", expected a key");
      }
      blanks();
      if (at >= text.length() || text.charAt(at) != '=') {
        throw new Rejected(key.end(), "read no =, expected " + Word.shown(key.text()) + " = value");
      }
      at++;
      definition.set(key, values());
    }
  }

  private List<Word> values() throws Rejected {
    var values = new ArrayList<Word>();
    while (true) {
      blanks();
      if (at >= text.length() || text.charAt(at) == ',' || text.charAt(at) == ';' || atNextDefinition()) {
        return values;
      }
      char c = text.charAt(at);
      if (c == '"' || c == '\'') {
        values.add(quoted(c));
      } else {
        var word = word(",;\"'#");
        if (word.text().isEmpty() || word.text().startsWith("=")) {
          throw new Rejected(word.position(), "read " + Word.shown(String.valueOf(c)) + ", expected a value");
        }
        printable(word);
        values.add(word);
      }
    }
  }

  private Word quoted(char quote) throws Rejected {
    int startLine = line;
    int column = at - lineStart + 1;
    var value = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at);
      if (c == '\n') {
        throw new Rejected(
            new Position(startLine, column), "read " + quote + " and no second one, expected a closing " + quote);
      }
      if ((Character.isISOControl(c) && c != '\t') || c == '\ufffd') {
        printable(new Word(String.valueOf(c), startLine, at - lineStart + 1));
      }
      at++;
      value.append(c == '\\' ? escaped() : c);
    }
    if (at >= text.length()) {
      throw new Rejected(
          new Position(startLine, column), "read " + quote + " and no second one, expected a closing " + quote);
    }
    at++;
    return new Word(value.toString(), startLine, column);
  }

  private char escaped() throws Rejected {
    char c = at < text.length() ? text.charAt(at) : '\n';
    at++;
    return switch (c) {
      case '\\', '\'', '"' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'x' -> hexadecimal();
      default -> {
        at--;
        throw new Rejected(
            new Position(line, at - lineStart), "read an unknown escape, expected one of \\\\ \\n \\t \\r \\' \\\" \\xXX");
      }
    };
  }

  private char hexadecimal() throws Rejected {
    if (at + 2 <= text.length()) {
      int high = Character.digit(text.charAt(at), 16);
      int low = Character.digit(text.charAt(at + 1), 16);
      if (high >= 0 && low >= 0 && high * 16 + low > 0) {
        at += 2;
        return (char) (high * 16 + low);
      }
    }
    throw new Rejected(new Position(line, at - lineStart), "read an unknown escape, expected \\x and two digits");
  }

  private static void printable(Word word) throws Rejected {
    var fault = word.unprintable();
    if (fault.isPresent()) {
      throw fault.get();
    }
  }

  /** Reads up to a blank or what has a meaning. */
  private Word word() {
    return word(",;=\"'#");
  }

  private Word word(String marks) {
    while (at < text.length() && isBlank(text.charAt(at)) && text.charAt(at) != '\n') {
      at++;
    }
    int start = at;
    while (at < text.length() && !isBlank(text.charAt(at)) && marks.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return new Word(text.substring(start, at), line, start - lineStart + 1);
  }

  /** Passes over blanks, ends of lines and comments. */
  private void blanks() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        newline();
      } else if (c == '#') {
        int newline = text.indexOf('\n', at);
        at = newline < 0 ? text.length() : newline;
      } else if (isBlank(c)) {
        at++;
      } else {
        return;
      }
    }
  }

  private void newline() {
    at++;
    line++;
    lineStart = at;
  }

  private boolean atNextDefinition() {
    if (at != lineStart) {
      return false;
    }
    int newline = text.indexOf('\n', at);
    return begins(text.substring(at, newline < 0 ? text.length() : newline));
  }

  /** Passes over what is left of a broken definition. */
  private void skipToEnd() {
    while (at < text.length() && !atNextDefinition()) {
      char c = text.charAt(at);
      if (c == '\n') {
        newline();
      } else if (c == '#') {
        blanks();
      } else {
        at++;
        if (c == ';') {
          return;
        }
      }
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
