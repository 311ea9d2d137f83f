package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.linux.Credentials;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, started by the server, against their real clients. */
@Timeout(60)
class InteropTest {
  @TempDir private Path directory;

  private static InetdServer serve(String line) {
    var server = InetdServer.start(InetdConfig.parse("inetd.conf", line + '\n'));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  @Test
  void gitDaemon_clone_copiesTheRepository() throws Exception {
    Programs.require("/usr/bin/git");
    var work = Files.createDirectory(directory.resolve("work"));
    Programs.run(work, "git", "init", "-q", "-b", "main", ".");
    Files.writeString(work.resolve("hello"), "hello\n");
    Programs.run(work, "git", "add", "hello");
    Programs.run(
        work, "git", "-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "-qm", "one");
    int port = Programs.freePort();
    try (var _ =
        serve(
            "127.0.0.1:%d stream tcp nowait - /usr/bin/git git daemon --inetd --export-all --base-path=%s"
                .formatted(port, directory))) {
      Programs.run(directory, "git", "clone", "-q", "git://127.0.0.1:" + port + "/work", "copy");
    }
    assertThat(directory.resolve("copy/hello")).hasContent("hello\n");
  }

  @Test
  void rsyncDaemon_copy_copiesTheTree() throws Exception {
    Programs.require("/usr/bin/rsync");
    var module = Files.createDirectory(directory.resolve("module"));
    Files.writeString(module.resolve("data"), "rsync\n");
    var config = directory.resolve("rsyncd.conf");
    // As root it would become nobody, who cannot reach the test's files; others cannot become anybody.
    var identity = Credentials.effectiveUid() == 0 ? "uid = 0\ngid = 0\n" : "";
    Files.writeString(config, "use chroot = no\n[m]\npath = %s\n%s".formatted(module, identity));
    int port = Programs.freePort();
    try (var _ =
        serve(
            "127.0.0.1:%d stream tcp nowait - /usr/bin/rsync rsync --daemon --config=%s"
                .formatted(port, config))) {
      Programs.run(directory, "rsync", "-a", "rsync://127.0.0.1:" + port + "/m/", "copy/");
    }
    assertThat(directory.resolve("copy/data")).hasContent("rsync\n");
  }

  @Test
  void tftpd_getTwice_bothWork() throws Exception {
    Programs.require("/usr/sbin/in.tftpd", "/usr/bin/tftp");
    assumeTrue(Credentials.effectiveUid() == 0, "in.tftpd needs root");
    var root = Files.createTempDirectory(Path.of("/var/tmp"), "netsvc-tftp");
    try {
      Files.setPosixFilePermissions(
          root, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.writeString(root.resolve("file"), "tftp\n");
      int port = Programs.freePort();
      try (var _ =
          serve(
              "127.0.0.1:%d dgram udp wait root /usr/sbin/in.tftpd in.tftpd -s -u nobody %s"
                  .formatted(port, root))) {
        for (int i = 0; i < 2; i++) {
          Programs.run(
              directory, "tftp", "-m", "octet", "127.0.0.1", String.valueOf(port), "-c", "get",
              "file", "got" + i);
          assertThat(directory.resolve("got" + i)).hasContent("tftp\n");
        }
      }
      // It would linger for 15 minutes; what it forked for a transfer ends by itself, and soon.
      long deadlineNanos = System.nanoTime() + 10_000_000_000L;
      while (!Programs.running(root.toString()).isEmpty() && deadlineNanos - System.nanoTime() > 0) {
        Thread.onSpinWait();
      }
      assertThat(Programs.running(root.toString())).isEmpty();
    } finally {
      Files.deleteIfExists(root.resolve("file"));
      Files.delete(root);
    }
  }

  @Test
  void microHttpd_curl_getsThePage() throws Exception {
    Programs.require("/usr/sbin/micro-httpd", "/usr/bin/curl");
    Files.writeString(directory.resolve("index.html"), "<h1>hi</h1>\n");
    int port = Programs.freePort();
    try (var _ =
        serve(
            "127.0.0.1:%d stream tcp nowait - /usr/sbin/micro-httpd micro-httpd %s"
                .formatted(port, directory))) {
      var page =
          Programs.run(directory, "curl", "-s", "--http1.0", "http://127.0.0.1:" + port + "/index.html");
      assertThat(page).isEqualTo("<h1>hi</h1>\n");
    }
  }

  @Test
  void telnetd_connect_negotiates() throws Exception {
    Programs.require("/usr/sbin/telnetd");
    assumeTrue(Credentials.effectiveUid() == 0, "telnetd needs root");
    int port = Programs.freePort();
    try (var _ =
            serve(
                "127.0.0.1:%d stream tcp nowait root /usr/sbin/telnetd telnetd -h -E /usr/bin/true"
                    .formatted(port));
        var client = new Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
      assertThat(client.getInputStream().read()).isEqualTo(0xff); // IAC
    }
  }

  @Test
  void sshd_client_runsACommand() throws Exception {
    Programs.require("/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen");
    assumeTrue(Credentials.effectiveUid() == 0, "sshd needs root");
    Files.createDirectories(Path.of("/run/sshd"));
    for (var key : new String[] {"host", "user"}) {
      Programs.run(directory, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
    }
    var config = directory.resolve("sshd_config");
    Files.writeString(
        config,
        """
        HostKey %1$s/host
        AuthorizedKeysFile %1$s/user.pub
        StrictModes no
        PermitRootLogin yes
        UsePAM no
        PidFile none
        """
            .formatted(directory));
    int port = Programs.freePort();
    try (var server =
        serve(
            "127.0.0.1:%d stream tcp nowait root /usr/sbin/sshd sshd -i -f %s"
                .formatted(port, config))) {
      var answer =
          Programs.run(
              directory, "ssh", "-F", "none", "-q", "-p", String.valueOf(port), "-i", "user", "-o",
              "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
              "root@127.0.0.1", "echo ssh-ok $SSH_CONNECTION");
      assertThat(answer).matches("ssh-ok 127.0.0.1 \\d+ 127.0.0.1 " + port + "\n");
      Programs.await("its end", () -> server.services().getFirst().running() == 0);
    }
  }
}
