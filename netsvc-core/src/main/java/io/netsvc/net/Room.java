package io.netsvc.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How many connections there may be at a time: one listener's, or those of all listeners that share
 * the process's fds. Without room nothing is accepted, and clients wait in the backlog.
 */
final class Room {
  /** A connection may need a second socket and the two ends of a pipe. */
  private static final int FDS_EACH = 4;

  /** For the JVM, its libraries and the program itself. */
  private static final int SPARE = 64;

  private static final Pattern LIMIT = Pattern.compile("(?m)^Max open files +([0-9]+) ");

  private final int limit;
  private final List<Readiness> listeners = new ArrayList<>();
  private int taken;

  Room(int limit) {
    this.limit = limit;
  }

  private static final class Fds {
    static final Room ROOM = new Room(byFds());
  }

  /** {@return what the limit of fds allows to all listeners together} */
  static Room ofTheProcess() {
    return Fds.ROOM;
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

  int limit() {
    return limit;
  }

  /** Has a listener accept only while there is room. */
  synchronized void join(Readiness listener) {
    listeners.add(listener);
    listener.full(taken >= limit);
  }

  /** Forgets a listener that accepts no more; its connections still take their room. */
  synchronized void leave(Readiness listener) {
    listeners.remove(listener);
  }

  /** Takes room for one connection; beyond the limit too, for one that is there already. */
  synchronized void take() {
    taken++;
    if (taken == limit) {
      listeners.forEach(listener -> listener.full(true));
    }
  }

  synchronized void give() {
    if (taken == limit) {
      listeners.forEach(listener -> listener.full(false));
    }
    taken--;
  }
}
