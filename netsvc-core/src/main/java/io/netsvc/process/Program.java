package io.netsvc.process;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds a program as execvp(3) would, but in directories that the caller names. */
final class Program {
  private Program() {}

  /** Returns the absolute path of a program, as seen after the chroot. */
  static Path find(Path program, SpawnSettings settings) {
    if (program.isAbsolute()) {
      return program;
    }
    var directories = settings.searchPath();
    if (directories == null || program.getNameCount() != 1 || program.toString().isEmpty()) {
      throw new IllegalArgumentException("program is not an absolute path: " + program);
    }
    for (var directory : directories.split(":", -1)) {
      // An empty or relative directory would mean wherever the JVM happens to be.
      if (directory.startsWith("/")) {
        var found = Path.of(directory).resolve(program);
        var seen = below(settings.chroot(), found);
        if (Files.isRegularFile(seen) && Files.isExecutable(seen)) {
          return found;
        }
      }
    }
    throw new IllegalArgumentException("no program " + program + " in " + directories);
  }

  private static Path below(@Nullable Path root, Path path) {
    return root == null ? path : root.resolve(path.getRoot().relativize(path));
  }
}
