package io.netsvc.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Finds a program as execvp(3) would, but in directories that the caller names. The JVM's user looks:
 * what the program's user may not execute fails at the start.
 */
final class Program {
  /** As path_resolution(7) has it. */
  private static final int MAX_LINKS = 40;

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
        var seen = settings.chroot() == null ? found : below(settings.chroot(), found);
        if (seen != null && Files.isRegularFile(seen) && Files.isExecutable(seen)) {
          return found;
        }
      }
    }
    throw new IllegalArgumentException("no program " + program + " in " + directories);
  }

  /** Resolves a path as one whose root directory is {@code root}; null if it leads nowhere. */
  private static @Nullable Path below(Path root, Path path) {
    var left = new ArrayDeque<Path>();
    path.forEach(left::add);
    var at = Path.of("/");
    int links = 0;
    while (!left.isEmpty()) {
      var next = at.resolve(left.remove()).normalize(); // the root's ".." is the root
      var real = outside(root, next);
      if (!Files.isSymbolicLink(real)) {
        at = next;
        continue;
      }
      if (++links > MAX_LINKS) {
        return null;
      }
      Path target;
      try {
        target = Files.readSymbolicLink(real);
      } catch (IOException e) {
        return null;
      }
      if (target.isAbsolute()) {
        at = Path.of("/");
      }
      var names = new ArrayList<Path>();
      target.forEach(names::add);
      names.reversed().forEach(left::addFirst);
    }
    return outside(root, at);
  }

  private static Path outside(Path root, Path path) {
    return root.resolve(path.getRoot().relativize(path));
  }
}
