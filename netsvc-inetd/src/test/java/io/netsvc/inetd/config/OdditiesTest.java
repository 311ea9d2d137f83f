package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What odd files in the wild have in them, and what is read in it. */
@Timeout(60)
final class OdditiesTest {
  private static final String BASE = "socket_type = stream\nwait = no\nuser = ctf\nserver = /srv/run\n";

  private static Arguments inetd(String what, String text, String... said) {
    return arguments(what, Dialect.INETD, text, List.of(said));
  }

  private static Arguments xinetd(String what, String text, String... said) {
    return arguments(what, Dialect.XINETD, text, List.of(said));
  }

  private static Arguments echo(String what, String attributes, String... said) {
    return xinetd(what, "service echo\n{\n" + BASE + attributes + "\n}\n", said);
  }

  private static Arguments systemd(String what, String socket, String... said) {
    var service = "# o.service\n[Service]\nStandardInput=socket\nExecStart=/bin/o\n# o@.service\n[Service]\nStandardInput=socket\nExecStart=/bin/o\n";
    return arguments(what, Dialect.SYSTEMD, "# o.socket\n[Socket]\n" + socket + "\n" + service, List.of(said));
  }

  static Stream<Arguments> samples() {
    return Stream.of(
        inetd("lines of DOS, no argv[0]",
            "7001 stream tcp nowait root /opt/apps/hello\r\n7002 stream tcp nowait root /opt/apps/bye\r\n",
            "stream/tcp/7001 nowait root /opt/apps/hello hello",
            "stream/tcp/7002 nowait root /opt/apps/bye bye"),
        inetd("no final newline",
            "79 stream tcp nowait nobody /usr/sbin/fingerd fingerd",
            "stream/tcp/79 nowait nobody /usr/sbin/fingerd fingerd"),
        inetd("a pair of tcp4 and tcp6",
            "2323 stream tcp4 nowait cat /opt/cat cat\n2323 stream tcp6 nowait cat /opt/cat cat",
            "stream/tcp4/2323 nowait cat /opt/cat cat",
            "stream/tcp6/2323 nowait cat /opt/cat cat"),
        inetd("a pair of tcp and tcp6",
            "79 stream tcp nowait nobody /bin/f f\n79 stream tcp6 nowait nobody /bin/f f\n",
            "stream/tcp4/79 nowait nobody /bin/f f",
            "stream/tcp6/79 nowait nobody /bin/f f",
            "1:1 warning the entry on line 2 is for tcp6, so that here tcp means tcp4"),
        inetd("a default address with a list, and * for all",
            "127.0.0.1,10.9.8.7:\n873 stream tcp nowait root /bin/r r\n*:874 stream tcp nowait root /bin/s s\n*:\n875 dgram udp4 wait root /bin/t t\n",
            "stream/tcp/127.0.0.1,10.9.8.7:873 nowait root /bin/r r",
            "stream/tcp/874 nowait root /bin/s s",
            "dgram/udp4/875 wait root /bin/t t"),
        inetd("nowait.25",
            "2628 stream tcp4 nowait.25 dictd.dictd /usr/sbin/dictd dictd -i\n",
            "stream/tcp4/2628 nowait dictd.dictd /usr/sbin/dictd dictd -i (rate 25)"),
        inetd("an address of IPv6 without brackets",
            "::1:444 stream tcp nowait root /bin/x x\n",
            "stream/tcp/[::1]:444 nowait root /bin/x x"),
        inetd("a relative server",
            "4240 stream tcp nowait root ./probe probe\n4241 stream tcp nowait root probe probe\n",
            "stream/tcp/4241 nowait root probe probe",
            "1:29 error read \"./probe\", expected an absolute path, ~/ and a path, a name to look for in PATH, or internal",
            "2:29 warning read \"probe\", which is looked for in PATH; expected an absolute path"),
        inetd("placeholders",
            "<port> stream tcp nowait <user> /usr/bin/gopherd gopherd\n",
            "1:1 error read \"<port>\", expected a port from 1 to 65535 or a service's name"),
        inetd("lines of a template",
            "gopher stream tcp nowait gopher /bin/g g\n# {{NOW}}\n%%! cat /etc/inetd/*.more 2>/dev/null\n",
            "stream/tcp/gopher nowait gopher /bin/g g",
            "3:5 error read \"cat\", expected stream or dgram"),
        inetd("four fields",
            "tcpServer tcp 1111 nowait\nudpServer udp 2222 wait\n",
            "1:11 error read \"tcp\", expected stream or dgram",
            "2:11 error read \"udp\", expected stream or dgram"),
        inetd("limits with zeros, a small buffer",
            "echo stream tcp,rcvbuf=1k nowait/0/0/2 root internal\n",
            "stream/tcp/echo nowait root internal echo (per_source 2) (recvbuf 1024)"),
        inetd("NetBSD's limits, groups and rpc/udp6",
            "ntalk dgram udp wait:100 nobody:kmem /bin/t t\nshell stream tcp nowait:600 root /bin/s s\nrusersd/1-3 dgram rpc/udp6 wait nobody:tty /bin/r r\n",
            "dgram/udp/ntalk wait nobody:kmem /bin/t t (rate 100)",
            "stream/tcp/shell nowait root /bin/s s (rate 600)",
            "rusersd/1-3 dgram/udp6/rusersd wait nobody:tty /bin/r r"),
        inetd("NetBSD's key = value",
            "127.0.0.1:\n5432 on\n  protocol = udp,\n  wait = yes,\n  service_max = 5, ip_max = 3,\n  user = nobody,\n  exec = /bin/x, args = x -u;\n5433 off protocol = tcp, wait = no, exec = /bin/y;\n",
            "dgram/udp/127.0.0.1:5432 wait nobody /bin/x x -u (rate 5) (source_rate 3)",
            "off stream/tcp/127.0.0.1:5433 nowait - /bin/y y"),
        inetd("marks of update-inetd, a socket of a path",
            "#:HAM: packet radio\n#<off># 6300 stream tcp nowait root /bin/h h\n/run/adm stream unix nowait root /bin/a a\n",
            "stream/unix//run/adm nowait root /bin/a a",
            "off stream/tcp/6300 nowait root /bin/h h"),
        xinetd("upper case",
            "service echo\n{\n\tFLAGS\t\t= IPv6 IPv4\n\tTYPE = INTERNAL\n\tSOCKET_TYPE = STREAM\n\tWait = no\n}\n",
            "stream/tcp46/echo nowait - internal echo"),
        echo("comments after values",
            "\tper_source = 4 # for each address\n\trlimit_cpu = 20\t# seconds",
            "stream/tcp46/echo nowait ctf /srv/run run (per_source 4)",
            "7:17 warning a comment after the value of per_source: xinetd would leave the attribute out, here it counts without the comment",
            "8:18 warning a comment after the value of rlimit_cpu: xinetd would leave the attribute out, here it counts without the comment"),
        xinetd("text of a template",
            "service <%= name %>\n{\n<% if port %>\nport = <%= port %>\n<% end %>\n}\n",
            "1:13 error read \"name\", expected nothing after a section's name"),
        echo("text of a template in values",
            "type = UNLISTED\nport = {{ port }}",
            "8:1 error read \"port\", expected one value"),
        xinetd("disable in defaults",
            "defaults\n{\n\tdisable = yes\n}\nservice time\n{\ntype = INTERNAL\nsocket_type = stream\nwait = no\n}\n",
            "stream/tcp46/time nowait - internal time",
            "3:2 warning read \"disable\" in defaults, where xinetd passes it over"),
        xinetd("no end of a section",
            "service echo\n{\n\tport = 7\n\nservice time\n{\ntype = INTERNAL\nsocket_type = stream\nwait = no\n}\n",
            "stream/tcp46/time nowait - internal time",
            "1:9 error read the section \"echo\" without its end, expected } before \"service\" on line 5"),
        xinetd("no keyword before a section",
            "echo\n{\n\tport = 7\n}\nservice time\n{\ntype = INTERNAL\nsocket_type = stream\nwait = no\n}\n",
            "stream/tcp46/time nowait - internal time",
            "1:1 error read \"echo\", expected service, defaults, include or includedir"),
        echo("no limits",
            "cps = 0 0\ninstances = UNLIMITED\nper_source = UNLIMITED",
            "stream/tcp46/echo nowait ctf /srv/run run"),
        xinetd("networks and logs that xinetd does not have",
            "defaults\n{\nno_access += ALL\nonly_from = bogusnet 10.0.0.0/8\nlog_on_failure = HOST RECORD\n}\nservice echo\n{\n" + BASE + "access_times = 1:00-2:00\n}\n",
            "stream/tcp46/echo nowait ctf /srv/run run",
            "5:23 warning read \"RECORD\", expected one of HOST, USERID, ATTEMPT"),
        xinetd("every value empty",
            "service new\n{\ndisable = no\nid =\nwait =\nsocket_type =\nnice =\ngroups =\nport =\n}\n",
            "1:9 error read no socket_type for service \"new\", expected one"),
        systemd("one service at many places",
            "ListenStream=127.0.0.1:3000\nListenDatagram=127.0.0.1:3000\nListenStream=[::1]:3000\nListenDatagram=[::1]:3000\nListenStream=vsock:4294967295:3000",
            "stream/tcp4/127.0.0.1:3000 dgram/udp4/127.0.0.1:3000 stream/tcp6/[::1]:3000 dgram/udp6/[::1]:3000 wait - /bin/o /bin/o",
            "7:14 warning read \"vsock:4294967295:3000\", which is not served"),
        systemd("IPv6 for itself, beside IPv4",
            "ListenStream=/run/o.sock\nListenStream=0.0.0.0:111\nListenDatagram=0.0.0.0:111\nBindIPv6Only=ipv6-only\nListenStream=[::]:111\nListenDatagram=[::]:111",
            "stream/unix//run/o.sock stream/tcp4/0.0.0.0:111 dgram/udp4/0.0.0.0:111 stream/tcp6/111 dgram/udp6/111 wait - /bin/o /bin/o"),
        systemd("an abstract name",
            "ListenStream=@O_ABSTRACT",
            "stream/unix/@O_ABSTRACT wait - /bin/o /bin/o"),
        systemd("a key of another section",
            "ListenStream=80\nWantedBy=sockets.target",
            "stream/tcp46/80 wait - /bin/o /bin/o",
            "4:1 warning read \"WantedBy\", which systemd does not have in [Socket]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samples")
  void sample_isReadAsSaid(String what, Dialect dialect, String text, List<String> said) {
    assertThat(Said.of(InetdConfig.parse("f", text, dialect))).as(what).isEqualTo(said);
  }

  @Test
  void socketInAHome_isWhereTheHomeIs() {
    var unit = "# o.socket\n[Socket]\nListenStream=%h/o.sock\n# o.service\n[Service]\nExecStart=/bin/o\n";
    assertThat(InetdConfig.parse("f", unit, Dialect.SYSTEMD).services().getFirst().listens())
        .containsExactly(Listen.unix(System.getProperty("user.home") + "/o.sock"));
  }

  @Test
  void includes_areFollowed(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("time.conf"), "service time\n{\ntype = INTERNAL\nsocket_type = dgram\nwait = yes\n}\n");
    var main = Files.writeString(directory.resolve("main.conf"), "defaults\n{\ncps = 0 0\ninstances = UNLIMITED\n}\ninclude " + directory.resolve("time.conf") + "\ninclude none\n");
    assertThat(Said.of(InetdConfig.read(main, Dialect.XINETD)))
        .containsExactly(
            "dgram/udp46/time wait - internal time",
            "7:9 error cannot read " + Word.shown(directory.resolve("none").toString()) + ": no such file");
  }
}
