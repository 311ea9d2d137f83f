package io.netsvc.process;

import io.netsvc.linux.PosixSpawn;
import io.netsvc.linux.Spawn;
import io.netsvc.linux.SpawnPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Turns settings into what an engine runs, and chooses the engine. */
final class Plans {
  private static final int FILES_BY_DEFAULT = 1024;
  private static final int UMASK_BY_DEFAULT = 0022;
  private static final int FIRST_PASSED = 3;
  private static final List<Path> SETPRIV =
      List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

  private static final Path ENV = Path.of("/usr/bin/env");
  private static final Path SUID_DUMPABLE = Path.of("/proc/sys/fs/suid_dumpable");

  private Plans() {}

  /** Returns the first engine that this machine has and that can do all that is asked. */
  static SpawnEngine engine(Path program, SpawnSettings settings, Identity identity) {
    if (!identity.same() && dumpable()) {
      throw new UnsupportedOperationException(
          "fs.suid_dumpable is 1: a program of another user could read this JVM's memory as it starts");
    }
    var forced = System.getProperty(SpawnEngine.PROPERTY);
    var candidates =
        forced == null
            ? List.of(SpawnEngine.values())
            : List.of(SpawnEngine.valueOf(forced.toUpperCase(Locale.ROOT).replace('-', '_')));
    var reasons = new ArrayList<String>();
    for (var engine : candidates) {
      var lacks = lacks(engine, program, settings, identity);
      if (lacks.isEmpty()) {
        return engine;
      }
      reasons.add(engine + ": " + lacks);
    }
    // Never as root by accident: what cannot be done as asked is not done at all.
    throw new UnsupportedOperationException("cannot start programs so here: " + String.join("; ", reasons));
  }

  /** With 1 a change of identity leaves memory readable, and until exec the child's is ours. */
  private static boolean dumpable() {
    try {
      return Files.readString(SUID_DUMPABLE).strip().equals("1");
    } catch (IOException e) {
      return false; // no /proc here: the default, 0
    }
  }

  private static String lacks(
      SpawnEngine engine, Path program, SpawnSettings settings, Identity identity) {
    if (!engine.available()) {
      return "not on this machine";
    }
    if (engine == SpawnEngine.SYSTEM_CALLS) {
      return "";
    }
    var lacks = new ArrayList<String>();
    if (settings.umask() != null) {
      lacks.add("umask");
    }
    if (settings.nice() != null) {
      lacks.add("nice");
    }
    if (!settings.limits().isEmpty()) {
      lacks.add("limits");
    }
    if (settings.chroot() != null) {
      lacks.add("chroot");
    }
    if (!settings.passed().isEmpty()) {
      lacks.add("passed fds");
    }
    if (settings.terminal()) {
      lacks.add("terminal");
    }
    if (engine == SpawnEngine.POSIX_SPAWN && !identity.same()) {
      lacks.add("identity");
    }
    if (engine == SpawnEngine.POSIX_SPAWN && settings.noNewPrivileges()) {
      lacks.add("no_new_privs");
    }
    if (engine == SpawnEngine.SETPRIV && SETPRIV.stream().noneMatch(Files::isExecutable)) {
      lacks.add("setpriv(1)");
    }
    if (engine == SpawnEngine.SETPRIV && program.toString().indexOf('=') >= 0) {
      lacks.add("a program with = in its path");
    }
    if (engine == SpawnEngine.SETPRIV && !Files.isExecutable(ENV)) {
      lacks.add("env(1)");
    }
    return String.join(", ", lacks);
  }

  /** Returns a plan for a child with fds 0, 1, 2 and those passed. */
  static SpawnPlan plan(
      SpawnEngine engine, Path program, SpawnSettings settings, Identity identity) {
    int fds = FIRST_PASSED + settings.passed().size();
    var path = program.toString();
    var argv = Objects.requireNonNullElse(settings.argv(), List.of(path));
    return switch (engine) {
      case SYSTEM_CALLS -> systemCalls(fds, path, argv, settings, identity);
      case POSIX_SPAWN -> posix(path, argv, environment(settings), settings, -1);
      // Its own environment is empty: what the program's says is not for a process that is root.
      case SETPRIV -> {
        var arguments = setprivArguments(path, argv, settings, identity);
        yield posix(setpriv(), arguments, environment(settings), settings, arguments.indexOf("-i") + 1);
      }
    };
  }

  private static Spawn systemCalls(
      int fds, String program, List<String> argv, SpawnSettings settings, Identity identity) {
    var steps = new Spawn(fds);
    if (!settings.sharedSession()) {
      steps.session();
    }
    steps.placeFds();
    if (settings.terminal()) {
      steps.terminal();
    }
    steps.umask(Objects.requireNonNullElse(settings.umask(), UMASK_BY_DEFAULT));
    settings.limits().forEach((limit, v) -> steps.limit(limit.resource(), v.soft(), v.hard()));
    if (!settings.limits().containsKey(Limit.OPEN_FILES)) {
      steps.softFileLimit(FILES_BY_DEFAULT);
    }
    if (settings.nice() != null) {
      steps.nice(settings.nice());
    }
    if (settings.chroot() != null) {
      steps.chroot(settings.chroot().toString());
    }
    // As the JVM's user: the service's own may not be allowed to look below a parent directory.
    steps.directory(settings.directory().toString());
    if (identity.groups() != null) {
      steps.groups(identity.groups().stream().mapToInt(Integer::intValue).toArray());
    }
    identity.gid().ifPresent(steps::group);
    if (settings.noNewPrivileges()) {
      steps.noNewPrivileges();
    }
    identity.uid().ifPresent(steps::user);
    return steps.execute(program, argv, environment(settings), !settings.passed().isEmpty());
  }

  private static List<String> environment(SpawnSettings settings) {
    boolean passes = !settings.passed().isEmpty();
    var all = environment(settings.environment(), passes);
    if (passes) {
      all.add("LISTEN_FDS=" + settings.passed().size());
      all.add("LISTEN_FDNAMES=" + String.join(":", settings.passed()));
    }
    return all;
  }

  /** What is said of passed fds is the spawner's to say alone. */
  static List<String> environment(Map<String, String> variables, boolean passes) {
    var all = new ArrayList<String>();
    variables.forEach((name, value) -> all.add(name + '=' + value));
    if (passes) {
      all.removeIf(entry -> entry.matches("(?s)LISTEN_(PID|FDS|FDNAMES)=.*"));
    }
    return all;
  }

  private static PosixSpawn posix(
      String program,
      List<String> argv,
      List<String> environment,
      SpawnSettings settings,
      int environmentAt) {
    return new PosixSpawn(
        FIRST_PASSED,
        program,
        argv,
        environment,
        settings.directory().toString(),
        !settings.sharedSession(),
        environmentAt);
  }

  private static String setpriv() {
    return SETPRIV.stream().filter(Files::isExecutable).findFirst().orElseThrow().toString();
  }

  private static List<String> setprivArguments(
      String program, List<String> argv, SpawnSettings settings, Identity identity) {
    var all = new ArrayList<String>();
    all.add("setpriv");
    identity.uid().ifPresent(uid -> all.add("--reuid=" + Integer.toUnsignedString(uid)));
    identity.gid().ifPresent(gid -> all.add("--regid=" + Integer.toUnsignedString(gid)));
    var groups = identity.groups();
    if (groups == null) {
      all.add("--keep-groups");
    } else if (groups.isEmpty()) {
      all.add("--clear-groups");
    } else {
      all.add(
          "--groups="
              + groups.stream().map(Integer::toUnsignedString).collect(Collectors.joining(",")));
    }
    if (settings.noNewPrivileges()) {
      all.add("--no-new-privs");
    }
    all.add("--");
    all.add(ENV.toString());
    all.add("-i");
    all.add(program);
    all.addAll(argv.subList(Math.min(1, argv.size()), argv.size()));
    return all;
  }
}
