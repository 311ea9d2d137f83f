package io.netsvc.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.ParameterizedTest;
import java.util.Locale;
import java.nio.charset.StandardCharsets;
import io.netsvc.linux.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engines that stand in where a machine has no listing, forced on one that has. */
@Timeout(60)
class SpawnEngineTest {

  @AfterEach
  void unforced() {
    System.clearProperty(SpawnEngine.PROPERTY);
  }

  private static Child run(String engine, UnaryOperator<SpawnOptions> options, String script)
      throws Exception {
    System.setProperty(SpawnEngine.PROPERTY, engine);
    return Child.run(options, script);
  }

  @Test
  void posixSpawn_plainChild_hasItsFdsSignalsSessionAndDirectory() throws Exception {
    var child =
        run(
            "posix-spawn",
            o -> o.withDirectory(Path.of("/usr")),
            "ls /proc/$$/fd; pwd; grep -E '^Sig(Blk|Ign)' /proc/self/status; "
                + "[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && env | grep -v -E '^(PWD|OLDPWD|SHLVL|_)='; exit 5");
    assertThat(child.lines())
        .containsExactly(
            "0", "1", "2", "/usr", "SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000",
            "PATH=/usr/bin:/bin");
    assertThat(child.exit().toString()).isEqualTo("exit status 5");
  }

  @Test
  void posixSpawn_missingProgram_hasTheErrno() {
    System.setProperty(SpawnEngine.PROPERTY, "posix-spawn");
    var spawner = ProcessSpawner.of(Path.of("/no/program"), o -> o);
    assertThat(spawner.engine()).isEqualTo(SpawnEngine.POSIX_SPAWN);
    assertThatThrownBy(() -> spawner.spawn(ChildFd.devNull()))
        .hasMessage("spawn /no/program: posix_spawn: No such file or directory (ENOENT)");
  }

  @Test
  void posixSpawn_whatItCannotDo_isRefused() {
    System.setProperty(SpawnEngine.PROPERTY, "posix-spawn");
    Map<String, UnaryOperator<SpawnOptions>> refused =
        Map.of(
            "umask", o -> o.withUmask(0),
            "nice", o -> o.withNice(1),
            "limits", o -> o.withLimit(Limit.CORE, 0, 0),
            "chroot", o -> o.withChroot(Path.of("/")),
            "terminal", SpawnOptions::withTerminal,
            "passed fds", o -> o.withPassedFds(List.of("one")),
            "identity", o -> o.withGroups(List.of()),
            "no_new_privs", SpawnOptions::withNoNewPrivileges);
    refused.forEach(
        (what, options) ->
            assertThatThrownBy(() -> ProcessSpawner.of(Path.of("/bin/true"), options))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("cannot start programs so here: POSIX_SPAWN: " + what));
  }

  @Test
  void setpriv_withUser_childIsThatUser() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv(1)");
    var child =
        run(
            "setpriv",
            o -> o.withUser("nobody").withGroups(List.of()).withNoNewPrivileges(),
            "grep -E '^(Uid|Gid|Groups|NoNewPrivs|SigIgn)' /proc/self/status; ls /proc/$$/fd");
    assertThat(child.output().replaceAll("[ \t]+", " "))
        .isEqualTo(
            """
            Uid: 65534 65534 65534 65534
            Gid: 65534 65534 65534 65534
            Groups:\s
            SigIgn: 0000000000000000
            NoNewPrivs: 1
            0
            1
            2
            """);
  }

  @Test
  void setpriv_environment_isForTheProgramAlone() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv(1)");
    // ld.so of a process that had this would complain on fd 2; the shell, its program, does.
    var child =
        run(
            "setpriv",
            o -> o.withUser("nobody").withEnvironment(Map.of("LD_PRELOAD", "/no/such.so")),
            "echo \"$LD_PRELOAD\"");
    assertThat(child.lines()).hasSize(2);
    assertThat(child.lines().getFirst()).contains("/no/such.so");
    assertThat(child.lines().getLast()).isEqualTo("/no/such.so");
  }

  @ParameterizedTest
  @ValueSource(strings = {"system-calls", "posix-spawn", "setpriv"})
  void spawn_withVariables_theyAreThisStartsAlone(String engine) throws Exception {
    assumeTrue(!engine.equals("setpriv") || Credentials.effectiveUid() == 0, "needs root");
    System.setProperty(SpawnEngine.PROPERTY, engine);
    var template = Map.of("A", "template", "B", "stays");
    var env =
        ProcessSpawner.of(
            Path.of("/usr/bin/printenv"),
            o -> {
              var options = o.withEnvironment(template).withArguments(List.of("printenv", "A", "B", "C"));
              return engine.equals("setpriv") ? options.withUser("nobody") : options;
            });
    assertThat(env.engine().name()).isEqualTo(engine.replace('-', '_').toUpperCase(Locale.ROOT));
    for (int i = 0; i < 3; i++) {
      assertThat(printed(env, Map.of("C", "c " + i))).containsExactly("template", "stays", "c " + i);
      assertThat(printed(env, Map.of())).containsExactly("template", "stays");
    }
    assertThatThrownBy(() -> printed(env, Map.of("=", "x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"system-calls", "posix-spawn", "setpriv"})
  void spawn_variableOfTheTemplatesName_replacesIt(String engine) throws Exception {
    assumeTrue(!engine.equals("setpriv") || Credentials.effectiveUid() == 0, "needs root");
    System.setProperty(SpawnEngine.PROPERTY, engine);
    var environ =
        ProcessSpawner.of(
            Path.of("/bin/cat"),
            o -> {
              var options =
                  o.withEnvironment(Map.of("A", "template", "AB", "stays", "B", ""))
                      .withArguments(List.of("cat", "/proc/self/environ"));
              return engine.equals("setpriv") ? options.withUser("nobody") : options;
            });
    for (int i = 0; i < 3; i++) {
      assertThat(entries(environ, Map.of("A", "a=" + i, "B", "b")))
          .containsExactlyInAnyOrder("A=a=" + i, "AB=stays", "B=b");
      assertThat(entries(environ, Map.of())).containsExactlyInAnyOrder("A=template", "AB=stays", "B=");
    }
  }

  @Test
  void spawn_variablesAboutPassedFds_areTheSpawnersAlone() throws Exception {
    var environ =
        ProcessSpawner.of(
            Path.of("/bin/cat"),
            o -> o.withArguments(List.of("cat", "/proc/self/environ")).withPassedFds(List.of("one")));
    var output = ChildFd.pipe();
    var process =
        environ.spawn(
            Map.of("LISTEN_PID", "1", "LISTEN_FDS", "9", "LISTEN_FDNAMES", "x", "A", "a"),
            ChildFd.devNull(), output, ChildFd.devNull(), ChildFd.devNull());
    var text = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(text.split("\0"))
        .containsExactlyInAnyOrder(
            "A=a", "LISTEN_FDS=1", "LISTEN_FDNAMES=one", "LISTEN_PID=" + process.pid());
  }

  private static List<String> entries(ProcessSpawner environ, Map<String, String> variables)
      throws Exception {
    return printed(environ, variables).stream().flatMap(all -> Stream.of(all.split("\0"))).toList();
  }

  private static List<String> printed(ProcessSpawner spawner, Map<String, String> variables)
      throws Exception {
    var process =
        spawner.spawn(variables, ChildFd.devNull(), ChildFd.pipe(), ChildFd.devNull());
    var text = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
    var _ = process.awaitExit();
    return text.lines().toList();
  }

  @Test
  void engine_nothingForced_isTheListing() {
    assertThat(ProcessSpawner.of(Path.of("/bin/true"), o -> o).engine())
        .isEqualTo(SpawnEngine.SYSTEM_CALLS);
  }
}
