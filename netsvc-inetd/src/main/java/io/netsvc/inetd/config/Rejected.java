package io.netsvc.inetd.config;

/** Ends the reading of one entry; becomes its one error. */
final class Rejected extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final String other; // empty for the entry's own file

  Rejected(Position at, String message) {
    this("", at, message);
  }

  private Rejected(String file, Position at, String message) {
    super(message, null, false, false); // a file may have many broken lines, none needs a stack
    this.other = file;
    this.line = at.line();
    this.column = at.column();
  }

  /** Returns the same in another file than the entry's, such as one that has its defaults. */
  Rejected in(String file) {
    return new Rejected(file, position(), message());
  }

  Position position() {
    return new Position(line, column);
  }

  String message() {
    return String.valueOf(getMessage());
  }

  Diagnostic diagnostic(String file) {
    return new Diagnostic(
        other.isEmpty() ? file : other, line, column, Diagnostic.Severity.ERROR, message());
  }
}
