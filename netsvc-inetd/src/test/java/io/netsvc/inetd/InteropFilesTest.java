package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.linux.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers of files, started by the server, against real clients. */
@Timeout(60)
class InteropFilesTest {
  @TempDir private Path directory;
  private Path root;

  @BeforeEach
  void makeFiles() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    Files.writeString(root.resolve("index.html"), "<h1>hi</h1>\n");
    Files.writeString(root.resolve("file"), "content\n");
    Programs.readable(directory);
  }

  @Test
  void rsyncDaemon_copy_copiesTheTree() throws Exception {
    Programs.require("/usr/bin/rsync");
    // As root it would become nobody, who may not leave root's files to root; others become nobody.
    var identity = Credentials.effectiveUid() == 0 ? "uid = 0\ngid = 0\n" : "";
    var config = directory.resolve("rsyncd.conf");
    Files.writeString(config, "use chroot = no\n[m]\npath = %s\n%s".formatted(root, identity));
    try (var served =
        Served.by("stream tcp nowait - /usr/bin/rsync rsync --daemon --config=%s".formatted(config))) {
      var url = served.with("rsync://127.0.0.1:PORT/");
      assertThat(Programs.run(directory, "rsync", url)).startsWith("m ");
      Programs.run(directory, "rsync", "-a", url + "m/", "copy/");
    }
    assertThat(directory.resolve("copy/file")).hasContent("content\n");
  }

  @Test
  void tftpd_getTwice_bothWork() throws Exception {
    Programs.require("/usr/sbin/in.tftpd", "/usr/bin/tftp");
    Programs.requireRoot("in.tftpd");
    try (var served =
        Served.by("dgram udp wait root /usr/sbin/in.tftpd in.tftpd -s -u nobody %s".formatted(root))) {
      for (int i = 0; i < 2; i++) {
        Programs.run(
            directory, "tftp", "-m", "octet", "127.0.0.1", String.valueOf(served.port()), "-c",
            "get", "file", "got" + i);
        assertThat(directory.resolve("got" + i)).hasContent("content\n");
      }
    }
    // It would linger for 15 minutes; what it forked for a transfer ends by itself, and soon.
    Programs.awaitNone(root.toString());
  }

  @Test
  void microHttpd_curl_getsThePage() throws Exception {
    Programs.require("/usr/sbin/micro-httpd", "/usr/bin/curl");
    try (var served =
        Served.by(
            "stream tcp nowait %s /usr/sbin/micro-httpd micro-httpd %s"
                .formatted(Programs.nobody(), root))) {
      var page = Programs.run(directory, "curl", "-si", "--http1.0", served.with("http://127.0.0.1:PORT/"));
      assertThat(page).startsWith("HTTP/1.0 200 Ok\r\n").endsWith("<h1>hi</h1>\n");
    }
  }

  @Test
  void busyboxHttpd_curl_getsThePage() throws Exception {
    Programs.require("/usr/bin/busybox", "/usr/bin/curl");
    try (var served =
        Served.by(
            "stream tcp nowait %s /usr/bin/busybox busybox httpd -i -h %s"
                .formatted(Programs.nobody(), root))) {
      assertThat(Programs.run(directory, "curl", "-s", served.with("http://127.0.0.1:PORT/index.html")))
          .isEqualTo("<h1>hi</h1>\n");
    }
  }

  @Test
  void gophernicus_emptySelector_listsTheMenu() throws Exception {
    Programs.require("/usr/sbin/gophernicus");
    int port = Programs.freePort();
    try (var served =
        Served.at(
            port,
            "stream tcp nowait %s /usr/sbin/gophernicus gophernicus -h localhost -p %d -r %s -nv -nu"
                .formatted(Programs.nobody(), port, root))) {
      assertThat(served.ask("\r\n")).contains("\t/index.html\tlocalhost\t" + port + "\r\n").endsWith(".\r\n");
      assertThat(served.ask("/file\r\n")).isEqualTo("content\r\n");
    }
  }

  @Test
  void proftpd_curl_getsTheFile() throws Exception {
    Programs.require("/usr/sbin/proftpd", "/usr/bin/curl", "/usr/bin/openssl");
    Programs.requireRoot("proftpd");
    var hash = Programs.run(directory, "openssl", "passwd", "-6", "pw").strip();
    var passwords = directory.resolve("passwd");
    Files.writeString(passwords, "bob:%s:65534:65534::%s:/bin/false\n".formatted(hash, root));
    Programs.ownersAlone(passwords); // else it does not believe them
    var config = directory.resolve("proftpd.conf");
    Files.writeString(
        config,
        """
        ServerType inetd
        ServerName test
        UseIPv6 off
        User nobody
        Group nogroup
        ScoreboardFile %1$s/scoreboard
        DelayTable %1$s/delay
        SystemLog none
        TransferLog none
        WtmpLog off
        AuthOrder mod_auth_file.c
        AuthUserFile %1$s/passwd
        RequireValidShell off
        """
            .formatted(directory));
    try (var served =
        Served.by("stream tcp nowait root /usr/sbin/proftpd proftpd -c %s".formatted(config))) {
      assertThat(Programs.run(directory, "curl", "-s", served.with("ftp://bob:pw@127.0.0.1:PORT/file")))
          .isEqualTo("content\n");
      served.awaitEnd();
    }
  }

  @Test
  void vsftpd_curl_getsTheFile() throws Exception {
    Programs.require("/usr/local/sbin/vsftpd", "/usr/bin/curl");
    Programs.requireRoot("vsftpd");
    var config = directory.resolve("vsftpd.conf");
    Files.writeString(
        config,
        """
        listen=NO
        anonymous_enable=YES
        anon_root=%s
        ftp_username=daemon
        nopriv_user=nobody
        secure_chroot_dir=%s
        xferlog_enable=NO
        """
            .formatted(root, Files.createDirectory(directory.resolve("empty"))));
    try (var served =
        Served.by("stream tcp nowait root /usr/local/sbin/vsftpd vsftpd %s".formatted(config))) {
      assertThat(Programs.run(directory, "curl", "-s", served.with("ftp://127.0.0.1:PORT/file")))
          .isEqualTo("content\n");
      served.awaitEnd();
    }
    Programs.awaitNone(config.toString());
  }
}
