package io.netsvc.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What to say of a file that cannot be read. */
final class Failures {
  private Failures() {}

  /** Returns {@code file: cause} in one line; the JDK's messages are often the file's name alone. */
  static String reading(Path file, IOException e) {
    var cause =
        switch (e) {
          case NoSuchFileException _ -> "No such file";
          case AccessDeniedException _ -> "Permission denied";
          case FileSystemException f when f.getReason() != null -> f.getReason();
          default -> e.getMessage();
        };
    return file + ": " + cause;
  }
}
