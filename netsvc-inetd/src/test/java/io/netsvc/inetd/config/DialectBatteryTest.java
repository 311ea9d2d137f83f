package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lines that real servers read each in its own way, as each dialect reads them. Where that is not
 * what the server does, it is one of the faults that {@link Rules} does not follow, or the server
 * cuts arguments off.
 */
@Timeout(60)
final class DialectBatteryTest {
  private static Arguments row(String what, String text, String openbsd, String gnu, String busybox, String ours) {
    return arguments(what, text, openbsd, gnu, busybox, ours);
  }

  static Stream<Arguments> lines() {
    return Stream.of(
        row("a continuation",
            "45016 stream tcp nowait root /bin/echo echo cont1\n\tcont2 cont3\n",
            "stream/tcp/45016 nowait root /bin/echo echo cont1 cont2 cont3",
            "stream/tcp4/45016 nowait root /bin/echo echo cont1 | 2:8 error read \"cont3\", expected stream or dgram",
            "stream/tcp4/45016 nowait root /bin/echo echo cont1 | 2:8 error read \"cont3\", expected stream or dgram",
            "stream/tcp/45016 nowait root /bin/echo echo cont1 cont2 cont3"),
        row("quotes, a comment, an indented comment",
            "45017 stream tcp nowait root /bin/echo echo \"a b\" # c\n  # indented comment\n",
            "stream/tcp/45017 nowait root /bin/echo echo \"a b\" | 1:51 warning read \"#\" in an entry; the rest of the line is a comment",
            "stream/tcp4/45017 nowait root /bin/echo echo a b | 1:51 warning read \"#\" in an entry; the rest of the line is a comment",
            "stream/tcp4/45017 nowait root /bin/echo echo \"a b\" | 1:51 warning read \"#\" in an entry; the rest of the line is a comment",
            "stream/tcp/45017 nowait root /bin/echo echo a b | 1:51 warning read \"#\" in an entry; the rest of the line is a comment"),
        row("no arguments",
            "45018 stream tcp nowait root /opt/probe\n",
            "stream/tcp/45018 nowait root /opt/probe probe",
            "stream/tcp4/45018 nowait root /opt/probe probe",
            "stream/tcp4/45018 nowait root /opt/probe /opt/probe",
            "stream/tcp/45018 nowait root /opt/probe probe"),
        row("tcp46",
            "45019 stream tcp46 nowait root /bin/a a\n",
            "stream/tcp46/45019 nowait root /bin/a a",
            "stream/tcp4/45019 nowait root /bin/a a | 1:14 warning read \"tcp46\", which is IPv4 alone in GNU inetd",
            "1:14 error read \"tcp46\", which busybox inetd does not have",
            "stream/tcp46/45019 nowait root /bin/a a"),
        row("a receive buffer",
            "45020 stream tcp,rcvbuf=16384 nowait root /bin/a a\n",
            "stream/tcp/45020 nowait root /bin/a a (recvbuf 16384)",
            "stream/tcp4/45020 nowait root /bin/a a (recvbuf 16384)",
            "1:14 error read \"tcp,rcvbuf=16384\", which busybox inetd does not have",
            "stream/tcp/45020 nowait root /bin/a a (recvbuf 16384)"),
        row("both buffers",
            "45021 stream tcp,sndbuf=64k,rcvbuf=1m nowait root /bin/a a\n",
            "stream/tcp/45021 nowait root /bin/a a (sndbuf 65536) (recvbuf 1048576)",
            "stream/tcp4/45021 nowait root /bin/a a (sndbuf 65536) (recvbuf 1048576)",
            "1:14 error read \"tcp,sndbuf=64k,rcvbuf=1m\", which busybox inetd does not have",
            "stream/tcp/45021 nowait root /bin/a a (sndbuf 65536) (recvbuf 1048576)"),
        row("a port that is none",
            "99999 stream tcp nowait root /bin/a a\n",
            "1:1 error read \"99999\", expected a port from 1 to 65535",
            "1:1 error read \"99999\", expected a port from 1 to 65535",
            "1:1 error read \"99999\", expected a port from 1 to 65535",
            "1:1 error read \"99999\", expected a port from 1 to 65535"),
        row("leading blanks",
            "45000 stream tcp nowait root /bin/a a\n   45022 stream tcp nowait root /bin/b b\n",
            "stream/tcp/45000 nowait root /bin/a a 45022 stream tcp nowait root /bin/b b | 2:4 warning this line is indented, so it continues the entry above; it looks like an entry itself",
            "stream/tcp4/45000 nowait root /bin/a a | stream/tcp4/45022 nowait root /bin/b b",
            "stream/tcp4/45000 nowait root /bin/a a | stream/tcp4/45022 nowait root /bin/b b",
            "stream/tcp/45000 nowait root /bin/a a 45022 stream tcp nowait root /bin/b b | 2:4 warning this line is indented, so it continues the entry above; it looks like an entry itself"),
        row("a group after a dot",
            "45023 stream tcp nowait root.daemon /bin/a a\n",
            "stream/tcp/45023 nowait root.daemon /bin/a a",
            "stream/tcp4/45023 nowait root.daemon /bin/a a",
            "stream/tcp4/45023 nowait root.daemon /bin/a a",
            "stream/tcp/45023 nowait root.daemon /bin/a a"),
        row("two colons in the user",
            "45024 stream tcp nowait daemon:daemon:x /bin/a a\n",
            "1:25 error read \"daemon:daemon:x\", expected a user, user:group or user.group",
            "1:25 error read \"daemon:daemon:x\", expected a user, user:group or user.group",
            "1:25 error read \"daemon:daemon:x\", expected a user, user:group or user.group",
            "1:25 error read \"daemon:daemon:x\", expected a user, user:group or user.group"),
        row("a relative program",
            "45025 stream tcp nowait root echo echo relpath\n",
            "stream/tcp/45025 nowait root echo echo relpath | 1:30 warning read \"echo\", which OpenBSD's inetd cannot start; expected an absolute path",
            "stream/tcp4/45025 nowait root echo echo relpath | 1:30 warning read \"echo\", which GNU inetd cannot start; expected an absolute path",
            "stream/tcp4/45025 nowait root echo echo relpath | 1:30 warning read \"echo\", which is looked for in PATH; expected an absolute path",
            "stream/tcp/45025 nowait root echo echo relpath | 1:30 warning read \"echo\", which is looked for in PATH; expected an absolute path"),
        row("nowait.0",
            "45026 stream tcp nowait.0 root /bin/a a\n",
            "stream/tcp/45026 nowait root /bin/a a | 1:18 warning read a maximum of 0, which is ignored; expected at least 1",
            "stream/tcp4/45026 nowait root /bin/a a | 1:18 warning read a maximum of 0, which is ignored; expected at least 1",
            "stream/tcp4/45026 nowait root /bin/a a | 1:18 warning read a maximum of 0, which is ignored; expected at least 1",
            "stream/tcp/45026 nowait root /bin/a a | 1:18 warning read a maximum of 0, which is ignored; expected at least 1"),
        row("Nowait",
            "45027 stream tcp Nowait root /bin/a a\n",
            "stream/tcp/45027 nowait root /bin/a a | 1:18 warning read \"Nowait\", which OpenBSD's inetd takes for nowait",
            "stream/tcp4/45027 nowait root /bin/a a | 1:18 warning read \"Nowait\", which GNU inetd takes for nowait",
            "1:18 error read \"Nowait\", expected wait or nowait, then .max or /children[/per-minute[/per-source]] if at all",
            "1:18 error read \"Nowait\", expected wait or nowait, then .max or /children[/per-minute[/per-source]] if at all"),
        row("a backslash at the end",
            "45028 stream tcp nowait root /bin/echo echo \\\n backslashcont\n",
            "stream/tcp/45028 nowait root /bin/echo echo \\ backslashcont",
            "stream/tcp4/45028 nowait root /bin/echo echo \\ | 2:15 error read the end of the entry, expected a socket type, stream or dgram",
            "stream/tcp4/45028 nowait root /bin/echo echo backslashcont",
            "stream/tcp/45028 nowait root /bin/echo echo backslashcont"),
        row("stream of udp",
            "45030 stream udp nowait root /bin/a a\n",
            "1:14 error read \"udp\", expected a protocol for stream such as tcp",
            "1:14 error read \"udp\", expected a protocol for stream such as tcp",
            "1:14 error read \"udp\", expected a protocol for stream such as tcp",
            "1:14 error read \"udp\", expected a protocol for stream such as tcp"),
        row("nowait/2/3",
            "45031 stream tcp nowait/2/3 root /bin/a a\n",
            "stream/tcp/45031 nowait root /bin/a a | 1:18 warning read \"/2/3\" after wait or nowait, which OpenBSD's inetd ignores",
            "stream/tcp4/45031 nowait root /bin/a a | 1:18 warning read \"/2/3\" after wait or nowait, which GNU inetd ignores",
            "1:18 error read \"nowait/2/3\", which busybox inetd does not have",
            "stream/tcp/45031 nowait root /bin/a a (source_rate 3) (instances 2)"),
        row("nowait:2",
            "45032 stream tcp nowait:2 root /bin/a a\n",
            "stream/tcp/45032 nowait root /bin/a a | 1:18 warning read \":2\" after wait or nowait, which OpenBSD's inetd ignores",
            "stream/tcp4/45032 nowait root /bin/a a | 1:18 warning read \":2\" after wait or nowait, which GNU inetd ignores",
            "1:18 error read \"nowait:2\", which busybox inetd does not have",
            "stream/tcp/45032 nowait root /bin/a a (rate 2)"),
        row("seqpacket",
            "45033 seqpacket tcp nowait root /bin/a a\n",
            "1:17 error read \"tcp\", expected a protocol for seqpacket such as udp",
            "1:17 error read \"tcp\", expected a protocol for seqpacket such as udp",
            "1:17 error read \"tcp\", expected a protocol for seqpacket such as udp",
            "1:17 error read \"tcp\", expected a protocol for seqpacket such as udp"),
        row("a line of DOS",
            "45034 stream tcp nowait root /bin/echo echo CRLF\r\n",
            "stream/tcp/45034 nowait root /bin/echo echo CRLF",
            "stream/tcp4/45034 nowait root /bin/echo echo CRLF",
            "stream/tcp4/45034 nowait root /bin/echo echo CRLF",
            "stream/tcp/45034 nowait root /bin/echo echo CRLF"),
        row("an internal service of a number",
            "45035 stream tcp nowait root internal\n",
            "stream/tcp/45035 nowait root internal 45035",
            "stream/tcp4/45035 nowait root internal 45035",
            "stream/tcp4/45035 nowait root internal 45035",
            "stream/tcp/45035 nowait root internal 45035"),
        row("22 arguments",
            "45036 stream tcp nowait root /bin/a a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21\n",
            "stream/tcp/45036 nowait root /bin/a a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21",
            "stream/tcp4/45036 nowait root /bin/a a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21",
            "stream/tcp4/45036 nowait root /bin/a a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21",
            "stream/tcp/45036 nowait root /bin/a a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21"),
        row("tcp6only",
            "45037 stream tcp6only nowait root /bin/a a\n",
            "stream/tcp6/45037 nowait root /bin/a a",
            "stream/tcp6/45037 nowait root /bin/a a",
            "1:14 error read \"tcp6only\", which busybox inetd does not have",
            "stream/tcp6/45037 nowait root /bin/a a"),
        row("wait:2",
            "45040 dgram udp wait:2 root /bin/a a\n",
            "dgram/udp/45040 nowait root /bin/a a | 1:17 warning read \"wait:2\", which OpenBSD's inetd takes for nowait",
            "dgram/udp4/45040 nowait root /bin/a a | 1:17 warning read \"wait:2\", which GNU inetd takes for nowait",
            "1:17 error read \"wait:2\", which busybox inetd does not have",
            "dgram/udp/45040 wait root /bin/a a (rate 2)"),
        row("tcp4",
            "45038 stream tcp4 nowait root /bin/a a\n",
            "stream/tcp4/45038 nowait root /bin/a a",
            "stream/tcp4/45038 nowait root /bin/a a",
            "1:14 error read \"tcp4\", which busybox inetd does not have",
            "stream/tcp4/45038 nowait root /bin/a a"),
        row("an address in brackets",
            "[::1]:45039 stream tcp6 nowait root /bin/a a\n",
            "stream/tcp6/[::1]:45039 nowait root /bin/a a",
            "stream/tcp6/[::1]:45039 nowait root /bin/a a",
            "stream/tcp6/[::1]:45039 nowait root /bin/a a",
            "stream/tcp6/[::1]:45039 nowait root /bin/a a"),
        row("a socket of a path",
            "/run/x stream unix nowait root /bin/a a\n",
            "stream/unix//run/x nowait root /bin/a a",
            "1:15 error read \"unix\", which GNU inetd does not have",
            "stream/unix//run/x nowait root /bin/a a",
            "stream/unix//run/x nowait root /bin/a a"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lines")
  void line_isReadInEachDialect(
      String what, String text, String openbsd, String gnu, String busybox, String ours) {
    assertThat(said(text, Dialect.OPENBSD)).as("openbsd: " + what).isEqualTo(openbsd);
    assertThat(said(text, Dialect.GNU)).as("gnu: " + what).isEqualTo(gnu);
    assertThat(said(text, Dialect.BUSYBOX)).as("busybox: " + what).isEqualTo(busybox);
    assertThat(said(text, Dialect.INETD)).as("inetd: " + what).isEqualTo(ours);
  }

  private static String said(String text, Dialect dialect) {
    return String.join(" | ", Said.of(InetdConfig.parse("f", text, dialect)));
  }
}
