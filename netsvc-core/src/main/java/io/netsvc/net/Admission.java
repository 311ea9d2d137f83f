package io.netsvc.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Whom a listener serves, and how many at a time.
 *
 * @param maxConnections or 0 for what the limit of fds allows
 */
record Admission(int maxConnections, AccessRules access) {
  static final Admission DEFAULT = new Admission(0, AccessRules.anyone());

  /** A connection may need a second socket and the two ends of a pipe. */
  private static final int FDS_EACH = 4;

  /** For the JVM, its libraries and the program itself. */
  private static final int SPARE = 64;

  private static final Pattern LIMIT = Pattern.compile("(?m)^Max open files +([0-9]+) ");

  /** {@return how many connections at a time} */
  int limit() {
    return maxConnections > 0 ? maxConnections : byFds();
  }

  private static int byFds() {
    try {
      var limit = LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
      return limit.find() ? byFds(Long.parseLong(limit.group(1))) : Integer.MAX_VALUE;
    } catch (IOException e) {
      return Integer.MAX_VALUE; // not Linux
    }
  }

  static int byFds(long soft) {
    return Math.clamp((soft - SPARE) / FDS_EACH, 1, Integer.MAX_VALUE);
  }
}
