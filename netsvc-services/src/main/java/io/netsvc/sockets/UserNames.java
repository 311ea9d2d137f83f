package io.netsvc.sockets;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.NativeAccess;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** The names of users, each asked for once. */
final class UserNames {
  private final Map<Integer, String> names = new HashMap<>();

  /** Nobody need be asked about root, which most of what listens is of. */
  UserNames() {
    names.put(0, "root");
  }

  /** {@return the name of a user, or the number of one without a name} */
  String of(int uid) {
    return names.computeIfAbsent(uid, UserNames::find);
  }

  private static String find(int uid) {
    var number = Integer.toUnsignedString(uid);
    if (NativeAccess.missing().isPresent()) {
      return number;
    }
    try {
      return Credentials.userName(uid).orElse(number);
    } catch (UncheckedIOException e) {
      return number; // the users' database cannot be read now
    }
  }
}
