package io.netsvc.sockets;

import io.netsvc.text.Visible;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code /proc/PID} says of a process; nothing of one that has ended. */
record ProcessInfo(String name, List<String> commandLine, String user, Optional<String> unit) {
  /** What systemd names a unit, systemd.unit(5). */
  private static final Pattern UNIT =
      Pattern.compile("[A-Za-z0-9:_.\\\\@-]+\\.(service|socket|scope)");

  private static final Pattern USERS_MANAGER = Pattern.compile("user@(\\d+)\\.service");

  private static final int MOST_ARGUMENTS = 64;
  private static final int LONGEST = 4096;

  static ProcessInfo of(int pid, UserNames users) {
    var process = Path.of("/proc", Integer.toString(pid));
    byte[] comm = ProcFile.read(process.resolve("comm"));
    int length = comm.length > 0 && comm[comm.length - 1] == '\n' ? comm.length - 1 : comm.length;
    return new ProcessInfo(
        Visible.text(Arrays.copyOf(comm, length)),
        arguments(ProcFile.read(process.resolve("cmdline"), LONGEST)),
        user(ProcFile.text(process.resolve("status")), users),
        unit(ProcFile.text(process.resolve("cgroup"))));
  }

  /** The first ones: a process may have given itself more than anybody wants to see. */
  private static List<String> arguments(byte[] cmdline) {
    var arguments = new ArrayList<String>();
    for (int from = 0, to; from < cmdline.length && arguments.size() < MOST_ARGUMENTS; from = to + 1) {
      to = from;
      while (to < cmdline.length && cmdline[to] != 0) {
        to++;
      }
      arguments.add(Visible.text(Arrays.copyOfRange(cmdline, from, to)));
    }
    return List.copyOf(arguments);
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

  /** The unit of the control group's path, such as {@code 0::/system.slice/nginx.service}. */
  static Optional<String> unit(String cgroup) {
    return names(cgroup).map(ProcessInfo::unitIn).flatMap(Optional::stream).findFirst();
  }

  /** The names of systemd's path of control groups, without the slices before a unit. */
  private static Stream<List<String>> names(String cgroup) {
    return cgroup
        .lines()
        .map(line -> line.split(":", 3))
        .filter(parts -> parts.length == 3)
        .filter(parts -> parts[1].isEmpty() || parts[1].equals("name=systemd"))
        .map(
            parts ->
                Arrays.stream(parts[2].split("/", -1))
                    .filter(name -> !name.isEmpty() && !name.endsWith(".slice"))
                    .toList());
  }

  /**
   * The first name, if it is a unit, or that of a user's systemd behind it. What a unit has below
   * itself may be a whole system, whose units are not those of this one.
   */
  private static Optional<String> unitIn(List<String> names) {
    var units = names.stream().takeWhile(ProcessInfo::isUnit).toList();
    boolean users = units.size() > 1 && USERS_MANAGER.matcher(units.getFirst()).matches();
    return units.stream().skip(users ? 1 : 0).findFirst();
  }

  /** Any user may make a control group with another name, and people paste what we say. */
  private static boolean isUnit(String name) {
    return UNIT.matcher(name).matches();
  }

  /** The user, as a number, whose own systemd has the unit; empty if it is one of the system. */
  static Optional<String> usersManager(String cgroup) {
    return names(cgroup)
        .filter(names -> names.size() > 1 && isUnit(names.get(1)))
        .map(names -> USERS_MANAGER.matcher(names.getFirst()))
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .findFirst();
  }
}
