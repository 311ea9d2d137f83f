package io.netsvc.sockets;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What {@code /proc/PID} says of a process; nothing of one that has ended. */
record ProcessInfo(String name, List<String> commandLine, String user, Optional<String> unit) {
  private static final List<String> UNITS = List.of(".service", ".socket", ".scope");

  private static final Pattern USERS_MANAGER = Pattern.compile("/user@\\d+\\.service/");

  static ProcessInfo of(int pid, UserNames users) {
    var process = Path.of("/proc", Integer.toString(pid));
    byte[] comm = ProcFile.read(process.resolve("comm"));
    int length = comm.length > 0 && comm[comm.length - 1] == '\n' ? comm.length - 1 : comm.length;
    return new ProcessInfo(
        Visible.text(Arrays.copyOf(comm, length)),
        arguments(ProcFile.read(process.resolve("cmdline"))),
        user(ProcFile.text(process.resolve("status")), users),
        unit(ProcFile.text(process.resolve("cgroup"))));
  }

  private static List<String> arguments(byte[] cmdline) {
    var arguments = new ArrayList<String>();
    for (int from = 0, to; from < cmdline.length; from = to + 1) {
      to = from;
      while (to < cmdline.length && cmdline[to] != 0) {
        to++;
      }
      arguments.add(Visible.text(Arrays.copyOfRange(cmdline, from, to)));
    }
    return arguments;
  }

  /** The real user: the first number behind {@code Uid:}. */
  private static String user(String status, UserNames users) {
    int at = status.indexOf("\nUid:\t");
    if (at < 0) {
      return "";
    }
    int from = at + 6;
    int to = status.indexOf('\t', from);
    return users.of(Integer.parseUnsignedInt(status, from, to, 10));
  }

  /** The innermost unit of the control group's path: {@code 0::/system.slice/nginx.service}. */
  static Optional<String> unit(String cgroup) {
    Optional<String> unit = Optional.empty();
    for (var line : cgroup.lines().toList()) {
      var parts = line.split(":", 3);
      if (parts.length == 3 && (parts[1].isEmpty() || parts[1].equals("name=systemd"))) {
        for (var name : parts[2].split("/", -1)) {
          if (UNITS.stream().anyMatch(name::endsWith)) {
            unit = Optional.of(unitName(name));
          }
        }
      }
    }
    return unit;
  }

  /** Those of systemd are ASCII, and what is special in them it has escaped itself. */
  private static String unitName(String name) {
    boolean plain = name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    return plain ? name : Visible.text(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Whether the unit is one of a user's own systemd, below {@code user@1000.service}. */
  static boolean isOfUser(String cgroup) {
    return USERS_MANAGER.matcher(cgroup).find();
  }
}
