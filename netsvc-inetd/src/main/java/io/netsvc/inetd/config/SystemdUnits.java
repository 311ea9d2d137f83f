package io.netsvc.inetd.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The units of a text and those of files beside it or where systemd has them, each with what stands
 * in its drop-in directory, {@code name.d/*.conf}, beside the first file.
 */
final class SystemdUnits {
  private static final Pattern HEAD =
      Pattern.compile("# (?:\\S*/)?([A-Za-z0-9:_.@\\\\-]+\\.(?:socket|service))(?:\\.d/[^/\\s]+\\.conf)?");
  private static final List<Path> DIRECTORIES =
      List.of(
          Path.of("/etc/systemd/system"),
          Path.of("/run/systemd/system"),
          Path.of("/usr/local/lib/systemd/system"),
          Path.of("/usr/lib/systemd/system"));

  private final Found found;
  private final Map<String, SystemdUnit> units = new LinkedHashMap<>();

  SystemdUnits(Found found) {
    this.found = found;
  }

  /** Adds the units of a text, each below a comment of its path but for the first. */
  void read(String file, String text) {
    var lines = (text.startsWith("\ufeff") ? text.substring(1) : text).lines().toList();
    var name = file.substring(file.lastIndexOf('/') + 1).replace('\0', '_');
    var current = name;
    int start = 0;
    for (int i = 0; i <= lines.size(); i++) {
      var head = i < lines.size() ? HEAD.matcher(lines.get(i)) : null;
      if (head == null || head.matches()) {
        if (i > start) {
          add(file, current, lines.subList(start, i), start + 1);
        }
        if (head != null) {
          current = head.group(1);
          start = i + 1;
        }
      }
    }
    for (var unit : units.values()) {
      if (unit.name().equals(name)) {
        dropIns(unit, file);
      }
    }
  }

  private void add(String file, String name, List<String> lines, int firstLine) {
    if (lines.stream().allMatch(line -> line.isBlank() || line.startsWith("#") || line.startsWith(";"))) {
      return;
    }
    var named = name.endsWith(".service") || name.endsWith(".socket") ? name : name + ".socket";
    units.computeIfAbsent(named, n -> new SystemdUnit(file, n)).read(file, lines, firstLine, found::error);
  }

  /** Returns the sockets of the text. */
  List<SystemdUnit> sockets() {
    return units.values().stream().filter(unit -> unit.name().endsWith(".socket")).toList();
  }

  /** Returns a service of that name; one of an instance may be in the file of all of them. */
  Optional<SystemdUnit> service(String beside, SystemdName name) {
    for (var each : List.of(name.text(), name.template())) {
      var unit = units.containsKey(each) ? Optional.of(units.get(each)) : file(beside, each);
      if (unit.isPresent()) {
        return unit.map(u -> u.named(name.text()));
      }
    }
    return Optional.empty();
  }

  private Optional<SystemdUnit> file(String beside, String name) {
    for (var path : places(beside, name)) {
      try {
        if (Files.isRegularFile(path)) {
          var unit = new SystemdUnit(path.toString(), name);
          unit.read(path.toString(), Includes.text(path).lines().toList(), 1, found::error);
          dropIns(unit, path.toString());
          return Optional.of(unit);
        }
      } catch (IOException e) {
        // Then it is as if it were not there, which is said.
      }
    }
    return Optional.empty();
  }

  /** Adds what is in the unit's drop-in directory, in the order of the names. */
  private void dropIns(SystemdUnit unit, String file) {
    var files = new ArrayList<Path>();
    try {
      var directory = Path.of(file).toAbsolutePath().resolveSibling(unit.name() + ".d");
      if (!Files.isDirectory(directory)) {
        return;
      }
      try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*.conf")) {
        all.forEach(files::add);
      }
      files.sort(null);
      for (var each : files) {
        unit.read(each.toString(), Includes.text(each).lines().toList(), 1, found::error);
      }
    } catch (IOException e) {
      found.error(
          file, new Rejected(new Position(1, 1), "cannot read all of " + Word.shown(unit.name() + ".d")));
    } catch (InvalidPathException e) {
      // No file has such a name.
    }
  }

  private static List<Path> places(String file, String name) {
    var places = new ArrayList<Path>();
    try {
      if (name.indexOf('/') < 0) {
        places.add(Path.of(file).toAbsolutePath().resolveSibling(name));
        DIRECTORIES.forEach(directory -> places.add(directory.resolve(name)));
      }
    } catch (InvalidPathException e) {
      // No file has such a name.
    }
    return places;
  }
}
