package io.netsvc.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Counts this JVM's fds. */
final class Fds {
  private Fds() {}

  static long count() throws IOException {
    try (var fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.count();
    }
  }
}
