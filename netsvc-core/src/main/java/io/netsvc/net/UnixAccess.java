package io.netsvc.net;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.Fd;
import io.netsvc.linux.SocketFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect to a Unix socket, by its file.
 *
 * @param mode or -1 for what the umask leaves
 * @param owner or null for whoever the process is
 */
record UnixAccess(int mode, @Nullable Owner owner) {
  static final UnixAccess DEFAULT = new UnixAccess(-1, null);

  /** A user and a group, by name or number. */
  record Owner(String user, String group) {

    void set(Path path) throws IOException {
      var uid = Credentials.user(user).orElseThrow(() -> unknown("user", user)).uid();
      int gid = Credentials.gid(group).orElseThrow(() -> unknown("group", group));
      SocketFile.owner(path, uid, gid);
    }

    private static IllegalArgumentException unknown(String what, String name) {
      return new IllegalArgumentException("no such " + what + ": " + name);
    }
  }

  /** Before the bind: the file appears with no more than the mode, whatever the umask is. */
  void opened(Fd fd) throws IOException {
    if (mode >= 0) {
      SocketFile.modeBeforeBind(fd, mode);
    }
  }

  /** After the bind, and before anyone can connect: exactly the mode, and the owner. */
  void bound(Path path) throws IOException {
    if (owner != null) {
      owner.set(path);
    }
    if (mode >= 0) {
      SocketFile.mode(path, mode);
    }
  }
}
