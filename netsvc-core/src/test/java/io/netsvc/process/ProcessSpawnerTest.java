package io.netsvc.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.Errno;
import io.netsvc.net.Connection;
import io.netsvc.net.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProcessSpawnerTest {

  private record Session(String output, ExitStatus exit) {}

  /** Runs a shell script on an accepted TCP connection and returns what the client reads. */
  private static Session onSocket(String script, UnaryOperator<SpawnOptions> options)
      throws Exception {
    var spawner =
        ProcessSpawner.of(
            Path.of("/bin/sh"),
            o -> options.apply(o.withArguments(List.of("-sh", "-c", script))
                .withEnvironment(Map.of("PATH", "/usr/bin:/bin"))));
    var accepted = new CompletableFuture<Connection>();
    try (var listener =
        Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      listener.onAccept(accepted::complete);
      var address = (InetSocketAddress) listener.localAddress();
      try (var client = new Socket(address.getAddress(), address.getPort())) {
        SpawnedProcess process;
        try (var connection = accepted.get(10, TimeUnit.SECONDS)) {
          process = spawner.spawn(ChildFd.of(connection));
        }
        client.shutdownOutput();
        var output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Session(output, process.awaitExit());
      }
    }
  }

  @Test
  void spawn_onConnection_childHasTheSocketAndNothingElse() throws Exception {
    var session = onSocket("readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2; ls /proc/$$/fd", o -> o);
    var lines = session.output().lines().toList();
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).startsWith("socket:[");
    assertThat(lines.subList(0, 3)).containsOnly(lines.get(0));
    assertThat(lines.subList(3, 6)).containsExactly("0", "1", "2");
    assertThat(session.exit().success()).isTrue();
  }

  @Test
  void spawn_byDefault_signalsAreDefaultAndEnvironmentIsExact() throws Exception {
    var session =
        onSocket("grep -E '^Sig(Blk|Ign)' /proc/self/status; echo $0; pwd; umask; ulimit -Sn", o -> o);
    assertThat(session.output().replace("\t", ""))
        .isEqualTo(
            """
            SigBlk:0000000000000000
            SigIgn:0000000000000000
            -sh
            /
            0022
            1024
            """);
  }

  @Test
  void spawn_withEnvironment_childHasExactlyThat() throws Exception {
    var env =
        ProcessSpawner.of(
            Path.of("/usr/bin/env"), o -> o.withEnvironment(Map.of("A", "1", "B", "x=y\nz")));
    assertThat(Child.run(env).lines()).containsExactlyInAnyOrder("A=1", "B=x=y", "z");
    assertThat(Child.run(ProcessSpawner.of(Path.of("/usr/bin/env"), o -> o)).output()).isEmpty();
  }

  @Test
  void spawn_withoutAnyArgument_starts() throws Exception {
    var bare = ProcessSpawner.of(Path.of("/bin/true"), o -> o.withArguments(List.of()));
    assertThat(Child.run(bare).exit().success()).isTrue();
  }

  @Test
  void spawn_asNobody_idsAreFullyChanged() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root");
    var nobody = Credentials.user("nobody").orElseThrow();
    var session =
        onSocket(
            "grep -E '^(Uid|Gid|CapEff|CapPrm|NoNewPrivs)' /proc/self/status; umask; nice; ulimit -n",
            o ->
                o.withUser("nobody")
                    .withUmask(0027)
                    .withNice(5)
                    .withNoNewPrivileges()
                    .withLimit(Limit.OPEN_FILES, 64, 64));
    var u = String.valueOf(nobody.uid());
    var g = String.valueOf(nobody.gid());
    assertThat(session.output())
        .isEqualTo(
            "Uid:\t" + String.join("\t", u, u, u, u) + "\nGid:\t" + String.join("\t", g, g, g, g)
                + "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n"
                + "0027\n5\n64\n");
    assertThat(Files.readString(Path.of("/proc/self/status"))).contains("Uid:\t0\t0\t0\t0");
  }

  @Test
  void spawn_missingProgram_namesStepAndErrno() {
    var spawner = ProcessSpawner.of(Path.of("/no/such/program"), o -> o);
    assertThatThrownBy(() -> spawner.spawn(ChildFd.inherit(0)))
        .isInstanceOfSatisfying(
            SpawnException.class,
            e -> {
              assertThat(e.errno()).isEqualTo(Errno.ENOENT);
              assertThat(e.step()).isEqualTo("execve /no/such/program");
            })
        .hasMessage(
            "spawn /no/such/program: execve /no/such/program: No such file or directory (ENOENT)");
  }

  @Test
  void spawn_missingDirectory_namesStep() {
    var spawner = ProcessSpawner.of(Path.of("/bin/true"), o -> o.withDirectory(Path.of("/no/dir")));
    assertThatThrownBy(() -> spawner.spawn(ChildFd.inherit(0)))
        .isInstanceOfSatisfying(
            SpawnException.class, e -> assertThat(e.step()).isEqualTo("chdir /no/dir"));
  }

  @Test
  void of_unknownUser_isRefused() {
    assertThatThrownBy(() -> ProcessSpawner.of(Path.of("/bin/true"), o -> o.withUser("no-such-user")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no such user: no-such-user");
  }

  @Test
  void awaitExit_codeAndSignal_areKeptApart() throws Exception {
    assertThat(onSocket("exit 9", o -> o).exit()).isInstanceOfSatisfying(
        ExitStatus.Exited.class, e -> assertThat(e.code()).isEqualTo(9));
    assertThat(onSocket("kill -9 $$", o -> o).exit()).isInstanceOfSatisfying(
        ExitStatus.Signaled.class, e -> assertThat(e.signal()).isEqualTo(9));
  }

  @Test
  void signal_runningProcess_endsIt() throws Exception {
    var spawner = ProcessSpawner.of(Path.of("/bin/sleep"), o -> o.withArguments(List.of("sleep", "60")));
    var process = spawner.spawn(ChildFd.inherit(0));
    assertThat(process.awaitExit(Duration.ZERO)).isEmpty();
    process.signal(15);
    assertThat(process.awaitExit()).isInstanceOf(ExitStatus.Signaled.class);
    process.signal(15); // after the end: nothing
  }

  @Test
  void spawn_manyTimes_leaksNoFdAndNoZombie() throws Exception {
    var spawner = ProcessSpawner.of(Path.of("/bin/true"), o -> o);
    spawner.spawn(ChildFd.inherit(0)).awaitExit();
    long before = fds();
    for (int i = 0; i < 100; i++) {
      spawner.spawn(ChildFd.inherit(0)).awaitExit();
    }
    assertThat(fds()).isLessThanOrEqualTo(before);
    var children = Files.readString(Path.of("/proc/self/task/" + ProcessHandle.current().pid() + "/children"));
    assertThat(children.strip()).isEmpty();
  }

  @Test
  void spawn_besideProcessBuilder_bothSeeTheirOwnChildren() throws Exception {
    var jdk = new ProcessBuilder("/bin/sh", "-c", "exit 7").start();
    var ours = ProcessSpawner.of(Path.of("/bin/true"), o -> o).spawn(ChildFd.inherit(0));
    assertThat(jdk.waitFor()).isEqualTo(7);
    assertThat(ours.awaitExit().success()).isTrue();
  }

  private static long fds() throws Exception {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }
}
