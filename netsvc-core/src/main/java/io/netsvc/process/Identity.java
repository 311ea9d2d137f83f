package io.netsvc.process;

import io.netsvc.linux.Credentials;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Who a child runs as.
 *
 * @param uid its real, effective and saved user id; empty: the JVM's
 * @param gid its real, effective and saved group id; empty: the JVM's
 * @param groups its supplementary groups; null: the JVM's
 */
record Identity(OptionalInt uid, OptionalInt gid, @Nullable List<Integer> groups) {

  /** Looks names up, before any chroot. */
  static Identity of(SpawnSettings settings) {
    var user = settings.user() == null ? null : user(settings.user());
    var gid = gid(settings, user);
    return unchanged(settings, user, gid)
        ? new Identity(OptionalInt.empty(), OptionalInt.empty(), null)
        : new Identity(
            user == null ? OptionalInt.empty() : OptionalInt.of(user.uid()),
            gid,
            groups(settings, user, gid));
  }

  private static Credentials.User user(String name) {
    var user = Credentials.user(name).orElseThrow(() -> unknown("user", name));
    refuseNone("user " + name, user.uid());
    refuseNone("group of user " + name, user.gid());
    return user;
  }

  private static OptionalInt gid(SpawnSettings settings, Credentials.@Nullable User user) {
    if (settings.group() != null) {
      return OptionalInt.of(gid(settings.group()));
    }
    if (user == null) {
      return OptionalInt.empty();
    }
    if (!user.listed()) {
      throw new IllegalArgumentException(
          "user " + user.name() + " is not in the database: its group must be given too");
    }
    return OptionalInt.of(user.gid());
  }

  private static int gid(String name) {
    int gid = Credentials.gid(name).orElseThrow(() -> unknown("group", name));
    refuseNone("group " + name, gid);
    return gid;
  }

  /** To the kernel, this number is no id but "leave it as it is": the child would stay root. */
  private static void refuseNone(String what, int id) {
    if (id == -1) {
      throw new IllegalArgumentException(what + " has the id 4294967295, which is none");
    }
  }

  private static @Nullable List<Integer> groups(
      SpawnSettings settings, Credentials.@Nullable User user, OptionalInt gid) {
    if (settings.groups() != null) {
      return settings.groups().stream().map(Identity::gid).toList();
    }
    if (gid.isEmpty()) {
      return null;
    }
    int primary = gid.getAsInt();
    if (user == null || !user.listed()) {
      return List.of(primary);
    }
    var all = new ArrayList<Integer>();
    for (int each : Credentials.groups(user.name(), primary)) {
      all.add(each);
    }
    return all;
  }

  /** A plain user may ask for itself; root asks for root's groups, which the JVM may not have. */
  private static boolean unchanged(
      SpawnSettings settings, Credentials.@Nullable User user, OptionalInt gid) {
    int self = Credentials.effectiveUid();
    return self != 0
        && settings.groups() == null
        && (user == null || user.uid() == self)
        && (gid.isEmpty() || gid.getAsInt() == Credentials.effectiveGid());
  }

  /** {@return whether the child is who the JVM is} */
  boolean same() {
    return uid.isEmpty() && gid.isEmpty() && groups == null;
  }

  private static IllegalArgumentException unknown(String what, String name) {
    return new IllegalArgumentException("no such " + what + ": " + name);
  }
}
