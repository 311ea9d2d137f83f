package io.netsvc.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a program is started with, beside its fds; immutable, so an instance may be shared. */
public sealed interface SpawnOptions permits SpawnSettings {

  /**
   * Returns these options with directories, separated by colons, in which a program without a slash
   * is looked up when the spawner is made; below the root directory of {@link #withChroot}, if any.
   * Default: none, so that the program must be an absolute path.
   */
  SpawnOptions withSearchPath(String directories);

  /** Returns these options with this argument vector, argv[0] included. Default: the program. */
  SpawnOptions withArguments(List<String> argv);

  /**
   * Returns these options with exactly this environment; {@code System.getenv()} for the JVM's.
   * Default: empty; nothing is inherited.
   */
  SpawnOptions withEnvironment(Map<String, String> environment);

  /** Returns these options with this working directory, as seen after a chroot. Default: {@code /}. */
  SpawnOptions withDirectory(Path directory);

  /**
   * Returns these options with the identity of this user, by name or number: its uid, its group
   * and its supplementary groups (initgroups(3)). Default: the JVM's.
   */
  SpawnOptions withUser(String user);

  /** Returns these options with this primary group, by name or number. Default: the user's. */
  SpawnOptions withGroup(String group);

  /**
   * Returns these options with exactly these supplementary groups, by name or number; an empty list
   * for none. Default: the user's; the primary group where only that is given.
   */
  SpawnOptions withGroups(List<String> groups);

  /** Returns these options with this file mode mask, 0 to 0777. Default: 022. */
  SpawnOptions withUmask(int umask);

  /** Returns these options with this nice value, -20 to 19; see setpriority(2). Default: the JVM's. */
  SpawnOptions withNice(int nice);

  /**
   * Returns these options with a resource limit; see getrlimit(2). Default: the JVM's limits, but a
   * soft limit of 1024 open files.
   *
   * @param soft what holds, or {@link Limit#UNLIMITED}
   * @param hard up to where the program may raise it, not below {@code soft}
   */
  SpawnOptions withLimit(Limit limit, long soft, long hard);

  /** Returns these options with this root directory; see chroot(2). Default: the JVM's. */
  SpawnOptions withChroot(Path directory);

  /** Returns these options with no_new_privs set: set-user-ID programs give nothing. Default: off. */
  SpawnOptions withNoNewPrivileges();

  /**
   * Returns these options with the JVM's session and process group for the child, so that a Ctrl-C
   * at the JVM's terminal reaches it too. Default: a session of its own, without a terminal.
   */
  SpawnOptions withSharedSession();

  /**
   * Returns these options with the terminal that is the child's fd 0, such as a {@link
   * ChildFd#terminal}, as the controlling one of a session of its own: {@code /dev/tty} is that one, a
   * Ctrl-C there reaches the child, and so does a SIGHUP when it hangs up. Takes {@link
   * #withSharedSession} back. A start on anything else is a {@link SpawnException}. Default: none.
   */
  SpawnOptions withTerminal();

  /**
   * Returns these options with fds for the child from 3 on, one for each name, as systemd passes
   * sockets: {@code LISTEN_FDS}, {@code LISTEN_FDNAMES} and {@code LISTEN_PID} of
   * sd_listen_fds(3) join the environment. Default: none.
   *
   * @param names 1 to 255 printable ASCII characters each, without a colon
   */
  SpawnOptions withPassedFds(List<String> names);
}
