package io.netsvc.process;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The values behind {@link SpawnOptions}; changed only while a copy is being made. */
final class SpawnSettings implements SpawnOptions {

  /** A resource's two limits. */
  record Bounds(long soft, long hard) {}

  private @Nullable String searchPath;
  private @Nullable List<String> argv;
  private Map<String, String> environment = Map.of();
  private Path directory = Path.of("/");
  private @Nullable String user;
  private @Nullable String group;
  private @Nullable List<String> groups;
  private @Nullable Integer umask;
  private @Nullable Integer nice;
  private Map<Limit, Bounds> limits = Map.of();
  private @Nullable Path chroot;
  private boolean noNewPrivileges;
  private boolean sharedSession;
  private boolean terminal;
  private List<String> passed = List.of();

  SpawnSettings() {}

  private SpawnSettings with(Consumer<SpawnSettings> change) {
    var copy = new SpawnSettings();
    copy.searchPath = searchPath;
    copy.argv = argv;
    copy.environment = environment;
    copy.directory = directory;
    copy.user = user;
    copy.group = group;
    copy.groups = groups;
    copy.umask = umask;
    copy.nice = nice;
    copy.limits = limits;
    copy.chroot = chroot;
    copy.noNewPrivileges = noNewPrivileges;
    copy.sharedSession = sharedSession;
    copy.terminal = terminal;
    copy.passed = passed;
    change.accept(copy);
    return copy;
  }

  @Override
  public SpawnOptions withSearchPath(String directories) {
    Objects.requireNonNull(directories);
    return with(s -> s.searchPath = directories);
  }

  @Override
  public SpawnOptions withArguments(List<String> value) {
    value.forEach(word -> noNul("argument", word));
    var copied = List.copyOf(value);
    return with(s -> s.argv = copied);
  }

  @Override
  public SpawnOptions withEnvironment(Map<String, String> value) {
    value.forEach(SpawnSettings::checkVariable);
    var copied = Map.copyOf(value);
    return with(s -> s.environment = copied);
  }

  static void checkVariable(String name, String content) {
    if (name.isEmpty() || name.indexOf('=') >= 0) {
      throw new IllegalArgumentException("environment name: \"" + name + '"');
    }
    noNul("environment", name);
    noNul("environment", content);
  }

  @Override
  public SpawnOptions withDirectory(Path value) {
    var absolute = absolute("directory", value);
    return with(s -> s.directory = absolute);
  }

  @Override
  public SpawnOptions withUser(String value) {
    noNul("user", value);
    return with(s -> s.user = value);
  }

  @Override
  public SpawnOptions withGroup(String value) {
    noNul("group", value);
    return with(s -> s.group = value);
  }

  @Override
  public SpawnOptions withGroups(List<String> value) {
    value.forEach(word -> noNul("group", word));
    var copied = List.copyOf(value);
    return with(s -> s.groups = copied);
  }

  @Override
  public SpawnOptions withUmask(int value) {
    return with(s -> s.umask = inRange("umask", value, 0, 0777));
  }

  @Override
  public SpawnOptions withNice(int value) {
    return with(s -> s.nice = inRange("nice value", value, -20, 19));
  }

  @Override
  public SpawnOptions withLimit(Limit limit, long soft, long hard) {
    // Unlimited is the largest number to the kernel.
    if (Long.compareUnsigned(soft, hard) > 0) {
      throw new IllegalArgumentException(
          "soft limit above the hard one: " + limit + ' ' + soft + " > " + hard);
    }
    var all = new EnumMap<Limit, Bounds>(Limit.class);
    all.putAll(limits);
    all.put(limit, new Bounds(soft, hard));
    return with(s -> s.limits = all);
  }

  @Override
  public SpawnOptions withChroot(Path value) {
    var absolute = absolute("root directory", value);
    return with(s -> s.chroot = absolute);
  }

  @Override
  public SpawnOptions withNoNewPrivileges() {
    return with(s -> s.noNewPrivileges = true);
  }

  @Override
  public SpawnOptions withSharedSession() {
    return with(
        s -> {
          s.sharedSession = true;
          s.terminal = false;
        });
  }

  @Override
  public SpawnOptions withTerminal() {
    return with(
        s -> {
          s.sharedSession = false;
          s.terminal = true;
        });
  }

  @Override
  public SpawnOptions withPassedFds(List<String> names) {
    for (var name : names) {
      if (!name.matches("[\\x20-\\x7e&&[^:]]{1,255}")) {
        throw new IllegalArgumentException("name of a passed fd: \"" + name + '"');
      }
    }
    var copied = List.copyOf(names);
    return with(s -> s.passed = copied);
  }

  private static void noNul(String what, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " with a NUL in it");
    }
  }

  private static int inRange(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
    return value;
  }

  private static Path absolute(String what, Path path) {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(what + " is not an absolute path: " + path);
    }
    return path;
  }

  @Nullable String searchPath() {
    return searchPath;
  }

  /** The argument vector; null: the program alone. */
  @Nullable List<String> argv() {
    return argv;
  }

  Map<String, String> environment() {
    return environment;
  }

  Path directory() {
    return directory;
  }

  @Nullable String user() {
    return user;
  }

  @Nullable String group() {
    return group;
  }

  @Nullable List<String> groups() {
    return groups;
  }

  /** The file mode mask; null: the default. */
  @Nullable Integer umask() {
    return umask;
  }

  @Nullable Integer nice() {
    return nice;
  }

  Map<Limit, Bounds> limits() {
    return limits;
  }

  @Nullable Path chroot() {
    return chroot;
  }

  boolean noNewPrivileges() {
    return noNewPrivileges;
  }

  boolean sharedSession() {
    return sharedSession;
  }

  boolean terminal() {
    return terminal;
  }

  /** The names of the fds from 3 on. */
  List<String> passed() {
    return passed;
  }
}
