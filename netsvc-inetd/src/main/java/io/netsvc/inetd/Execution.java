package io.netsvc.inetd;

import io.netsvc.inetd.config.Account;
import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.Fds;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.linux.Credentials;
import io.netsvc.linux.NativeAccess;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a service's program is started with: who it is, and all that its entry says of it. */
final class Execution {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final ServiceSpec spec;
  private final int sockets;
  private @Nullable ProcessSpawner spawner;

  /**
   * Prepares to start the program of a checked entry.
   *
   * @param sockets how many the entry has, all of which a program that waits may get
   */
  Execution(ServiceSpec spec, int sockets) {
    this.spec = spec;
    this.sockets = sockets;
  }

  /**
   * Returns what starts the program, which is made at the first call: most entries of a long file
   * never start any.
   *
   * @throws IllegalArgumentException if its user or group is there no more
   */
  synchronized ProcessSpawner spawner() {
    var made = spawner;
    if (made == null) {
      made = spawner(spec, sockets);
      spawner = made;
    }
    return made;
  }

  /** Adds what keeps a program from being started. */
  static void check(ServiceSpec spec, List<Diagnostic> found) {
    var missing = NativeAccess.missing();
    if (missing.isPresent()) {
      found.add(spec.error(Attribute.PROGRAM, "starting programs needs " + missing.get()));
      return;
    }
    var user = user(spec);
    if (user == null) {
      found.add(spec.error(Attribute.USER, "no such user: \"" + spec.account().user() + '"'));
      return;
    }
    int self = Credentials.effectiveUid();
    if (self != 0 && user.uid() != self) {
      found.add(
          spec.error(
              Attribute.USER,
              "cannot run as \"" + spec.account().user()
                  + "\" without privilege: expected - or this server's own user"));
    }
    var group = group(spec);
    if (group != null && Credentials.gid(group).isEmpty()) {
      found.add(spec.error(Attribute.USER, "no such group: \"" + group + '"'));
    }
    for (var extra : spec.get(Attribute.GROUPS).orElse(List.of())) {
      if (Credentials.gid(extra).isEmpty()) {
        found.add(spec.error(Attribute.GROUPS, "no such group: \"" + extra + '"'));
      }
    }
    checkFile(spec, user, found);
  }

  private static void checkFile(
      ServiceSpec spec, Credentials.User user, List<Diagnostic> found) {
    var root = Path.of(spec.get(Attribute.CHROOT).orElse("/"));
    if (!Files.isDirectory(root)) {
      found.add(spec.error(Attribute.CHROOT, "no such directory: " + root));
      return;
    }
    var program = within(root, file(spec, user));
    if (spec.get(Attribute.PROGRAM).filter(p -> p.indexOf('/') < 0).isPresent()
        && !Files.exists(program)) {
      found.add(
          spec.error(
              Attribute.PROGRAM,
              "no program \"" + spec.get(Attribute.PROGRAM).get() + "\" in " + PATH));
    } else if (!Files.exists(program)) {
      found.add(spec.error(Attribute.PROGRAM, "no such program: " + program));
    } else if (!Files.isExecutable(program) || Files.isDirectory(program)) {
      found.add(spec.error(Attribute.PROGRAM, "not an executable file: " + program));
    }
    var directory = spec.get(Attribute.DIRECTORY).map(d -> within(root, Path.of(expanded(d, user))));
    if (directory.isPresent() && !Files.isDirectory(directory.get())) {
      found.add(spec.error(Attribute.DIRECTORY, "no such directory: " + directory.get()));
    }
  }

  private static Path within(Path root, Path absolute) {
    return root.resolve(Path.of("/").relativize(absolute));
  }

  private static Credentials.@Nullable User user(ServiceSpec spec) {
    var account = spec.account();
    if (account.user().equals(Account.OWN.user())) {
      return Credentials.user(String.valueOf(Credentials.effectiveUid())).orElse(null);
    }
    if (account.dotted()) {
      var whole = Credentials.user(account.toString());
      if (whole.isPresent()) {
        return whole.get();
      }
    }
    return Credentials.user(account.user()).orElse(null);
  }

  private static @Nullable String group(ServiceSpec spec) {
    var account = spec.account();
    if (account.dotted() && Credentials.user(account.toString()).isPresent()) {
      return null;
    }
    return account.group().orElse(null);
  }

  private static Path file(ServiceSpec spec, Credentials.User user) {
    var program = spec.get(Attribute.PROGRAM).orElse("");
    return program.indexOf('/') < 0
        ? found(program, Path.of(spec.get(Attribute.CHROOT).orElse("/")))
        : Path.of(expanded(program, user));
  }

  /** Returns the first program of a name in PATH, or where it would be if it were there. */
  private static Path found(String name, Path root) {
    for (var directory : PATH.split(":", -1)) {
      var program = Path.of(directory, name);
      if (Files.isExecutable(within(root, program))) {
        return program;
      }
    }
    return Path.of("/", name);
  }

  private static String expanded(String word, Credentials.User user) {
    return word.startsWith("~/") ? user.home() + word.substring(1) : word;
  }

  private static ProcessSpawner spawner(ServiceSpec spec, int sockets) {
    var user = user(spec);
    if (user == null) {
      throw new IllegalArgumentException("no such user: " + spec.account().user());
    }
    return ProcessSpawner.of(file(spec, user), o -> options(o, spec, user, sockets));
  }

  private static SpawnOptions options(
      SpawnOptions defaults, ServiceSpec spec, Credentials.User user, int sockets) {
    var options =
        defaults
            .withArguments(spec.argv().stream().map(word -> expanded(word, user)).toList())
            .withEnvironment(environment(spec, user));
    options = identity(options, spec, user);
    for (var limit : spec.get(Attribute.LIMITS).orElse(Map.of()).entrySet()) {
      options = options.withLimit(limit.getKey(), limit.getValue().soft(), limit.getValue().hard());
    }
    if (spec.get(Attribute.DIRECTORY).isPresent()) {
      options = options.withDirectory(Path.of(expanded(spec.get(Attribute.DIRECTORY).get(), user)));
    }
    if (spec.get(Attribute.UMASK).isPresent()) {
      options = options.withUmask(spec.get(Attribute.UMASK).get());
    }
    if (spec.get(Attribute.NICE).isPresent()) {
      options = options.withNice(spec.get(Attribute.NICE).get());
    }
    if (spec.get(Attribute.CHROOT).isPresent()) {
      options = options.withChroot(Path.of(spec.get(Attribute.CHROOT).get()));
    }
    if (spec.is(Attribute.NO_NEW_PRIVILEGES)) {
      options = options.withNoNewPrivileges();
    }
    return spec.get(Attribute.FDS).filter(Fds.SYSTEMD::equals).isPresent()
        ? options.withPassedFds(passed(spec, sockets))
        : options;
  }

  /** The names that sd_listen_fds_with_names(3) tells: the service's, or of a connection that. */
  private static List<String> passed(ServiceSpec spec, int sockets) {
    if (!spec.waits()) {
      return List.of("connection");
    }
    var name = spec.get(Attribute.ID).orElse("unknown").replaceAll("[^!-~]|:", "_");
    return Collections.nCopies(sockets, name);
  }

  private static SpawnOptions identity(
      SpawnOptions defaults, ServiceSpec spec, Credentials.User user) {
    var options = defaults;
    boolean own = spec.account().user().equals(Account.OWN.user());
    if (!own && user.uid() != Credentials.effectiveUid()) {
      options = options.withUser(user.name());
    }
    var group = group(spec);
    if (group != null) {
      options = options.withGroup(group);
    }
    var extra = spec.get(Attribute.GROUPS).orElse(List.of());
    if (!spec.get(Attribute.INIT_GROUPS).orElse(true)) {
      return Credentials.effectiveUid() == 0 ? options.withGroups(extra) : options;
    }
    if (extra.isEmpty()) {
      return options;
    }
    var all = new ArrayList<>(extra);
    for (int gid : Credentials.groups(user.name(), user.gid())) {
      all.add(String.valueOf(gid));
    }
    return options.withGroups(all);
  }

  /** Returns what login(1) would set, what the entry says, and nothing else of the server's own. */
  private static Map<String, String> environment(ServiceSpec spec, Credentials.User user) {
    var environment = new HashMap<String, String>();
    environment.put("PATH", PATH);
    environment.put("USER", user.name());
    environment.put("LOGNAME", user.name());
    environment.put("HOME", user.home().isEmpty() ? "/" : user.home());
    environment.put("SHELL", user.shell().isEmpty() ? "/bin/sh" : user.shell());
    for (var name : spec.get(Attribute.PASS_ENVIRONMENT).orElse(List.of())) {
      var value = System.getenv(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    environment.putAll(spec.get(Attribute.ENVIRONMENT).orElse(Map.of()));
    return environment;
  }
}
