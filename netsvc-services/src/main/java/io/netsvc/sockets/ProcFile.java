package io.netsvc.sockets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files of {@code /proc}; one that is gone, or not to be read, is empty. */
final class ProcFile {
  private static final int LONGEST = 64 * 1024;

  private ProcFile() {}

  static String text(Path file) {
    return new String(read(file), StandardCharsets.ISO_8859_1);
  }

  static byte[] read(Path file) {
    return read(file, LONGEST);
  }

  /** Reads as much as that, or less; not for a sysctl, of which the first read is all. */
  static byte[] read(Path file, int most) {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(most);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
