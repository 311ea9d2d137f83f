package io.netsvc.sockets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Small files of {@code /proc}; one that is gone, or not to be read, is empty. */
final class ProcFile {
  private static final int FIRST = 4096;

  private ProcFile() {}

  static String text(Path file) {
    return new String(read(file), StandardCharsets.ISO_8859_1);
  }

  /** {@return the number that a file is, or another where it is none} */
  static int number(Path file, int otherwise) {
    try {
      return Integer.parseInt(text(file).strip());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** Reads by large pieces: of a sysctl, the second read finds the end, however little the first took. */
  static byte[] read(Path file) {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = new byte[FIRST];
      int length = 0;
      while (true) {
        int read = in.read(bytes, length, bytes.length - length);
        if (read <= 0) {
          return Arrays.copyOf(bytes, length);
        }
        length += read;
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
      }
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
