package io.netsvc.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        try (var below = Files.walk(mount)) {
          below.filter(Files::isDirectory).forEach(each -> put(found, mount, each));
        } catch (IOException | UncheckedIOException e) {
          // What could be read is known.
        }
        break;
      }
    }
    return found;
  }

  private static void put(Map<Long, String> found, Path mount, Path directory) {
    try {
      var inode = (Long) Files.getAttribute(directory, "unix:ino");
      found.put(inode, '/' + mount.relativize(directory).toString());
    } catch (IOException e) {
      // Removed meanwhile.
    }
  }
}
