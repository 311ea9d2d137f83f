package io.netsvc.sockets;

import io.netsvc.text.Visible;

/** Thrown for a text that is no filter; its message is one line: what was read, and expected. */
public final class SocketFilterException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String text;
  private final int position;

  SocketFilterException(String text, int position, String message) {
    super("filter, column " + (position + 1) + ": " + message);
    this.text = text;
    this.position = position;
  }

  /** {@return the whole text} */
  public String text() {
    return text;
  }

  /** {@return where in the text it is wrong, from 0; its length for something that is missing} */
  public int position() {
    return position;
  }

  /**
   * {@return the text and a line with a caret below the place, for a terminal; characters that
   * would move its cursor are question marks, and blanks of any kind are spaces}
   */
  public String pointed() {
    var shown = new StringBuilder();
    text.codePoints().map(SocketFilterException::shown).forEach(shown::appendCodePoint);
    shown.append('\n').repeat(' ', text.codePointCount(0, position));
    return shown.append('^').toString();
  }

  private static int shown(int c) {
    if (Character.isWhitespace(c)) {
      return ' ';
    }
    return Visible.isPrintable(c) ? c : '?';
  }
}
