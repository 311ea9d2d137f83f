package io.netsvc.services;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads services(5) as glibc's {@code files-service.c} does: {@code #} or NUL ends a line anywhere,
 * isspace(3) separates, the port is strtoul(3) with base 0. It differs only where glibc wraps a port
 * beyond 65535 and where it garbles an indented last line.
 */
final class ServicesParser {
  private static final int IGNORED = -1;

  private final String text;
  private final List<ServiceEntry> entries = new ArrayList<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private int line;
  private int position;
  private int end;

  private ServicesParser(String text) {
    this.text = text;
  }

  static Index parse(String text) {
    var parser = new ServicesParser(text);
    int start = 0;
    while (start < text.length()) {
      int newline = text.indexOf('\n', start);
      parser.readLine(start, newline < 0 ? text.length() : newline, newline < 0);
      start = newline < 0 ? text.length() : newline + 1;
    }
    return new Index(parser.entries, parser.diagnostics);
  }

  static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  private void readLine(int start, int limit, boolean unterminated) {
    line++;
    position = start;
    end = limit;
    skipBlanks();
    boolean indented = position > start;
    cutComment();
    if (position == end) {
      return;
    }
    if (line == 1 && text.charAt(position) == '\uFEFF') {
      report("the byte order mark is part of the name");
    }
    var name = word();
    skipBlanks();
    int port = port();
    if (port == IGNORED) {
      return;
    }
    var protocol = word();
    skipBlanks();
    var aliases = new ArrayList<String>();
    for (; position < end; skipBlanks()) {
      aliases.add(word());
    }
    if (indented && unterminated && end == limit) {
      report("glibc garbles the end of an indented last line without newline; read as written");
    }
    entries.add(new ServiceEntry(name, port, protocol, aliases));
  }

  private void cutComment() {
    for (int i = position; i < end; i++) {
      char c = text.charAt(i);
      if (c == 0) {
        report("a NUL ends the line");
      }
      if (c == 0 || c == '#') {
        end = i;
      }
    }
  }

  /** Reads the port and the slashes after it, or reports why the line is ignored. */
  private int port() {
    int start = position;
    boolean negative = position < end && text.charAt(position) == '-';
    if (negative || (position < end && text.charAt(position) == '+')) {
      position++;
    }
    int base = base();
    int digits = position;
    long value = 0;
    for (int digit; (digit = digit(base)) >= 0; position++) {
      value = Math.min(value * base + digit, Integer.MAX_VALUE);
    }
    boolean number = position > digits;
    boolean slash = position < end && text.charAt(position) == '/';
    if (!number || (position < end && !slash)) {
      position = start;
      var field = word();
      return ignore(field.isEmpty() ? "no port" : "not a port and protocol: " + Text.quote(field));
    }
    if (value > 65535 || (negative && value > 0)) {
      return ignore("port out of range: " + Text.quote(text.substring(start, position)));
    }
    while (position < end && text.charAt(position) == '/') {
      position++;
    }
    return (int) value;
  }

  private int base() {
    if (position >= end || text.charAt(position) != '0') {
      return 10;
    }
    if (position + 2 < end && (text.charAt(position + 1) | 0x20) == 'x') {
      position += 2;
      if (digit(16) >= 0) {
        return 16;
      }
      position -= 2; // strtoul reads the zero alone
    }
    return 8;
  }

  private int digit(int base) {
    char c = position < end ? text.charAt(position) : ' ';
    return c < 128 ? Character.digit(c, base) : -1;
  }

  private int ignore(String reason) {
    report("ignored: " + reason);
    return IGNORED;
  }

  private void report(String message) {
    diagnostics.add(new Diagnostic(line, message));
  }

  private String word() {
    int start = position;
    while (position < end && !isBlank(text.charAt(position))) {
      position++;
    }
    return text.substring(start, position);
  }

  private void skipBlanks() {
    while (position < end && isBlank(text.charAt(position))) {
      position++;
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
