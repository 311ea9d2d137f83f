package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real programs that answer a question or two, started by the server. */
@Timeout(60)
class InteropSmallTest {
  private static final String NOBODY = Programs.nobody();

  @TempDir private Path directory;

  @Test
  void fingerd_query_describesTheUser() throws Exception {
    Programs.require("/usr/sbin/in.fingerd", "/usr/bin/finger");
    try (var served = Served.by("stream tcp nowait %s /usr/sbin/in.fingerd in.fingerd".formatted(NOBODY))) {
      assertThat(served.ask("root\r\n")).startsWith("Login: root ");
    }
  }

  @Test
  void tcpd_query_startsItsArgumentZero() throws Exception {
    Programs.require("/usr/sbin/tcpd", "/usr/sbin/in.fingerd", "/usr/bin/finger");
    try (var served = Served.by("stream tcp nowait - /usr/sbin/tcpd /usr/sbin/in.fingerd")) {
      assertThat(served.ask("root\r\n")).startsWith("Login: root ");
    }
  }

  @Test
  void tryFrom_connect_seesTheClient() throws Exception {
    Programs.require("/usr/sbin/try-from");
    try (var served = Served.by("stream tcp nowait %s /usr/sbin/try-from try-from".formatted(NOBODY))) {
      assertThat(served.ask("").lines())
          .contains("client address  (%a): 127.0.0.1", "server process  (%d): try-from");
    }
  }

  @Test
  void nullidentd_query_saysTheName() throws Exception {
    Programs.require("/usr/sbin/nullidentd");
    try (var served =
        Served.by("stream tcp nowait %s /usr/sbin/nullidentd nullidentd bob".formatted(NOBODY))) {
      assertThat(served.ask("1234, 5678\r\n")).isEqualTo("1234, 5678 : USERID : UNIX : bob\r\n");
    }
  }

  @Test
  void dbskkd_query_saysItsVersion() throws Exception {
    Programs.require("/usr/sbin/dbskkd-cdb");
    try (var served =
        Served.by("stream tcp nowait %s /usr/sbin/dbskkd-cdb dbskkd-cdb".formatted(NOBODY))) {
      assertThat(served.ask("2")).startsWith("dbskkd-cdb-");
      assertThat(served.ask("1a ")).startsWith("1/").contains(";alpha/");
    }
  }

  /** The program answers to the address within the message, from the socket that it was given. */
  @Test
  void talkd_lookUp_answers() throws Exception {
    Programs.require("/usr/sbin/talkd");
    try (var served = Served.by("dgram udp wait %s /usr/sbin/talkd talkd".formatted(NOBODY));
        var client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      client.setSoTimeout(20_000);
      var message = ByteBuffer.allocate(84);
      message.put((byte) 1).put((byte) 1).putShort((short) 0).putInt(7); // version, LOOK_UP, id
      for (int i = 0; i < 2; i++) { // who talks, and where the answer goes
        message.putShort((short) 2).putShort((short) client.getLocalPort());
        message.put(InetAddress.getLoopbackAddress().getAddress()).putLong(0);
      }
      message.putInt(1);
      message.put(48, "alice".getBytes(StandardCharsets.US_ASCII));
      message.put(60, "bob".getBytes(StandardCharsets.US_ASCII));
      var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), served.port());
      client.send(new DatagramPacket(message.array(), 84, server));
      var answer = new DatagramPacket(new byte[100], 100);
      client.receive(answer);
      assertThat(answer.getLength()).isEqualTo(24);
      assertThat(answer.getPort()).isEqualTo(served.port());
      assertThat(Arrays.copyOf(answer.getData(), 3)).containsExactly(1, 1, 1); // NOT_HERE
    }
  }

  @Test
  void date_connect_saysTheTime() throws Exception {
    try (var served = Served.by("stream tcp nowait %s /bin/date date -u".formatted(NOBODY))) {
      assertThat(served.ask("")).contains("UTC").endsWith("\n");
    }
  }

  @Test
  void cat_connect_echoes() throws Exception {
    try (var served = Served.by("stream tcp nowait %s /bin/cat cat".formatted(NOBODY))) {
      assertThat(served.ask("ping\n")).isEqualTo("ping\n");
    }
  }

  @Test
  void env_connect_hasNothingOfTheServers() throws Exception {
    try (var served = Served.by("stream tcp nowait %s /usr/bin/env env -i A=1 env".formatted(NOBODY))) {
      assertThat(served.ask("")).isEqualTo("A=1\n");
    }
    try (var served = Served.by("stream tcp nowait %s /usr/bin/env env".formatted(NOBODY))) {
      assertThat(served.ask("").lines().map(line -> line.replaceFirst("=.*", "")))
          .containsExactlyInAnyOrder("PATH", "USER", "LOGNAME", "HOME", "SHELL");
    }
  }

  @Test
  void ownListener_hasServedThree_endsAndIsStartedAnew() throws Exception {
    Programs.require("/usr/bin/perl");
    var listener =
        Programs.script(
            directory.resolve("listener"),
            """
            exec perl -e '
            open(S, "+<&=0");
            for (1 .. 3) { accept(C, S); syswrite(C, "$$ $_\\n"); close(C); }'
            """);
    Programs.readable(directory);
    try (var served = Served.by("stream tcp wait %s %s".formatted(NOBODY, listener))) {
      var first = served.ask("").split(" ", -1);
      assertThat(first[1]).isEqualTo("1\n");
      for (int i = 2; i <= 3; i++) {
        assertThat(served.ask("")).isEqualTo(first[0] + ' ' + i + '\n');
      }
      assertThat(served.ask("")).endsWith(" 1\n").doesNotStartWith(first[0] + ' ');
    }
  }
}
