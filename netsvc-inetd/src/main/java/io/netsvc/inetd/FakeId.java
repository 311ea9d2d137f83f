package io.netsvc.inetd;

import io.netsvc.linux.Credentials;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnedProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The name that a user has chosen in {@code ~/.fakeid}. A child reads it as that user: the name may
 * be a link to what only root can read, or a pipe that nobody writes to.
 */
final class FakeId {
  private static final int LONGEST = 32;
  private static final int READ = 1024;
  private static final int SIGKILL = 9;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final String SCRIPT = "[ -f \"$1\" ] && exec head -c " + READ + " \"$1\"";

  private FakeId() {}

  /**
   * Returns the first word of the file, if it has one and no other user is known by it.
   *
   * @param anybody whether it may be another user's name
   * @throws IOException if nobody can look, as when this server cannot be that user
   */
  static Optional<String> of(Credentials.User user, boolean anybody)
      throws IOException, InterruptedException {
    return first(read(user)).filter(name -> anybody || !taken(name));
  }

  private static Optional<String> first(String text) {
    var word = text.lines().findFirst().orElse("").strip().split("\\s", 2)[0];
    var name = word.substring(0, Math.min(LONGEST, word.length()));
    // A colon is allowed in what the protocol calls a user.
    return name.matches("[!-~]+") ? Optional.of(name) : Optional.empty();
  }

  /** A number counts as the uid that it may be taken for. */
  private static boolean taken(String name) {
    return Credentials.user(name).filter(Credentials.User::listed).isPresent();
  }

  private static String read(Credentials.User user) throws IOException, InterruptedException {
    var file = Path.of(user.home(), ".fakeid");
    var output = ChildFd.pipe();
    SpawnedProcess reader;
    try {
      var spawner =
          ProcessSpawner.of(
              Path.of("/bin/sh"),
              o -> {
                var options = o.withArguments(List.of("sh", "-c", SCRIPT, "sh", file.toString()));
                return user.uid() == Credentials.effectiveUid()
                    ? options
                    : options.withUser(user.name());
              });
      reader = spawner.spawn(ChildFd.devNull(), output, ChildFd.devNull());
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new IOException("read " + file + ": " + e.getMessage(), e);
    }
    var impatient = Later.run(() -> kill(reader), PATIENCE_NANOS);
    try (var text = reader.stdout()) {
      return new String(text.readNBytes(READ), StandardCharsets.ISO_8859_1);
    } finally {
      impatient.run();
      kill(reader);
    }
  }

  private static void kill(SpawnedProcess reader) {
    try {
      reader.signal(SIGKILL);
    } catch (IOException e) {
      // It ends when its pipe is closed.
    }
  }
}
