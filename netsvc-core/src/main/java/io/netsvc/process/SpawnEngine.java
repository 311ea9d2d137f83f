package io.netsvc.process;

import io.netsvc.linux.PosixSpawn;
import io.netsvc.linux.Spawn;

/**
 * How programs are started. The first that this machine has and that can do what is asked is taken;
 * the system property {@code io.netsvc.spawn} forces one by its name here.
 */
public enum SpawnEngine {
  /** A list of system calls that the child makes between clone3(2) and execve(2): everything. */
  SYSTEM_CALLS,

  /**
   * posix_spawn(3): fds, directory and session, but neither identity, umask, nice, limits, chroot,
   * passed fds nor a controlling terminal. A {@link SpawnException} has the errno, but not the step. The umask and the
   * soft limit of open files are the JVM's.
   */
  POSIX_SPAWN,

  /**
   * posix_spawn(3) of setpriv(1) and env(1), for a change of identity: as {@link #POSIX_SPAWN}, and
   * argv[0] is the program's path. A program that cannot be executed is no {@link SpawnException}:
   * env says so on the child's fd 2 and exits with 126 or 127. For a moment the environment can be
   * read in the argument list.
   */
  SETPRIV;

  static final String PROPERTY = "io.netsvc.spawn";

  /** Returns whether this machine has the engine. */
  boolean available() {
    return this == SYSTEM_CALLS ? Spawn.supported() : PosixSpawn.supported();
  }
}
