package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read, printed and read again is the same. */
@Timeout(60)
final class PrintedTest {
  private static final String LINES =
      """
      #:STANDARD: of the house
      127.0.0.1,[::1]:finger stream tcp nowait.60 nobody:tty /usr/sbin/fingerd fingerd -l "a b"
      #<off># 79 stream tcp6 nowait root /bin/a
      echo dgram udp wait root internal
      :u:g:0620:/run/x.sock stream unix nowait/3/20/2 a /bin/x 'y"z'
      rstatd/1-3 dgram rpc/udp wait root /usr/sbin/rstatd
      tcpmux/+date stream tcp nowait j.doe:staff /bin/date
      8080 stream,7 tcp,sndbuf=64k,rcvbuf=1m nowait root/daemon /bin/cat
      90 stream tcp always root /bin/daemon
      """;

  /** As {@code read} would have it, whatever could not be said. */
  private static void assertSame(InetdConfig config, Dialect dialect) {
    var printed = config.printed(dialect);
    var again = InetdConfig.parse("again", printed.text(), dialect);
    assertThat(again.hasErrors()).as(printed.text() + again.diagnostics()).isFalse();
    if (printed.lost().isEmpty()) {
      assertThat(said(again, dialect)).as(printed.text()).isEqualTo(said(config, dialect));
    }
  }

  /**
   * What is said; and what is said of services that are off where that is all of it, since what those
   * lose is not told. xinetd also tells each program its client's address. Where others have no word
   * for both families, each family is a service; and where only this server knows who its own user
   * is, root has its built-ins.
   */
  private static List<ServiceSpec> said(InetdConfig config, Dialect dialect) {
    var all = new ArrayList<>(config.services());
    if (dialect == Dialect.INETD) {
      config.disabled().forEach(entry -> all.add(entry.service().orElseThrow()));
    }
    var rules = Rules.of(dialect);
    return all.stream()
        .flatMap(s -> rules.have(Rules.Has.DUAL) ? Stream.of(s) : Families.of(s).stream())
        .map(ServiceSpec::explicit)
        .map(s -> s.internal() && !rules.have(Rules.Has.OURS) && s.account().equals(Account.OWN) ? s.with(Attribute.USER, Account.of("root")) : s)
        .map(s -> dialect == Dialect.XINETD ? s.with(Attribute.VARIABLES, Variables.XINETD) : s)
        .toList();
  }

  private static final String DEBIAN = "echo stream tcp nowait nobody /bin/echo echo hello\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "openbsd | echo stream tcp nowait nobody /bin/echo echo hello",
        "freebsd | echo stream tcp4 nowait nobody /bin/echo echo hello+echo stream tcp6 nowait nobody /bin/echo echo hello",
        "netbsd | echo stream tcp4 nowait nobody /bin/echo echo hello+echo stream tcp6 nowait nobody /bin/echo echo hello",
        "gnu | echo stream tcp nowait nobody /bin/echo echo hello+echo stream tcp6only nowait nobody /bin/echo echo hello"
      })
  void bothFamilies_whereNoWordIsForBoth_areTwoLines(String dialect, String lines) {
    var printed = InetdConfig.parse("c", DEBIAN).printed(Dialect.of(dialect).orElseThrow());
    assertThat(printed.text()).isEqualTo(lines.replace('+', '\n') + "\n");
    assertThat(printed.lost()).isEmpty();
    assertSame(InetdConfig.parse("c", DEBIAN.replace("stream tcp", "dgram udp").replace("nowait", "wait")), Dialect.of(dialect).orElseThrow());
  }

  @Test
  void bothFamilies_ofBusybox_areIpv4AndSaidSo() {
    var printed = InetdConfig.parse("c", "20080 stream tcp nowait nobody /bin/echo echo hello\n").printed(Dialect.BUSYBOX);
    assertThat(printed.text()).isEqualTo("20080 stream tcp nowait nobody /bin/echo echo hello\n");
    assertThat(printed.lost())
        .singleElement()
        .hasToString("c:1:1: warning: busybox cannot say IPv6 beside IPv4 at the port of 20080/tcp: it gets IPv4");
  }

  @Test
  void addresses_ofBothFamilies_areALineForEach() {
    var printed = InetdConfig.parse("c", "127.0.0.1,[::1],localhost:80 stream tcp nowait a /a a\n127.0.0.1:81 stream tcp nowait a /a a\n").printed(Dialect.BUSYBOX);
    assertThat(printed.lost()).isEmpty();
    assertThat(printed.text())
        .isEqualTo("127.0.0.1,localhost:80 stream tcp nowait a /a a\n[::1],localhost:80 stream tcp6 nowait a /a a\n127.0.0.1:81 stream tcp nowait a /a a\n");
  }

  @Test
  void aLimitOfBothFamilies_isSaidToBeOfEach() {
    var printed = InetdConfig.parse("c", "80 stream tcp nowait.9 a /a a\n").printed(Dialect.NETBSD);
    assertThat(printed.text()).contains("80 stream tcp4 nowait.9 a /a a\n80 stream tcp6 nowait.9");
    assertThat(printed.lost())
        .singleElement()
        .hasToString("c:1:15: warning: netbsd cannot say \"rate\" of both families of 80/tcp together: each has it");
  }

  @Test
  void aNumber_ofFreeBsd_needsAName() {
    var printed = InetdConfig.parse("c", "20080 stream tcp nowait a /a a\n").printed(Dialect.FREEBSD);
    assertThat(printed.text()).isEqualTo("# lost: 20080 stream tcp4 nowait a /a a\n# lost: 20080 stream tcp6 nowait a /a a\n");
    assertThat(printed.lost())
        .singleElement()
        .hasToString("c:1:1: warning: freebsd cannot say a port by its number instead of a name of services(5), such as that of 20080/tcp");
  }

  @Test
  void ownUser_isRootOfABuiltInAndElseANameToPut() {
    var config = InetdConfig.parse("c", "echo stream tcp4 nowait - internal\n80 stream tcp4 nowait - /a a\n81 stream tcp4 nowait -:g /a a\n");
    assertThat(config.printed(Dialect.OPENBSD).text())
        .isEqualTo("echo stream tcp4 nowait root internal\n#<off># 80 stream tcp4 nowait root /a a\n#<off># 81 stream tcp4 nowait root:g /a a\n");
    assertThat(config.printed(Dialect.GNU).text())
        .isEqualTo("echo stream tcp nowait root internal\n# off: 80 stream tcp nowait root /a a\n# off: 81 stream tcp nowait root:g /a a\n");
    for (var dialect : List.of(Dialect.OPENBSD, Dialect.NETBSD, Dialect.GNU, Dialect.BUSYBOX)) {
      assertThat(config.printed(dialect).lost())
          .singleElement()
          .hasToString("c:2:23: warning: user - is this server's own: put a name there");
    }
    assertThat(config.printed(Dialect.XINETD).lost()).filteredOn(d -> d.message().startsWith("user - ")).hasSize(1);
    assertThat(config.printed(Dialect.XINETD).text()).doesNotContain("= -");
    assertThat(config.printed(Dialect.INETD).text()).contains("nowait - /a a");
    var definition = config.printed(Dialect.NETBSD).text();
    assertThat(InetdConfig.parse("again", definition, Dialect.NETBSD).disabled()).hasSize(2);
    assertThat(definition).contains("80 off", "user = root");
  }

  @Test
  void netBsd_hasItsOwnKeysAlone() {
    var config =
        InetdConfig.parse(
            "c",
            """
            smtp on protocol = tcp, wait = no, user = a, group = b, exec = /a, args = a "b c", ip_max = 3, accept_max = 2, nice = 4;
            pop3 on protocol = tcp6, bind = "::1", wait = no, user = a, exec = /a, only_from = 10.0.0.0/8, ip_max = 3;
            """);
    assertThat(config.diagnostics()).isEmpty();
    var printed = config.printed(Dialect.NETBSD);
    assertThat(printed.text())
        .isEqualTo(
            """
            smtp on
            \tsocktype = stream,
            \tprotocol = tcp4,
            \tbind = *,
            \twait = no,
            \texec = /a,
            \targs = a "b c",
            \tuser = a,
            \tgroup = b,
            \taccept_max = 2,
            \tip_max = 3;
            smtp on
            \tsocktype = stream,
            \tprotocol = tcp6,
            \tbind = *,
            \twait = no,
            \texec = /a,
            \targs = a "b c",
            \tuser = a,
            \tgroup = b,
            \taccept_max = 2,
            \tip_max = 3;
            pop3 off
            \tsocktype = stream,
            \tprotocol = tcp6,
            \tbind = ::1,
            \twait = no,
            \texec = /a,
            \targs = a,
            \tuser = a,
            \tip_max = 3;
            """);
    assertThat(printed.lost())
        .extracting(Diagnostic::message)
        .containsExactlyInAnyOrder(
            "netbsd cannot say \"nice\" of smtp/tcp",
            "netbsd cannot say \"instances\" of both families of smtp/tcp together: each has it",
            "netbsd cannot say \"source_rate\" of both families of smtp/tcp together: each has it",
            "netbsd cannot say \"only_from\" of pop3/tcp6");
    assertThat(InetdConfig.parse("again", printed.text(), Dialect.NETBSD).diagnostics()).isEmpty();
    assertThat(config.printed(Dialect.INETD).text()).contains("nice = 4", "only_from = 10.0.0.0/8");
  }

  @Test
  void aBuiltIn_elsewhere_goesByItsServicesName() {
    var config = InetdConfig.parse("c", "45007 stream tcp4 nowait - internal echo\ndaytime stream tcp4 nowait - internal\n");
    for (var dialect : List.of(Dialect.OPENBSD, Dialect.NETBSD, Dialect.GNU, Dialect.BUSYBOX)) {
      var printed = config.printed(dialect);
      assertThat(printed.lost())
          .singleElement()
          .asString()
          .endsWith(" cannot say a built-in that goes by another name than its service's, such as that of 45007/tcp4");
      assertThat(InetdConfig.parse("again", printed.text(), dialect).services()).hasSize(1);
    }
    assertThat(config.printed(Dialect.NETBSD).text()).contains("45007 off");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocol = tcp4, wait = no, user = a, exec = /a, nice = 1 | 1:55 | read \"nice\", expected a key that NetBSD's inetd has",
        "protocol = tcp4, wait = no, user = a, exec = /a, sendbuf = 1 | 1:55 | read \"sendbuf\", expected a key that NetBSD's inetd has such as sndbuf",
        "protocol = tcp, wait = no, user = a, exec = /a | 1:17 | read \"tcp\", expected a protocol with its family, such as tcp4, since NetBSD's inetd takes one from a single address alone",
        "wait = no, user = a, exec = /a | 1:1 | read no protocol, which NetBSD's inetd asks for",
        "protocol = tcp4, wait = no, exec = /a | 1:1 | read no user, which NetBSD's inetd asks for"
      },
      quoteCharacter = '`')
  void netBsd_strictlyRead_refusesWhatItRefuses(String keys, String at, String message) {
    var text = "1 on " + keys + ";\n";
    assertThat(InetdConfig.parse("c", text, Dialect.NETBSD).diagnostics())
        .singleElement()
        .hasToString("c:" + at + ": error: " + message);
  }

  @Test
  void lines_printedAsInetdConf_loseNothing() {
    var config = InetdConfig.parse("c", LINES);
    assertThat(config.hasErrors()).isFalse();
    assertThat(config.printed(Dialect.INETD).lost()).isEmpty();
    assertSame(config, Dialect.INETD);
  }

  @ParameterizedTest
  @EnumSource(value = Dialect.class, names = "SYSTEMD", mode = EnumSource.Mode.EXCLUDE)
  void lines_printedInADialect_areRead(Dialect dialect) {
    assertSame(InetdConfig.parse("c", LINES), dialect);
  }

  @Test
  void whatADialectLacks_isLostWithItsPlace() {
    var config = InetdConfig.parse("c", "\n80 stream tcp nowait.9 a /bin/a a \"b c\"\n/s stream unix nowait a /a\n");
    assertThat(config.printed(Dialect.GNU).lost())
        .extracting(Diagnostic::toString)
        .contains(
            "c:2:15: warning: gnu cannot say \"rate\" of both families of 80/tcp together: each has it",
            "c:3:1: warning: gnu cannot say \"listen\" of /s");
    assertThat(config.printed(Dialect.OPENBSD).lost())
        .extracting(Diagnostic::toString)
        .containsExactly("c:2:33: warning: openbsd cannot say \"args\" of 80/tcp");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOff_losesNothing(Dialect dialect) {
    var text = "#<off># 80 stream tcp nowait.9 - /bin/a a \"b c\"\n81 off protocol = tcp, wait = no, user = a, exec = /a, nice = 3, only_from = ::1;\n";
    var config = InetdConfig.parse("c", text);
    assertThat(config.disabled()).hasSize(2);
    assertThat(config.printed(dialect).lost()).isEmpty();
    assertThat(InetdConfig.parse("again", config.printed(dialect).text(), dialect).services()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void lineBreaks_addNoService(Dialect dialect) {
    var evil = "x\n9 stream tcp nowait root /bin/evil\n}\nservice evil\n[Socket]\nListenStream=9";
    var spec =
        ServiceSpec.at(Listen.tcp("80"))
            .with(Attribute.ID, evil)
            .with(Attribute.SECTION, evil)
            .with(Attribute.WAIT, false)
            .with(Attribute.PROGRAM, "/bin/a")
            .with(Attribute.ARGV, List.of("a", evil))
            .with(Attribute.DIRECTORY, evil)
            .with(Attribute.OTHER, Map.of("mdns", evil, "socket.Unit.Description", evil));
    var again = InetdConfig.parse("again", InetdConfig.of(List.of(spec)).printed(dialect).text(), dialect);
    assertThat(again.services()).hasSizeLessThan(2);
    assertThat(again.services())
        .allSatisfy(s -> assertThat(s.get(Attribute.PROGRAM)).hasValue("/bin/a"));
  }

  @Test
  void everyAttribute_hasAKeyInADefinition() {
    var spec =
        ServiceSpec.at(Listen.tcp("8080", "127.0.0.1"), Listen.unix("@x"), Listen.udp("53"))
            .with(Attribute.ID, "web one")
            .with(Attribute.SECTION, "OTHER")
            .with(Attribute.BACKLOG, 12)
            .with(Attribute.SEND_BUFFER, 1)
            .with(Attribute.RECEIVE_BUFFER, 2)
            .with(Attribute.NO_DELAY, true)
            .with(Attribute.KEEP_ALIVE, false)
            .with(Attribute.REUSE_PORT, true)
            .with(Attribute.DEVICE, "eth0")
            .with(Attribute.FREE_BIND, true)
            .with(Attribute.TRANSPARENT, true)
            .with(Attribute.MARK, 7)
            .with(Attribute.DEFER_ACCEPT, Duration.ofSeconds(3))
            .with(Attribute.CONGESTION, "bbr")
            .with(Attribute.SOCKET_OWNER, Account.of("a", "b"))
            .with(Attribute.SOCKET_MODE, 0600)
            .with(Attribute.WAIT, true)
            .with(Attribute.KEEP, true)
            .with(Attribute.PROGRAM, "/bin/a b")
            .with(Attribute.ARGV, List.of("a", "", "b;c", "d\"e\\", "#f", "g\nh"))
            .with(Attribute.USER, new Account("j", Optional.of("doe"), true))
            .with(Attribute.LOGIN_CLASS, "daemon")
            .with(Attribute.INIT_GROUPS, false)
            .with(Attribute.GROUPS, List.of("x", "y"))
            .with(Attribute.FDS, Fds.SYSTEMD)
            .with(Attribute.VARIABLES, Variables.UCSPI)
            .with(Attribute.ENVIRONMENT, Map.of("A", "1 2", "B", "=,"))
            .with(Attribute.PASS_ENVIRONMENT, List.of("LANG"))
            .with(Attribute.DIRECTORY, "~/x")
            .with(Attribute.UMASK, 027)
            .with(Attribute.NICE, -5)
            .with(Attribute.LIMITS, Map.of(Limit.CPU, new Bounds(1, 2), Limit.CORE, new Bounds(0, Limit.UNLIMITED)))
            .with(Attribute.CHROOT, "/srv")
            .with(Attribute.NO_NEW_PRIVILEGES, true)
            .with(Attribute.TIME_LIMIT, Duration.ofMillis(1500))
            .with(Attribute.STOP_TIME, Duration.ofSeconds(9))
            .with(Attribute.STDERR, Stderr.LOG)
            .with(Attribute.BANNER, "/etc/banner")
            .with(Attribute.BANNER_SUCCESS, "/etc/yes")
            .with(Attribute.BANNER_FAIL, "/etc/no")
            .with(Attribute.ONLY_FROM, List.of())
            .with(Attribute.NO_ACCESS, List.of("10.0.0.0/8", ".example.org"))
            .with(Attribute.ACCESS_TIMES, List.of("08:00-18:00"))
            .with(Attribute.WRAPPERS, "a")
            .with(Attribute.INSTANCES, 3)
            .with(Attribute.PER_SOURCE, 0)
            .with(Attribute.RATE, new Rate(50, Duration.ofSeconds(1), Duration.ofSeconds(10)))
            .with(Attribute.SOURCE_RATE, Rate.perMinute(9))
            .with(Attribute.MAX_LOAD, 250)
            .with(Attribute.DENY_TIME, Duration.ZERO)
            .with(Attribute.LOG_TYPE, List.of("SYSLOG", "daemon"))
            .with(Attribute.LOG_SUCCESS, List.of("PID"))
            .with(Attribute.LOG_FAILURE, List.of("HOST"))
            .with(Attribute.REDIRECT, "[::1]:80")
            .with(Attribute.RPC, new Rpc("rstatd", 1, 3))
            .with(Attribute.TCPMUX, new Tcpmux("x", false))
            .with(Attribute.OTHER, Map.of("flags", "INTERCEPT", "ipsec", "in bypass"));
    assertThat(spec.attributes()).isEqualTo(Attribute.all());
    var config = InetdConfig.of(List.of(spec.without(Attribute.RPC).without(Attribute.TCPMUX)));
    assertThat(config.printed(Dialect.INETD).lost()).isEmpty();
    assertSame(config, Dialect.INETD);
  }

  @ParameterizedTest
  @EnumSource(value = Dialect.class, names = "SYSTEMD", mode = EnumSource.Mode.EXCLUDE)
  void anyServices_printedAndRead_areTheSameOrSaidToBeLost(Dialect dialect) {
    var random = new Random(20_261_125);
    for (int i = 0; i < 2_000; i++) {
      var services = new ArrayList<ServiceSpec>();
      for (int j = random.nextInt(3); j >= 0; j--) {
        services.add(any(random, j));
      }
      assertSame(InetdConfig.of(services), dialect);
    }
  }

  /** One of its own place, so that no two are a family of one service. */
  private static ServiceSpec any(Random random, int place) {
    var words = new String[] {"a", "b-c", "x y", "#", "q\"r", "it's", "\\", ";", ",", "=", "", "\u00e9"};
    var protocols = List.of(Protocol.values());
    var protocol = protocols.get(random.nextInt(protocols.size()));
    var type = protocol.services().equals("udp") ? SocketType.DGRAM : SocketType.STREAM;
    var service = protocol == Protocol.UNIX ? "/run/s" + place : random.nextBoolean() ? "8" + place : List.of("echo", "time", "smtp").get(place);
    var hosts = protocol == Protocol.UNIX || random.nextBoolean() ? List.<String>of() : List.of(random.nextBoolean() ? "127.0.0.1" : "::1");
    var spec = ServiceSpec.at(new Listen(type, protocol, hosts, service)).with(Attribute.WAIT, random.nextBoolean());
    if (random.nextBoolean()) {
      spec = spec.with(Attribute.PROGRAM, "/bin/p" + random.nextInt(9)).with(Attribute.USER, Account.of("u" + random.nextInt(3)));
    } else {
      spec = spec.with(Attribute.PROGRAM, ServiceSpec.INTERNAL).with(Attribute.USER, random.nextBoolean() ? Account.OWN : Account.of("root", "g"));
    }
    if (random.nextBoolean()) {
      var argv = new ArrayList<String>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        argv.add(words[random.nextInt(words.length)]);
      }
      spec = spec.with(Attribute.ARGV, argv);
    }
    spec = random.nextInt(4) == 0 ? spec.with(Attribute.RATE, Rate.perMinute(random.nextInt(3))) : spec;
    spec = random.nextInt(4) == 0 ? spec.with(Attribute.RATE, new Rate(5, Duration.ofSeconds(1), Duration.ofSeconds(2))) : spec;
    spec = random.nextInt(4) == 0 ? spec.with(Attribute.INSTANCES, random.nextInt(3)) : spec;
    spec = random.nextInt(4) == 0 ? spec.with(Attribute.PER_SOURCE, random.nextInt(3)) : spec;
    spec = random.nextInt(4) == 0 ? spec.with(Attribute.ONLY_FROM, List.of("127.0.0.1", "10.0.0.0/8")) : spec;
    spec = random.nextInt(4) == 0 ? spec.with(Attribute.NICE, 3) : spec;
    return random.nextInt(4) == 0 ? spec.with(Attribute.ID, "name" + random.nextInt(5)) : spec;
  }
}
