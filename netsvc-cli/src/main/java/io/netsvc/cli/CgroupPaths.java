package io.netsvc.cli;

import io.netsvc.text.Visible;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The paths of control groups by their ids, which are inodes of the cgroup2 file system: cgroups(7). */
final class CgroupPaths {
  private static final List<Path> MOUNTS =
      List.of(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup"));

  private @Nullable Map<Long, String> paths;

  /** {@return the path of a control group below its mount; as ss says it if there is none} */
  String of(long id) {
    var known = paths;
    if (known == null) {
      known = read();
      paths = known;
    }
    return known.getOrDefault(id, "unreachable:" + Long.toHexString(id));
  }

  private static Map<Long, String> read() {
    var found = new HashMap<Long, String>();
    for (var mount : MOUNTS) {
      if (Files.exists(mount.resolve("cgroup.procs"))) {
        try {
          Files.walkFileTree(mount, new Visitor(mount, found));
        } catch (IOException e) {
          // What could be read is known.
        }
        break;
      }
    }
    return found;
  }

  /** Puts each directory in; what cannot be read, or is removed meanwhile, is left out. */
  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path mount;
    private final Map<Long, String> found;

    Visitor(Path mount, Map<Long, String> found) {
      this.mount = mount;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      var path = '/' + mount.relativize(directory).toString();
      try {
        var inode = (Long) Files.getAttribute(directory, "unix:ino");
        found.put(inode, Visible.text(path.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        // Removed meanwhile.
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }
}
