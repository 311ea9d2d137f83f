package io.netsvc.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that is nobody: it starts programs as itself and nobody else. */
@Timeout(120)
class PlainUserTest {

  @Test
  void spawn_asPlainUser_startsAsItselfAlone(@TempDir Path directory) throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root, to become nobody");
    var command = new Jvm(directory).command(Program.class);
    var nobody =
        ProcessSpawner.of(
            Path.of(command.getFirst()), o -> o.withArguments(command).withUser("nobody"));
    assertThat(Child.run(nobody).output())
        .isEqualTo(
            """
            65534
            65534
            spawn /bin/sh: setgroups: Operation not permitted (EPERM)
            spawn /bin/sh: setgroups: Operation not permitted (EPERM)
            spawn /bin/sh: setgroups: Operation not permitted (EPERM)
            spawn /bin/sh: chroot /: Operation not permitted (EPERM)
            spawn /bin/sh: setpriority: Permission denied (EACCES)
            exit status 7
            """);
  }

  /** What nobody does. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      System.out.print(Child.run("id -u").output());
      System.out.print(Child.run(o -> o.withUser("nobody").withGroup("nogroup"), "id -u").output());
      refused(() -> Child.run(o -> o.withUser("root"), "id -u"));
      refused(() -> Child.run(o -> o.withUser("54321").withGroup("nogroup"), "id -u"));
      refused(() -> Child.run(o -> o.withGroup("root").withGroups(java.util.List.of()), "id -u"));
      refused(() -> Child.run(o -> o.withChroot(Path.of("/")), "id -u"));
      refused(() -> Child.run(o -> o.withNice(-5), "id -u"));
      System.out.println(Child.run("exit 7").exit());
    }

    private interface Attempt {
      Child run() throws Exception;
    }

    private static void refused(Attempt attempt) throws Exception {
      try {
        System.out.print("was allowed: " + attempt.run().output());
      } catch (SpawnException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
