package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalInt;

/** Users and groups from the system's databases, as getpwnam(3) and getgrouplist(3) find them. */
public final class Credentials {
  private static final int BUFFER = 64 * 1024;

  private Credentials() {}

  /** One user: passwd(5). */
  public record User(String name, int uid, int gid, String home, String shell) {}

  /** {@return this process's effective user id} */
  public static int effectiveUid() {
    return Syscalls.geteuid();
  }

  /** {@return this process's effective group id} */
  public static int effectiveGid() {
    return Syscalls.getegid();
  }

  /** Finds a user by name, or by number where no user has that name. */
  public static Optional<User> user(String nameOrUid) {
    try (var arena = Arena.ofConfined()) {
      var entry = arena.allocate(48, 8);
      var buffer = arena.allocate(BUFFER, 8);
      var result = arena.allocate(ValueLayout.ADDRESS);
      Syscalls.getpwnam(arena.allocateFrom(nameOrUid), entry, buffer, result);
      if (isNull(result)) {
        var uid = number(nameOrUid);
        if (uid.isEmpty()) {
          return Optional.empty();
        }
        Syscalls.getpwuid(uid.getAsInt(), entry, buffer, result);
        if (isNull(result)) {
          return Optional.of(new User(nameOrUid, uid.getAsInt(), uid.getAsInt(), "/", "/bin/sh"));
        }
      }
      return Optional.of(
          new User(
              string(entry, 0),
              entry.get(ValueLayout.JAVA_INT, 16),
              entry.get(ValueLayout.JAVA_INT, 20),
              string(entry, 32),
              string(entry, 40)));
    }
  }

  /** Finds a group's id by name or number. */
  public static OptionalInt gid(String nameOrGid) {
    try (var arena = Arena.ofConfined()) {
      var entry = arena.allocate(32, 8);
      var result = arena.allocate(ValueLayout.ADDRESS);
      Syscalls.getgrnam(
          arena.allocateFrom(nameOrGid), entry, arena.allocate(BUFFER, 8), result);
      return isNull(result)
          ? number(nameOrGid)
          : OptionalInt.of(entry.get(ValueLayout.JAVA_INT, 16));
    }
  }

  /** Returns the groups that initgroups(3) would set for a user: {@code gid} and its own. */
  public static int[] groups(String user, int gid) {
    try (var arena = Arena.ofConfined()) {
      int room = 64;
      while (true) {
        var groups = arena.allocate(ValueLayout.JAVA_INT, room);
        var count = arena.allocateFrom(ValueLayout.JAVA_INT, room);
        int found = Syscalls.getgrouplist(arena.allocateFrom(user), gid, groups, count);
        int wanted = count.get(ValueLayout.JAVA_INT, 0);
        if (found >= 0) {
          return groups.asSlice(0, 4L * wanted).toArray(ValueLayout.JAVA_INT);
        }
        room = Math.max(room * 2, wanted);
      }
    }
  }

  private static OptionalInt number(String text) {
    try {
      int value = Integer.parseInt(text);
      return value < 0 ? OptionalInt.empty() : OptionalInt.of(value);
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  private static boolean isNull(MemorySegment result) {
    return result.get(ValueLayout.ADDRESS, 0).address() == 0;
  }

  private static String string(MemorySegment entry, long offset) {
    return Syscalls.stringAt(entry.get(ValueLayout.ADDRESS, offset));
  }
}
