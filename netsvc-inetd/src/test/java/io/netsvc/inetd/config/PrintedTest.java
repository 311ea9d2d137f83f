package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
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

  /** What is said, on and off; xinetd also tells each program its client's address. */
  private static List<ServiceSpec> said(InetdConfig config, Dialect dialect) {
    var all = new ArrayList<>(config.services());
    config.disabled().forEach(entry -> all.add(entry.service().orElseThrow()));
    return all.stream()
        .map(ServiceSpec::explicit)
        .map(s -> dialect == Dialect.XINETD ? s.with(Attribute.VARIABLES, Variables.XINETD) : s)
        .toList();
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
            "c:2:1: warning: gnu cannot say \"listen\" of 80/tcp",
            "c:3:1: warning: gnu cannot say \"listen\" of /s");
    assertThat(config.printed(Dialect.OPENBSD).lost())
        .extracting(Diagnostic::toString)
        .containsExactly("c:2:33: warning: openbsd cannot say \"args\" of 80/tcp");
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
      spec = spec.with(Attribute.PROGRAM, ServiceSpec.INTERNAL).with(Attribute.USER, Account.of("root", "g"));
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
