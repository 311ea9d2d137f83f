package io.netsvc.inetd.config;

/**
 * What is wrong with a place in a configuration file.
 *
 * @param file the file as it was named
 * @param line the line, from 1
 * @param column the column in characters, from 1
 * @param severity whether the entry is off because of it
 * @param message what was read and what was expected
 */
public record Diagnostic(String file, int line, int column, Severity severity, String message) {

  /** How bad it is. */
  public enum Severity {
    /** The entry is not served. */
    ERROR,
    /** The entry is served, and probably not as meant. */
    WARNING
  }

  /** {@return whether the entry is off because of it} */
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /** Returns {@code file:line:column: error|warning: message}. */
  @Override
  public String toString() {
    return file + ':' + line + ':' + column + ": " + severity.name().toLowerCase(java.util.Locale.ROOT) + ": " + message;
  }
}
