package io.netsvc.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a program is started with, beside its fds; immutable, so an instance may be shared. */
public sealed interface SpawnOptions permits SpawnSettings {

  /** Returns these options with this argument vector, argv[0] included. Default: the program. */
  SpawnOptions withArguments(List<String> argv);

  /** Returns these options with exactly this environment. Default: empty; nothing is inherited. */
  SpawnOptions withEnvironment(Map<String, String> environment);

  /** Returns these options with this working directory. Default: {@code /}. */
  SpawnOptions withDirectory(Path directory);

  /**
   * Returns these options with the identity of this user, by name or number: its uid, its group
   * and its supplementary groups (initgroups(3)). Default: no change.
   */
  SpawnOptions withUser(String user);

  /** Returns these options with this primary group, by name or number. Default: the user's. */
  SpawnOptions withGroup(String group);

  /** Returns these options with this file mode mask, 0 to 0777. Default: 022. */
  SpawnOptions withUmask(int umask);

  /** Returns these options with this nice value, -20 to 19; see setpriority(2). Default: the JVM's. */
  SpawnOptions withNice(int nice);

  /** Returns these options with a resource limit; see getrlimit(2). Default: 1024 open files. */
  SpawnOptions withLimit(Limit limit, long soft, long hard);

  /** Returns these options with this root directory. Default: the JVM's. */
  SpawnOptions withChroot(Path directory);

  /** Returns these options with no_new_privs set: set-user-ID programs give nothing. */
  SpawnOptions withNoNewPrivileges();
}
