package io.netsvc.process;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values behind {@link SpawnOptions}. */
record SpawnSettings(
    List<String> argv,
    Map<String, String> environment,
    Path directory,
    @Nullable String user,
    @Nullable String group,
    int umask,
    @Nullable Integer nice,
    Map<Limit, long[]> limits,
    @Nullable Path chroot,
    boolean noNewPrivileges)
    implements SpawnOptions {

  static SpawnSettings defaults(String program) {
    return new SpawnSettings(
        List.of(program), Map.of(), Path.of("/"), null, null, 0022, null, Map.of(), null, false);
  }

  @Override
  public SpawnOptions withArguments(List<String> value) {
    return new SpawnSettings(
        List.copyOf(value), environment, directory, user, group, umask, nice, limits, chroot,
        noNewPrivileges);
  }

  @Override
  public SpawnOptions withEnvironment(Map<String, String> value) {
    for (var name : value.keySet()) {
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new IllegalArgumentException("environment name: \"" + name + '"');
      }
    }
    return new SpawnSettings(
        argv, Map.copyOf(value), directory, user, group, umask, nice, limits, chroot,
        noNewPrivileges);
  }

  @Override
  public SpawnOptions withDirectory(Path value) {
    return new SpawnSettings(
        argv, environment, value, user, group, umask, nice, limits, chroot, noNewPrivileges);
  }

  @Override
  public SpawnOptions withUser(String value) {
    return new SpawnSettings(
        argv, environment, directory, value, group, umask, nice, limits, chroot, noNewPrivileges);
  }

  @Override
  public SpawnOptions withGroup(String value) {
    return new SpawnSettings(
        argv, environment, directory, user, value, umask, nice, limits, chroot, noNewPrivileges);
  }

  @Override
  public SpawnOptions withUmask(int value) {
    if (value < 0 || value > 0777) {
      throw new IllegalArgumentException("umask out of range: " + value);
    }
    return new SpawnSettings(
        argv, environment, directory, user, group, value, nice, limits, chroot, noNewPrivileges);
  }

  @Override
  public SpawnOptions withNice(int value) {
    if (value < -20 || value > 19) {
      throw new IllegalArgumentException("nice out of range: " + value);
    }
    return new SpawnSettings(
        argv, environment, directory, user, group, umask, value, limits, chroot, noNewPrivileges);
  }

  @Override
  public SpawnOptions withLimit(Limit limit, long soft, long hard) {
    var map = new EnumMap<Limit, long[]>(Limit.class);
    map.putAll(limits);
    map.put(limit, new long[] {soft, hard});
    return new SpawnSettings(
        argv, environment, directory, user, group, umask, nice, map, chroot, noNewPrivileges);
  }

  @Override
  public SpawnOptions withChroot(Path value) {
    return new SpawnSettings(
        argv, environment, directory, user, group, umask, nice, limits, value, noNewPrivileges);
  }

  @Override
  public SpawnOptions withNoNewPrivileges() {
    return new SpawnSettings(
        argv, environment, directory, user, group, umask, nice, limits, chroot, true);
  }
}
