package io.netsvc.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who a child is, started by root; {@link PlainUserTest} has the other half. */
@Timeout(60)
class SpawnIdentityTest {
  private static final String WHO = "id -u; id -g; id -G";

  @BeforeAll
  static void root() {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root");
  }

  @Test
  void spawn_withUser_thereIsNoWayBack() throws Exception {
    var perl =
        ProcessSpawner.of(
            Path.of("/usr/bin/perl"),
            o ->
                o.withUser("nobody")
                    .withArguments(
                        List.of(
                            "perl",
                            "-e",
                            """
                            my ($setresuid, $setresgid, $setgroups, $chroot) = (117, 119, 116, 161);
                            my ($root, $none, $slash) = (0, 0, '/');
                            sub tried { print $_[0] ? 'back ' : $!+0 . ' ' }
                            tried(syscall($setresuid, $root, $root, $root) == 0);
                            tried(syscall($setresgid, $root, $root, $root) == 0);
                            tried(syscall($setgroups, $none, $none) == 0);
                            tried(syscall($chroot, $slash) == 0);
                            tried(open(my $file, '<', '/etc/shadow'));
                            """)));
    assertThat(Child.run(perl).output()).isEqualTo("1 1 1 1 13 ");
  }

  /** A service manager may start a JVM so: not root, but allowed to change ids (capabilities(7)). */
  @Test
  void spawn_withUserFromAJvmWithCapabilities_leavesNone(@TempDir Path directory) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv(1)");
    var capabilities = "-all,+setuid,+setgid";
    var command =
        new java.util.ArrayList<>(
            List.of(
                "/usr/bin/setpriv", "--reuid=1000", "--regid=1000", "--clear-groups",
                "--inh-caps=" + capabilities, "--ambient-caps=" + capabilities));
    command.addAll(new Jvm(directory).command(Capable.class));
    assertThat(Jvm.output(command))
        .isEqualTo(
            """
            CapInh:0000000000000000
            CapPrm:0000000000000000
            CapEff:0000000000000000
            CapAmb:0000000000000000
            65534
            """);
  }

  /** What that JVM does. */
  static final class Capable {
    private Capable() {}

    public static void main(String[] arguments) throws Exception {
      var child =
          Child.run(
              o -> o.withUser("nobody"), "grep -E 'Cap(Inh|Prm|Eff|Amb)' /proc/self/status; id -u");
      System.out.print(child.output().replace("\t", ""));
    }
  }

  @Test
  void of_idsThatAreNone_areRefused() {
    // -1 means "leave it" to setresuid(2): the child would be root.
    for (var id : List.of("4294967295", "-1", "-0", "+0", "\u0660", "4294967296")) {
      assertThatThrownBy(() -> ProcessSpawner.of(Path.of("/bin/true"), o -> o.withUser(id)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no such user: " + id);
      assertThatThrownBy(() -> ProcessSpawner.of(Path.of("/bin/true"), o -> o.withGroup(id)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no such group: " + id);
    }
  }

  @Test
  void spawn_withTheLargestIds_hasThem() throws Exception {
    var child = Child.run(o -> o.withUser("4294967294").withGroup("4294967293"), WHO);
    assertThat(child.lines()).containsExactly("4294967294", "4294967293", "4294967293");
  }

  @Test
  void spawn_withUser_hasThatUsersGroups() throws Exception {
    var daemon = Credentials.user("daemon").orElseThrow();
    var child = Child.run(o -> o.withUser("daemon"), WHO);
    assertThat(child.lines())
        .containsExactly(
            String.valueOf(daemon.uid()), String.valueOf(daemon.gid()), expectedGroups("daemon"));
  }

  private static String expectedGroups(String user) throws Exception {
    return Jvm.output(List.of("id", "-G", user)).strip();
  }

  @Test
  void spawn_withExplicitGroups_hasExactlyThose() throws Exception {
    assertThat(Child.run(o -> o.withUser("nobody").withGroup("7").withGroups(List.of("8", "daemon")), WHO).lines())
        .containsExactly("65534", "7", "7 1 8");
  }

  @Test
  void spawn_withEmptyGroups_hasNone() throws Exception {
    assertThat(
            Child.run(o -> o.withUser("nobody").withGroups(List.of()), "grep Groups /proc/self/status")
                .output()
                .strip())
        .isEqualTo("Groups:");
  }

  @Test
  void spawn_withGroupAlone_keepsTheUser() throws Exception {
    assertThat(Child.run(o -> o.withGroup("7"), WHO).lines()).containsExactly("0", "7", "7");
  }

  @Test
  void spawn_withNumbersThatNoDatabaseHas_works() throws Exception {
    assertThat(Child.run(o -> o.withUser("54321").withGroup("54322"), WHO).lines())
        .containsExactly("54321", "54322", "54322");
    assertThatThrownBy(() -> ProcessSpawner.of(Path.of("/bin/true"), o -> o.withUser("54321")))
        .hasMessage("user 54321 is not in the database: its group must be given too");
    assertThatThrownBy(() -> ProcessSpawner.of(Path.of("/bin/true"), o -> o.withGroup("no-such")))
        .hasMessage("no such group: no-such");
  }

  @Test
  void spawn_inChroot_seesOnlyThat(@TempDir Path root) throws Exception {
    var shell = root.resolve("static");
    // /bin/sh needs its libraries, so the program is one that the chroot lacks.
    Files.writeString(shell, "");
    assertThatThrownBy(
            () ->
                ProcessSpawner.of(Path.of("/bin/sh"), o -> o.withChroot(root))
                    .spawn(ChildFd.devNull()))
        .hasMessageContaining("execve /bin/sh: No such file or directory (ENOENT)");
    assertThat(Path.of("/bin/sh")).exists(); // the JVM's root is where it was
    assertThat(Child.run(o -> o.withChroot(Path.of("/")).withDirectory(Path.of("/usr")), "pwd").output())
        .isEqualTo("/usr\n");
  }

  @Test
  void spawn_identityAndLimits_changeNothingInTheJvm() throws Exception {
    var before = state();
    Child.run(
        o ->
            o.withUser("nobody")
                .withUmask(077)
                .withNice(7)
                .withLimit(Limit.CORE, 0, 0)
                .withLimit(Limit.OPEN_FILES, 32, 32)
                .withDirectory(Path.of("/usr")),
        "true");
    assertThat(state()).isEqualTo(before);
  }

  private static String state() throws Exception {
    var status = Files.readString(Path.of("/proc/self/status"));
    var ids = status.lines().filter(l -> l.matches("(Uid|Gid|Groups|Umask|Cap.*|Sig(Ign|Cgt)):.*")).toList();
    var threads = new java.util.TreeSet<String>();
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      for (var task : (Iterable<Path>) tasks::iterator) {
        Files.readString(task.resolve("status")).lines().filter(l -> l.startsWith("Uid")).forEach(threads::add);
      }
    }
    return ids + "\n" + threads + Files.readString(Path.of("/proc/self/limits"))
        + Path.of("/proc/self/cwd").toRealPath() + Path.of("/proc/self/root").toRealPath();
  }
}
