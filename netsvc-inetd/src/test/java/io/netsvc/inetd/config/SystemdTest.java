package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.Limit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Socket units with their services. */
@Timeout(60)
final class SystemdTest {
  private static final String SERVICE = "[Service]\nExecStart=/bin/cat -u\nStandardInput=socket\n";

  private static InetdConfig parse(String socket, String service) {
    return InetdConfig.parse(
        "u", "# /etc/x.socket\n" + socket + "\n# /etc/x.service\n" + service + "\n# /etc/x@.service\n" + service, Dialect.SYSTEMD);
  }

  private static ServiceSpec one(String socket, String service) {
    var config = parse("[Socket]\n" + socket, service);
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.services()).hasSize(1);
    return config.services().getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ListenStream=80 | stream/tcp46/80",
        "ListenDatagram=127.0.0.1:53 | dgram/udp4/127.0.0.1:53",
        "ListenStream=[::1]:80 | stream/tcp6/[::1]:80",
        "ListenStream=[::]:80 | stream/tcp46/80",
        "ListenStream=/run/%N.sock | stream/unix//run/x.sock",
        "ListenDatagram=@name | dgram/unix/@name"
      })
  void listen_isRead(String line, String place) {
    assertThat(new ListenSyntax().write(one(line, SERVICE).listens())).containsExactly(place);
  }

  @Test
  void bindIpv6Only_isIpv6Alone() {
    var spec = one("BindIPv6Only=ipv6-only\nListenStream=80\nListenStream=127.0.0.1:80", SERVICE);
    assertThat(spec.listens())
        .containsExactly(
            new Listen(SocketType.STREAM, Protocol.TCP6, List.of(), "80"),
            new Listen(SocketType.STREAM, Protocol.TCP4, List.of("127.0.0.1"), "80"));
  }

  @Test
  void socketAndService_sayWhatTheyMean() {
    var spec =
        one(
            """
            ListenStream=80
            Accept=yes
            Backlog=12
            MaxConnections=7
            MaxConnectionsPerSource=2
            TriggerLimitIntervalSec=3s
            TriggerLimitBurst=9
            SocketUser=a
            SocketGroup=b
            SocketMode=0600
            NoDelay=true
            """,
            """
            [Service]
            Type=simple
            ExecStart=-@/usr/bin/env name "a b" 'c' d\\x20e
            User=nobody
            Group=tty
            SupplementaryGroups=x y
            Environment="A=1 2" B=3
            PassEnvironment=LANG
            WorkingDirectory=/srv
            UMask=0027
            Nice=4
            LimitNOFILE=10:20
            LimitCORE=infinity
            NoNewPrivileges=yes
            RuntimeMaxSec=5min
            StandardError=journal
            """);
    assertThat(spec.waits()).isFalse();
    assertThat(spec.get(Attribute.BACKLOG)).hasValue(12);
    assertThat(spec.get(Attribute.INSTANCES)).hasValue(7);
    assertThat(spec.get(Attribute.PER_SOURCE)).hasValue(2);
    assertThat(spec.get(Attribute.RATE)).hasValue(new Rate(9, Duration.ofSeconds(3), Duration.ZERO));
    assertThat(spec.get(Attribute.SOCKET_OWNER)).hasValue(Account.of("a", "b"));
    assertThat(spec.get(Attribute.SOCKET_MODE)).hasValue(0600);
    assertThat(spec.is(Attribute.NO_DELAY)).isTrue();
    assertThat(spec.get(Attribute.PROGRAM)).hasValue("/usr/bin/env");
    assertThat(spec.argv()).containsExactly("name", "a b", "c", "d e");
    assertThat(spec.account()).isEqualTo(Account.of("nobody", "tty"));
    assertThat(spec.get(Attribute.GROUPS)).hasValue(List.of("x", "y"));
    assertThat(spec.get(Attribute.ENVIRONMENT)).hasValue(Map.of("A", "1 2", "B", "3"));
    assertThat(spec.get(Attribute.PASS_ENVIRONMENT)).hasValue(List.of("LANG"));
    assertThat(spec.get(Attribute.DIRECTORY)).hasValue("/srv");
    assertThat(spec.get(Attribute.UMASK)).hasValue(027);
    assertThat(spec.get(Attribute.NICE)).hasValue(4);
    assertThat(spec.get(Attribute.LIMITS))
        .hasValue(Map.of(Limit.OPEN_FILES, new Bounds(10, 20), Limit.CORE, new Bounds(-1, -1)));
    assertThat(spec.is(Attribute.NO_NEW_PRIVILEGES)).isTrue();
    assertThat(spec.get(Attribute.TIME_LIMIT)).hasValue(Duration.ofMinutes(5));
    assertThat(spec.get(Attribute.STDERR)).hasValue(Stderr.LOG);
    assertThat(spec.get(Attribute.FDS)).hasValue(Fds.SYSTEMD);
    assertThat(spec.get(Attribute.VARIABLES)).hasValue(Variables.SYSTEMD);
    assertThat(spec.name()).isEqualTo("x.socket");
  }

  @Test
  void whatHasNoMeaning_isAWarningAtItsPlace() {
    var config = parse("[Unit]\nDescription=x\n[Socket]\nListenStream=80\nPassCredentials=yes\nListenFIFO=/run/f", SERVICE);
    assertThat(config.services()).hasSize(1);
    assertThat(config.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            "u:6:1: warning: \"PassCredentials\" has no meaning here", "u:7:1: warning: \"ListenFIFO\" is not served");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ListenStream=99999 | [Service]\\nExecStart=/bin/a | read \"99999\", expected a port",
        "Accept=maybe | [Service]\\nExecStart=/bin/a | read \"maybe\", expected yes or no",
        "ListenStream=80 | [Service]\\nUser=x | read no ExecStart= in \"x.service\", expected one",
        "ListenStream=80 | [Service]\\nExecStart=cat | read \"cat\", expected a program's absolute path",
        "ListenStream=80 | [Service]\\nExecStart=/bin/a 'b | read \"/bin/a 'b\", expected a closing '",
        "ListenFIFO=/x | [Service]\\nExecStart=/bin/a | read no ListenStream= or ListenDatagram= that is served"
      })
  void brokenUnit_isOneError(String line, String service, String message) {
    var config = parse("[Socket]\n" + line, service.replace("\\n", "\n"));
    assertThat(config.services()).isEmpty();
    assertThat(config.diagnostics().stream().filter(Diagnostic::isError))
        .singleElement()
        .asString()
        .contains(message);
  }

  @Test
  void serviceBesideTheSocket_isRead(@TempDir Path directory) throws Exception {
    var socket = Files.writeString(directory.resolve("y.socket"), "[Socket]\nListenStream=80\nAccept=yes\n");
    assertThat(InetdConfig.read(socket).diagnostics())
        .singleElement()
        .asString()
        .contains("expected its service \"y@.service\"");
    Files.writeString(directory.resolve("y@.service"), SERVICE);
    var config = InetdConfig.read(socket);
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.services().getFirst().argv()).containsExactly("/bin/cat", "-u");
  }

  @Test
  void units_printedAndRead_areTheSame() {
    var config =
        parse(
            "[Unit]\nDescription=a b\n[Socket]\nListenStream=80\nListenStream=/run/x\nBacklog=3\nMark=7\n[Install]\nWantedBy=sockets.target",
            "[Service]\nExecStart=/bin/a \"b c\" %% \\\\\nUser=u\nEnvironment=\"A=b c\"\nLimitCPU=1:2\nType=notify\n");
    var printed = config.printed(Dialect.SYSTEMD);
    assertThat(printed.lost()).isEmpty();
    var again = InetdConfig.parse("u", printed.text(), Dialect.SYSTEMD);
    assertThat(again.services()).as(printed.text()).isEqualTo(config.services());
  }

  @Test
  void inetdConf_printedAsUnits_isRead() {
    var config = InetdConfig.parse("c", "127.0.0.1:80 stream tcp4 nowait nobody /bin/cat cat -u\n");
    var again = InetdConfig.parse("u", config.printed(Dialect.SYSTEMD).text(), Dialect.SYSTEMD);
    assertThat(again.diagnostics()).isEmpty();
    var spec = again.services().getFirst();
    assertThat(spec.listens()).isEqualTo(config.services().getFirst().listens());
    assertThat(spec.argv()).containsExactly("cat", "-u");
    assertThat(spec.get(Attribute.FDS)).isEmpty();
  }

  @Test
  void units_savedInAnyFile_areKnown(@TempDir Path directory) throws Exception {
    var config = InetdConfig.parse("c", "80 stream tcp46 nowait a /bin/a a\n81 stream tcp46 nowait a /bin/a a\n");
    var file = Files.writeString(directory.resolve("saved"), config.printed(Dialect.SYSTEMD).text());
    assertThat(InetdConfig.read(file).hasErrors()).isFalse();
    assertThat(InetdConfig.read(file).services()).extracting(ServiceSpec::listens).isEqualTo(config.services().stream().map(ServiceSpec::listens).toList());
    Files.writeString(file, "\r\n; a\r\n# b\r\n[Socket]\r\nListenStream=80\r\nAccept=yes\r\n# saved@.service\r\n[Service]\r\nExecStart=/bin/a\r\n");
    assertThat(InetdConfig.read(file).services()).hasSize(1);
    Files.writeString(file, "[::1]:80 stream tcp nowait a /bin/a a\n");
    assertThat(InetdConfig.read(file).services()).hasSize(1);
  }

  @Test
  void anyMixOfPieces_returns() {
    var pieces =
        new String[] {
          "[Socket]", "[Service]", "\n", "\n", "ListenStream=", "ListenDatagram=", "80", "[::1]:", "/x", "@", "%", "%h",
          "ExecStart=", "\"", "'", "\\", "\\x4", "Accept=yes", "# /a.socket\n", "# a.service\n", "=", "LimitCPU=", ":",
          "infinity", "Environment=", "A=1", " ", "TriggerLimitBurst=", "User=", "\0", "\ufffd"
        };
    var random = new Random(20_261_126);
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder("[Socket]\n");
      for (int j = random.nextInt(40); j > 0; j--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      for (var diagnostic : InetdConfig.parse("u.socket", text, Dialect.SYSTEMD).diagnostics()) {
        assertThat(diagnostic.message().chars().noneMatch(Character::isISOControl)).isTrue();
      }
    }
  }
}
