package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers of logins and of encryption, started by the server. */
@Timeout(60)
class InteropShellsTest {
  @TempDir private Path directory;

  @Test
  void sshd_client_runsACommand() throws Exception {
    Programs.require("/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen");
    Programs.requireRoot("sshd");
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
    try (var served =
        Served.by("stream tcp nowait root /usr/sbin/sshd sshd -i -f %s".formatted(config))) {
      var port = String.valueOf(served.port());
      var answer =
          Programs.run(
              directory, "ssh", "-F", "none", "-q", "-p", port, "-i", "user", "-o",
              "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
              "UserKnownHostsFile=/dev/null", "root@127.0.0.1", "echo ssh-ok $SSH_CONNECTION");
      assertThat(answer).matches("ssh-ok 127.0.0.1 \\d+ 127.0.0.1 " + port + "\n");
      served.awaitEnd();
    }
  }

  @Test
  void tinysshd_keyscan_getsItsKey() throws Exception {
    Programs.require(
        "/usr/sbin/tinysshd", "/usr/sbin/tinysshd-makekey", "/usr/sbin/tinysshd-printkey",
        "/usr/bin/ssh-keyscan");
    var keys = directory.resolve("keys").toString();
    Programs.run(directory, "/usr/sbin/tinysshd-makekey", keys);
    var key = Programs.run(directory, "/usr/sbin/tinysshd-printkey", keys).strip();
    try (var served =
            Served.by("stream tcp nowait - /usr/sbin/tinysshd tinysshd %s".formatted(keys));
        var client = new Dialogue(served.port())) {
      assertThat(client.line()).startsWith("SSH-2.0-");
      assertThat(
              Programs.run(
                  directory, "ssh-keyscan", "-t", "ed25519", "-p", String.valueOf(served.port()),
                  "127.0.0.1"))
          .contains(key);
    }
  }

  @Test
  void telnetd_connect_negotiates() throws Exception {
    Programs.require("/usr/sbin/telnetd");
    Programs.requireRoot("telnetd");
    try (var served =
            Served.by("stream tcp nowait root /usr/sbin/telnetd telnetd -h -E /usr/bin/true");
        var client = Clients.connect(served.port())) {
      assertThat(client.getInputStream().read()).isEqualTo(0xff); // IAC
    }
  }

  @Test
  void uucpd_name_asksForThePassword() throws Exception {
    Programs.require("/usr/sbin/in.uucpd");
    Programs.requireRoot("in.uucpd");
    try (var served = Served.by("stream tcp nowait root /usr/sbin/in.uucpd in.uucpd");
        var client = Clients.connect(served.port())) {
      var in = client.getInputStream();
      assertThat(in.readNBytes(7)).asString(StandardCharsets.US_ASCII).isEqualTo("login: ");
      client.getOutputStream().write("nobody\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(in.readNBytes(9)).asString(StandardCharsets.US_ASCII).isEqualTo("Password:");
    }
  }

  @Test
  void stunnel_clientOfTls_reachesItsProgram() throws Exception {
    Programs.require("/usr/bin/stunnel4", "/usr/bin/openssl");
    Programs.run(
        directory, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout",
        "key.pem", "-out", "cert.pem");
    var config = directory.resolve("stunnel.conf");
    Files.writeString(
        config,
        """
        cert = %1$s/cert.pem
        key = %1$s/key.pem
        syslog = no
        exec = /usr/bin/head
        execArgs = head -n 1
        """
            .formatted(directory));
    try (var served = Served.by("stream tcp nowait - /usr/bin/stunnel4 stunnel4 %s".formatted(config))) {
      var client = served.with("echo over-tls | openssl s_client -quiet -connect 127.0.0.1:PORT");
      assertThat(Programs.run(directory, "sh", "-c", client)).contains("over-tls\n");
      served.awaitEnd();
    }
  }
}
