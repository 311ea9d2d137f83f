package io.netsvc.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalInt;

/** Users and groups from the system's databases, as getpwnam(3) and getgrouplist(3) find them. */
public final class Credentials {
  private static final long BUFFER = 16 * 1024;
  private static final long MAX_BUFFER = 16 * 1024 * 1024;

  /** Linked when first called: most that list something look nobody up. */
  private static final class ByNumber {
    static final MethodHandle GETPWUID_R =
        Libc.ints("getpwuid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  }

  private static final class ByName {
    static final MethodHandle GETPWNAM_R =
        Libc.ints("getpwnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle GETGRNAM_R =
        Libc.ints("getgrnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle GETGROUPLIST =
        Libc.ints("getgrouplist", ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  }

  private Credentials() {}

  /**
   * One user: passwd(5).
   *
   * @param uid unsigned
   * @param gid unsigned
   * @param listed whether the database has the user; else only {@code uid} means something
   */
  public record User(
      String name, int uid, int gid, String home, String shell, boolean listed) {}

  /** {@return this process's effective user id} */
  public static int effectiveUid() {
    return Numbered.geteuid();
  }

  /** {@return this process's effective group id} */
  public static int effectiveGid() {
    return Numbered.getegid();
  }

  /**
   * Finds a user by name, or by number where no user has that name.
   *
   * @throws UncheckedIOException if the database cannot be read
   */
  public static Optional<User> user(String nameOrUid) {
    try (var arena = Arena.ofConfined()) {
      var name = arena.allocateFrom(nameOrUid);
      var entry = arena.allocate(48, 8);
      if (find(
          "getpwnam_r " + nameOrUid,
          arena,
          (b, r) -> look(ByName.GETPWNAM_R, name, entry, b, r))) {
        return Optional.of(user(entry));
      }
      var uid = number(nameOrUid);
      if (uid.isEmpty()) {
        return Optional.empty();
      }
      int id = uid.getAsInt();
      return Optional.of(
          find("getpwuid_r " + nameOrUid, arena, (b, r) -> look(id, entry, b, r))
              ? user(entry)
              : new User(nameOrUid, id, id, "/", "/bin/sh", false));
    }
  }

  /**
   * Finds a user's name by number.
   *
   * @throws UncheckedIOException if the database cannot be read
   */
  public static Optional<String> userName(int uid) {
    try (var arena = Arena.ofConfined()) {
      var entry = arena.allocate(48, 8);
      return find("getpwuid_r " + uid, arena, (b, r) -> look(uid, entry, b, r))
          ? Optional.of(Libc.string(entry, 0))
          : Optional.empty();
    }
  }

  private static User user(MemorySegment entry) {
    return new User(
        Libc.string(entry, 0),
        entry.get(JAVA_INT, 16),
        entry.get(JAVA_INT, 20),
        Libc.string(entry, 32),
        Libc.string(entry, 40),
        true);
  }

  /**
   * Finds a group's id by name or number.
   *
   * @throws UncheckedIOException if the database cannot be read
   */
  public static OptionalInt gid(String nameOrGid) {
    try (var arena = Arena.ofConfined()) {
      var name = arena.allocateFrom(nameOrGid);
      var entry = arena.allocate(32, 8);
      return find(
              "getgrnam_r " + nameOrGid,
              arena,
              (b, r) -> look(ByName.GETGRNAM_R, name, entry, b, r))
          ? OptionalInt.of(entry.get(JAVA_INT, 16))
          : number(nameOrGid);
    }
  }

  private interface Lookup {
    int run(MemorySegment buffer, MemorySegment result);
  }

  /** Looks with a buffer that grows until the entry fits; false if there is none. */
  private static boolean find(String operation, Arena arena, Lookup lookup) {
    var result = arena.allocate(ADDRESS);
    for (long size = BUFFER; ; size *= 4) {
      int errno = lookup.run(arena.allocate(size, 8), result);
      if (result.get(ADDRESS, 0).address() != 0) {
        return true;
      }
      switch (errno) {
        case Errno.ERANGE -> {
          if (size >= MAX_BUFFER) {
            throw unreadable(operation, errno);
          }
        }
        case Errno.EINTR -> size /= 4;
        // "The given name or uid was not found": getpwnam(3).
        case 0, Errno.ENOENT, Errno.ESRCH, Errno.EBADF, Errno.EPERM -> {
          return false;
        }
        default -> throw unreadable(operation, errno);
      }
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

  private static UncheckedIOException unreadable(String operation, int errno) {
    var cause = new LinuxException(operation, errno);
    return new UncheckedIOException(cause.getMessage(), cause);
  }

  /** Parses digits alone, as chown(1) does; 4294967295 is no id. */
  private static OptionalInt number(String text) {
    if (!text.matches("[0-9]{1,10}")) {
      return OptionalInt.empty();
    }
    long value = Long.parseLong(text);
    return value < 0xffff_ffffL ? OptionalInt.of((int) value) : OptionalInt.empty();
  }

  private static int look(
      MethodHandle function,
      MemorySegment name,
      MemorySegment entry,
      MemorySegment buffer,
      MemorySegment result) {
    try {
      return (int)
          function.invokeExact(Libc.state(), name, entry, buffer, buffer.byteSize(), result);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static int look(
      int uid, MemorySegment entry, MemorySegment buffer, MemorySegment result) {
    try {
      return (int)
          ByNumber.GETPWUID_R.invokeExact(
              Libc.state(), uid, entry, buffer, buffer.byteSize(), result);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }

  private static int groupList(
      MemorySegment user, int gid, MemorySegment groups, MemorySegment count) {
    try {
      return (int) ByName.GETGROUPLIST.invokeExact(Libc.state(), user, gid, groups, count);
    } catch (Throwable t) {
      throw Libc.impossible(t);
    }
  }
}
