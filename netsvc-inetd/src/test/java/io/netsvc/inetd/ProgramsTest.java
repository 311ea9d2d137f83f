package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.ask;
import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.linux.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Own programs as the services of every kind of entry. */
@Timeout(60)
class ProgramsTest {
  private Path directory = Path.of("");

  /** A place that any user can reach, unlike a temporary directory of the test's user. */
  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createTempDirectory(Path.of("/var/tmp"), "netsvc-test");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void removeDirectory() throws Exception {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static InetdServer serve(String line) {
    var server = InetdServer.start(InetdConfig.parse("c", line + '\n'));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  @Test
  void environment_isTheServiceUsers_andNothingElse() throws Exception {
    int port = Programs.freePort();
    var self = Credentials.user(String.valueOf(Credentials.effectiveUid())).orElseThrow();
    try (var _ = serve("127.0.0.1:" + port + " stream tcp nowait - /usr/bin/env")) {
      assertThat(ask(port, "").lines())
          .containsExactlyInAnyOrder(
              "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
              "USER=" + self.name(),
              "LOGNAME=" + self.name(),
              "HOME=" + self.home(),
              "SHELL=" + self.shell());
    }
  }

  @Test
  void ownProgram_asNobody_isNobodyWithNobodysEnvironment() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "another user needs root");
    var nobody = Credentials.user("nobody").orElseThrow();
    var script = Programs.script(directory.resolve("who"), "echo $(id -u) $(id -G) $HOME $USER $LOGNAME $SHELL\n");
    int port = Programs.freePort();
    try (var _ = serve("127.0.0.1:" + port + " stream tcp nowait nobody " + script)) {
      assertThat(ask(port, ""))
          .isEqualTo(
              "%d %d %s nobody nobody %s\n"
                  .formatted(nobody.uid(), nobody.gid(), nobody.home(), nobody.shell()));
    }
  }

  @Test
  void fingerd_client_getsTheAnswer() throws Exception {
    Programs.require("/usr/sbin/in.fingerd");
    var user = Credentials.effectiveUid() == 0 ? "nobody" : "-"; // it drops root by itself, too
    var finger = Programs.script(directory.resolve("finger"), "echo \"fingered $*\"\n");
    int port = Programs.freePort();
    try (var _ =
        serve(
            "127.0.0.1:%d stream tcp nowait %s /usr/sbin/in.fingerd in.fingerd -p %s"
                .formatted(port, user, finger))) {
      assertThat(ask(port, "root\r\n")).isEqualTo("fingered root\n");
    }
  }

  @Test
  void homePath_isTheServiceUsers() throws Exception {
    var home = Path.of(Credentials.user(String.valueOf(Credentials.effectiveUid())).orElseThrow().home());
    assumeTrue(Files.isWritable(home), "needs a home directory");
    var script = Programs.script(Files.createTempFile(home, "netsvc", ".sh"), "echo \"$0\"\n");
    int port = Programs.freePort();
    try (var _ = serve("127.0.0.1:" + port + " stream tcp nowait - ~/" + script.getFileName())) {
      assertThat(ask(port, "")).isEqualTo(script + "\n");
    } finally {
      Files.delete(script);
    }
  }

  @Test
  void waitStream_secondStart_isANewProcess() throws Exception {
    Programs.require("/usr/bin/perl");
    var script = directory.resolve("serve.pl");
    Files.writeString(
        script, "open(S,'+<&=0') or die; for (1..2) { accept(C,S) or die; print {*C} $$; close(C); }\n");
    int port = Programs.freePort();
    try (var log = new Log();
        var server =
            serve("127.0.0.1:" + port + " stream tcp wait - /usr/bin/perl perl " + script)) {
      var first = ask(port, "");
      assertThat(ask(port, "")).isEqualTo(first);
      var third = ask(port, "");
      assertThat(third).isNotEqualTo(first);
      assertThat(ask(port, "")).isEqualTo(third);
      Programs.await("ended", () -> server.services().getFirst().running() == 0);
      assertThat(log.text()).doesNotContain("needs nowait");
    }
  }

  @Test
  void waitStream_manyQuickSuccesses_areNotPunished() throws Exception {
    Programs.require("/usr/bin/perl");
    int port = Programs.freePort();
    var accept = "open(S,'+<&=0');accept(C,S);print{*C}'x'";
    try (var log = new Log();
        var _ = serve("127.0.0.1:" + port + " stream tcp wait - /usr/bin/perl perl -e \"" + accept + '"')) {
      for (int i = 0; i < 20; i++) {
        assertThat(ask(port, "")).isEqualTo("x");
      }
      assertThat(log.text()).doesNotContain("WARN");
    }
  }

  @Test
  void oldestForm_programDoesNotAccept_logSuggestsNowait() throws Exception {
    var script = Programs.script(directory.resolve("my-program"), "echo hello\nread x\n");
    int port = Programs.freePort();
    try (var log = new Log();
        var _ = serve("127.0.0.1:" + port + " stream tcp wait - " + script);
        var _ = connect(port)) {
      Programs.await("the hint", () -> log.text().contains("needs nowait"));
      assertThat(log.text()).containsOnlyOnce("needs nowait").contains("service=" + port + "/tcp");
    }
  }

  @Test
  void waitDatagram_programDoesNotRead_backsOffAndSaysSo() throws Exception {
    int port = Programs.freePort();
    try (var log = new Log();
        var server = serve("127.0.0.1:" + port + " dgram udp wait - /bin/false");
        var client = new java.net.DatagramSocket()) {
      client.send(
          new java.net.DatagramPacket(
              new byte[1], 1, java.net.InetAddress.getLoopbackAddress(), port));
      Programs.await("the pause", () -> log.text().contains("pausing service=" + port + "/udp"));
      assertThat(log.text()).contains("must read the datagram from fd 0");
      assertThat(server.services().getFirst().started()).isLessThan(10);
    }
  }
}
