package io.netsvc.sockets;

/**
 * A word of a filter.
 *
 * @param text it, without the backslashes that hid what follows them; empty at the end
 * @param position where it begins
 */
record FilterWord(String text, int position) {

  boolean isEnd() {
    return text.isEmpty();
  }

  /** {@return what is left of it after some characters} */
  FilterWord from(int offset) {
    return new FilterWord(text.substring(offset), position + offset);
  }

  FilterWord to(int end) {
    return new FilterWord(text.substring(0, end), position);
  }
}
