package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers of mail and news, started by the server. */
@Timeout(60)
class InteropMailTest {
  @TempDir private Path directory;

  @Test
  void exim_message_isQueued() throws Exception {
    Programs.require("/usr/sbin/exim4");
    Programs.requireRoot("exim4");
    Programs.readable(directory);
    var spool = Programs.writable(Files.createDirectory(directory.resolve("spool")));
    var config = directory.resolve("exim.conf");
    Files.writeString(
        config,
        """
        primary_hostname = mail.test
        spool_directory = %1$s
        log_file_path = %1$s/%%slog
        keep_environment =
        queue_only = true
        acl_smtp_rcpt = everybody
        begin acl
        everybody:
          accept
        """
            .formatted(spool));
    try (var served =
            Served.by("stream tcp nowait root /usr/sbin/exim4 exim4 -C %s -bs".formatted(config));
        var client = new Dialogue(served.port())) {
      assertThat(client.line()).startsWith("220 mail.test ESMTP Exim ");
      assertThat(client.say("EHLO a.test")).startsWith("250-mail.test Hello a.test [127.0.0.1]");
      client.awaitLine("250 .*");
      assertThat(client.say("MAIL FROM:<a@a.test>")).isEqualTo("250 OK");
      assertThat(client.say("RCPT TO:<b@mail.test>")).isEqualTo("250 Accepted");
      assertThat(client.say("DATA")).startsWith("354 ");
      assertThat(client.say("Subject: x\r\n\r\nthe text\r\n.")).startsWith("250 OK id=");
      assertThat(client.say("QUIT")).startsWith("221 ");
      assertThat(client.line()).isNull();
      served.awaitEnd();
    }
    try (var queue = Files.newDirectoryStream(spool.resolve("input"), "*-D")) {
      assertThat(Files.readString(queue.iterator().next())).contains("the text\n");
    }
  }

  @Test
  void popa3d_quit_saysGoodbye() throws Exception {
    Programs.require("/usr/sbin/popa3d");
    Programs.requireRoot("popa3d");
    try (var served = Served.by("stream tcp nowait root /usr/sbin/popa3d popa3d")) {
      assertThat(served.ask("QUIT\r\n")).isEqualTo("+OK\r\n+OK\r\n");
      served.awaitEnd();
    }
  }

  @Test
  void leafnode_connect_greets() throws Exception {
    Programs.require("/usr/sbin/leafnode");
    Programs.requireRoot("leafnode");
    // Without a name of its own for the machine it says so, and ends.
    try (var served = Served.by("stream tcp nowait news /usr/sbin/leafnode leafnode");
        var client = new Dialogue(served.port())) {
      assertThat(client.line()).matches("(20[01]|503) Leafnode .*");
    }
  }
}
