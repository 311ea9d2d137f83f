package io.netsvc.inetd.config;

import java.io.IOException;
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
 * Reads systemd.socket(5) units with the services that they start. A text can hold several units,
 * each below a comment of its path, as systemctl(1) prints them; the service of a socket that is
 * alone in its file is looked for beside it and where systemd would. Limits that are not written do
 * not hold, where systemd has {@code MaxConnections=64}, {@code TriggerLimitBurst=} and {@code
 * PollLimitBurst=}.
 */
final class SystemdReader {
  private static final Pattern HEAD = Pattern.compile("# (?:\\S*/)?([^/\\s]+\\.(?:socket|service))");
  private static final List<Path> DIRECTORIES =
      List.of(
          Path.of("/etc/systemd/system"),
          Path.of("/run/systemd/system"),
          Path.of("/usr/local/lib/systemd/system"),
          Path.of("/usr/lib/systemd/system"));

  private final Found found;
  private final Map<String, SystemdUnit> units = new LinkedHashMap<>();

  private SystemdReader(Found found) {
    this.found = found;
  }

  /** Reads the units of a text, and adds the services of its sockets. */
  static void read(String file, String text, Found found) {
    var reader = new SystemdReader(found);
    reader.units(file, text);
    for (var unit : List.copyOf(reader.units.values())) {
      if (unit.name().endsWith(".socket")) {
        reader.socket(unit);
      }
    }
  }

  private void units(String file, String text) {
    var lines = (text.startsWith("\ufeff") ? text.substring(1) : text).lines().toList();
    var name = Path.of("/").relativize(Path.of("/" + file.replace('\0', '_'))).getFileName();
    var current = String.valueOf(name);
    int start = 0;
    for (int i = 0; i <= lines.size(); i++) {
      var head = i < lines.size() ? HEAD.matcher(lines.get(i)) : null;
      if (head == null || head.matches()) {
        if (i > start) {
          unit(file, current, lines.subList(start, i), start + 1);
        }
        if (head != null) {
          current = head.group(1);
          start = i + 1;
        }
      }
    }
  }

  private void unit(String file, String name, List<String> lines, int firstLine) {
    if (lines.stream().allMatch(line -> line.isBlank() || line.startsWith("#") || line.startsWith(";"))) {
      return;
    }
    var named = name.endsWith(".service") || name.endsWith(".socket") ? name : name + ".socket";
    units
        .computeIfAbsent(named, n -> new SystemdUnit(file, n))
        .read(lines, firstLine, wrong -> found.error(file, wrong));
  }

  private void socket(SystemdUnit socket) {
    var head = new Word(socket.name(), 1, 1);
    try {
      var accept = socket.last("Socket", "Accept");
      boolean accepts =
          accept.isPresent() && Syntax.yesNo().read(accept.get(), List.of(accept.get()));
      var base = socket.name().substring(0, socket.name().length() - ".socket".length());
      var wanted =
          socket
              .last("Socket", "Service")
              .map(Word::text)
              .orElse(base + (accepts ? "@.service" : ".service"));
      var service = service(socket.file(), wanted);
      if (service.isEmpty()) {
        throw head.expected("its service " + wanted + ", beside it or where systemd has it");
      }
      found.service(new SystemdServices(socket, service.get(), accepts, found).spec());
    } catch (Rejected e) {
      var partial = ServiceSpec.empty().placed(socket.file(), head.position()).with(Attribute.ID, socket.name());
      found.broken(socket.file(), e, BrokenEntry.of(partial));
    }
  }

  private Optional<SystemdUnit> service(String file, String name) {
    if (units.containsKey(name)) {
      return Optional.of(units.get(name));
    }
    for (var path : places(file, name)) {
      try {
        if (Files.isRegularFile(path)) {
          var unit = new SystemdUnit(path.toString(), name);
          var text = Includes.text(path);
          unit.read(text.lines().toList(), 1, wrong -> found.error(path.toString(), wrong));
          return Optional.of(unit);
        }
      } catch (IOException e) {
        // Then it is as if it were not there, which is said.
      }
    }
    return Optional.empty();
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
