package io.netsvc.inetd.config;

/** Ends the reading of one entry; becomes its one error. */
final class Rejected extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  Rejected(Position at, String message) {
    super(message, null, false, false); // a file may have many broken lines, none needs a stack
    this.line = at.line();
    this.column = at.column();
  }

  Diagnostic diagnostic(String file) {
    return new Diagnostic(
        file, line, column, Diagnostic.Severity.ERROR, String.valueOf(getMessage()));
  }
}
