package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalInt;

/** Users and groups from the system's databases, as getpwnam(3) and getgrouplist(3) find them. */
public final class Credentials {
  private static final int BUFFER = 64 * 1024;
  private static final MethodHandle GETEUID = Libc.ints("geteuid");
  private static final MethodHandle GETEGID = Libc.ints("getegid");
  private static final MethodHandle GETPWNAM_R =
      Libc.ints("getpwnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETPWUID_R =
      Libc.ints("getpwuid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETGRNAM_R =
      Libc.ints("getgrnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETGROUPLIST =
      Libc.ints("getgrouplist", ADDRESS, JAVA_INT, ADDRESS, ADDRESS);

  private Credentials() {}

  /**
   * One user: passwd(5).
   *
   * @param listed whether the database has the user; else only {@code uid} means something
   */
  public record User(
      String name, int uid, int gid, String home, String shell, boolean listed) {}

  /** {@return this process's effective user id} */
  public static int effectiveUid() {
    return call(GETEUID);
  }

  /** {@return this process's effective group id} */
  public static int effectiveGid() {
    return call(GETEGID);
  }

  /** Finds a user by name, or by number where no user has that name. */
  public static Optional<User> user(String nameOrUid) {
    try (var arena = Arena.ofConfined()) {
      var entry = arena.allocate(48, 8);
      var buffer = arena.allocate(BUFFER, 8);
      var result = arena.allocate(ADDRESS);
      look(GETPWNAM_R, arena.allocateFrom(nameOrUid), entry, buffer, result);
      if (isNull(result)) {
        var uid = number(nameOrUid);
        if (uid.isEmpty()) {
          return Optional.empty();
        }
        look(uid.getAsInt(), entry, buffer, result);
        if (isNull(result)) {
          return Optional.of(new User(nameOrUid, uid.getAsInt(), uid.getAsInt(), "/", "/bin/sh", false));
        }
      }
      return Optional.of(
          new User(
              Libc.string(entry, 0),
              entry.get(JAVA_INT, 16),
              entry.get(JAVA_INT, 20),
              Libc.string(entry, 32),
              Libc.string(entry, 40),
              true));
    }
  }

  /** Finds a group's id by name or number. */
  public static OptionalInt gid(String nameOrGid) {
    try (var arena = Arena.ofConfined()) {
      var entry = arena.allocate(32, 8);
      var result = arena.allocate(ADDRESS);
      look(GETGRNAM_R, arena.allocateFrom(nameOrGid), entry, arena.allocate(BUFFER, 8), result);
      return isNull(result)
          ? number(nameOrGid)
          : OptionalInt.of(entry.get(JAVA_INT, 16));
    }
  }

  /** Returns the groups that initgroups(3) would set for a user: {@code gid} and its own. */
  public static int[] groups(String user, int gid) {
    try (var arena = Arena.ofConfined()) {
      int room = 64;
      while (true) {
        var groups = arena.allocate(JAVA_INT, room);
        var count = arena.allocateFrom(JAVA_INT, room);
        int found = groupList(arena.allocateFrom(user), gid, groups, count);
        int wanted = count.get(JAVA_INT, 0);
        if (found >= 0) {
          return groups.asSlice(0, 4L * wanted).toArray(JAVA_INT);
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
    return result.get(ADDRESS, 0).address() == 0;
  }

  private static int call(MethodHandle function) {
    try {
      return (int) function.invokeExact(Libc.state());
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static void look(
      MethodHandle function,
      MemorySegment name,
      MemorySegment entry,
      MemorySegment buffer,
      MemorySegment result) {
    try {
      var _ =
          (int) function.invokeExact(Libc.state(), name, entry, buffer, buffer.byteSize(), result);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static void look(
      int uid, MemorySegment entry, MemorySegment buffer, MemorySegment result) {
    try {
      var _ =
          (int) GETPWUID_R.invokeExact(Libc.state(), uid, entry, buffer, buffer.byteSize(), result);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static int groupList(
      MemorySegment user, int gid, MemorySegment groups, MemorySegment count) {
    try {
      return (int) GETGROUPLIST.invokeExact(Libc.state(), user, gid, groups, count);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }
}
