package io.netsvc.process;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Starts programs where native access is denied or the machine is not Linux: by {@link
 * ProcessBuilder}, with threads that pump bytes between the connection and the program's pipes. The
 * program does not have the socket: getpeername(2) fails in it, a reset is an end of input to it,
 * and every byte is copied twice. Where {@link ProcessSpawner} works, use that.
 *
 * <p>Arguments, environment and directory are all that can be said. Spawners are immutable and safe
 * for use by multiple concurrent threads.
 */
public final class PumpedSpawner {
  private final List<String> command;
  private final SpawnSettings settings;

  private PumpedSpawner(List<String> command, SpawnSettings settings) {
    this.command = command;
    this.settings = settings;
  }

  /**
   * Makes a template.
   *
   * @param program as for {@link ProcessSpawner#of}
   * @throws IllegalArgumentException if there is no such program
   * @throws UnsupportedOperationException if more is asked than pipes can do
   */
  public static PumpedSpawner of(Path program, UnaryOperator<SpawnOptions> options) {
    var settings = (SpawnSettings) options.apply(new SpawnSettings());
    var path = Program.find(program, settings).toString();
    var argv = Objects.requireNonNullElse(settings.argv(), List.of(path));
    var refused = refused(settings, argv.isEmpty() || !argv.getFirst().equals(path));
    if (!refused.isEmpty()) {
      throw new UnsupportedOperationException(
          "a program on pumped pipes cannot have: " + String.join(", ", refused));
    }
    return new PumpedSpawner(argv, settings);
  }

  private static List<String> refused(SpawnSettings settings, boolean otherName) {
    var all = new ArrayList<String>();
    if (otherName) {
      all.add("an argv[0] that is not the program's path");
    }
    if (settings.user() != null || settings.group() != null || settings.groups() != null) {
      all.add("another identity");
    }
    if (settings.umask() != null) {
      all.add("a umask");
    }
    if (settings.nice() != null) {
      all.add("a nice value");
    }
    if (!settings.limits().isEmpty()) {
      all.add("limits");
    }
    if (settings.chroot() != null) {
      all.add("a chroot");
    }
    if (settings.noNewPrivileges()) {
      all.add("no_new_privs");
    }
    if (!settings.passed().isEmpty()) {
      all.add("passed fds");
    }
    return all;
  }

  /**
   * Starts the program on pipes and pumps: what the peer sends becomes its input, its output and
   * errors go to the peer. An end of input is passed on either way.
   *
   * @param connection stays the caller's, who closes it once the program has ended
   */
  public PumpedProcess spawn(Connection connection) throws IOException {
    var builder =
        new ProcessBuilder(command)
            .directory(settings.directory().toFile())
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(settings.environment());
    return PumpedProcess.pump(builder.start(), connection);
  }

  @Override
  public String toString() {
    return command.getFirst() + " (pumped)";
  }
}
