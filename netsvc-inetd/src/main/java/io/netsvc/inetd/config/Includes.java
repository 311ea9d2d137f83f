package io.netsvc.inetd.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that a reader is in, from the first one inwards; what they include is read through
 * here, so that no file includes itself, and no more than {@value #MOST} are read.
 */
final class Includes {
  private static final int MOST = 1_000;

  private final List<Path> within = new ArrayList<>();
  private int read;

  /** Reads a file in UTF-8; other bytes become U+FFFD. */
  static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** Reads the first file, whose text is known already. */
  void begin(Path file, String text, Reader reader) throws IOException {
    within.add(file.toRealPath());
    reader.read(file.toString(), text);
  }

  /** What reads a text, an included one too. */
  @FunctionalInterface
  interface Reader {
    void read(String name, String text);
  }

  /**
   * Reads a file in the middle of another one.
   *
   * @throws Rejected at {@code by} if it cannot be read, or is being read already
   */
  void include(Path file, Position by, Reader reader) throws Rejected {
    Path real;
    String text;
    try {
      real = file.toRealPath();
      if (!Files.isRegularFile(real)) {
        throw new Rejected(by, "cannot read " + Word.shown(file.toString()) + ": not a regular file");
      }
      if (within.contains(real)) {
        throw new Rejected(by, "read an include of " + Word.shown(file.toString()) + ", which includes this file");
      }
      if (++read > MOST) {
        throw new Rejected(by, "read more than " + MOST + " included files");
      }
      text = text(file);
    } catch (IOException e) {
      throw new Rejected(by, "cannot read " + Word.shown(file.toString()) + ": " + reason(e));
    }
    within.add(real);
    try {
      reader.read(file.toString(), text);
    } finally {
      within.removeLast();
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? "no such file"
        : e.getClass().getSimpleName();
  }
}
