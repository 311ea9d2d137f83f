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
import org.junit.jupiter.params.provider.ValueSource;

/** xinetd.conf, and where it is not read as xinetd does. */
@Timeout(60)
final class XinetdTest {
  private static final String BASE =
      "socket_type = stream\nwait = no\nuser = root\nserver = /usr/sbin/in.x\n";

  private static InetdConfig parse(String text) {
    return InetdConfig.parse("x", text, Dialect.XINETD);
  }

  private static String section(String name, String attributes) {
    return "service " + name + "\n{\n" + attributes + "}\n";
  }

  private static ServiceSpec one(String attributes) {
    return one("", attributes);
  }

  private static ServiceSpec one(String before, String attributes) {
    var config = parse(before + section("echo", attributes));
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.services()).hasSize(1);
    return config.services().getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | tcp46 | ''", "flags = IPv4 | tcp4 | ''", "FLAGS = ipv6 ipv4 | tcp46 | ''",
        "bind = 127.0.0.1 | tcp4 | 127.0.0.1", "interface = ::1 | tcp6 | ::1", "v6only = yes | tcp6 | ''",
        "v6only = no | tcp46 | ''", "bind = localhost | tcp | localhost"
      })
  void family_isByFlagsAndAddress(String attribute, String protocol, String host) {
    var listen = one(BASE + attribute + "\n").listens().getFirst();
    assertThat(listen.protocol().keyword()).isEqualTo(protocol);
    assertThat(String.join(",", listen.hosts())).isEqualTo(host);
  }

  @Test
  void attributes_meanWhatTheySay() {
    var spec =
        one(
            BASE
                + """
                id = my-echo
                group = tty
                groups = yes
                instances = 5
                per_source = UNLIMITED
                cps = 30 7
                max_load = 2.5
                nice = -3
                umask = 027
                rlimit_cpu = 20
                rlimit_as = 4096M
                rlimit_files = UNLIMITED
                server_args = -a b
                env = A=1 B=2
                passenv = LANG TZ
                only_from = 10.0.0.0/8 localhost
                no_access = 10.1.2.3
                access_times = 08:00-12:00 13:00-18:00
                banner = /etc/banner
                banner_success = /etc/yes
                banner_fail = /etc/no
                log_type = SYSLOG daemon info
                log_on_success += PID HOST
                flags = NODELAY KEEPALIVE REUSE
                """);
    assertThat(spec.name()).isEqualTo("my-echo");
    assertThat(spec.account()).isEqualTo(Account.of("root", "tty"));
    assertThat(spec.get(Attribute.INIT_GROUPS)).isEmpty();
    assertThat(spec.get(Attribute.INSTANCES)).hasValue(5);
    assertThat(spec.get(Attribute.PER_SOURCE)).isEmpty();
    assertThat(spec.get(Attribute.RATE)).hasValue(new Rate(30, Duration.ofSeconds(1), Duration.ofSeconds(7)));
    assertThat(spec.get(Attribute.MAX_LOAD)).hasValue(250);
    assertThat(spec.get(Attribute.NICE)).hasValue(-3);
    assertThat(spec.get(Attribute.UMASK)).hasValue(027);
    assertThat(spec.get(Attribute.LIMITS))
        .hasValue(
            Map.of(
                Limit.CPU, new Bounds(20, 20),
                Limit.ADDRESS_SPACE, new Bounds(1L << 32, 1L << 32),
                Limit.OPEN_FILES, new Bounds(-1, -1)));
    assertThat(spec.argv()).containsExactly("in.x", "-a", "b");
    assertThat(spec.get(Attribute.ENVIRONMENT)).hasValue(Map.of("A", "1", "B", "2"));
    assertThat(spec.get(Attribute.PASS_ENVIRONMENT)).hasValue(List.of("LANG", "TZ"));
    assertThat(spec.get(Attribute.ONLY_FROM)).hasValue(List.of("10.0.0.0/8", "localhost"));
    assertThat(spec.get(Attribute.NO_ACCESS)).hasValue(List.of("10.1.2.3"));
    assertThat(spec.get(Attribute.ACCESS_TIMES)).hasValue(List.of("08:00-12:00", "13:00-18:00"));
    assertThat(spec.get(Attribute.BANNER_FAIL)).hasValue("/etc/no");
    assertThat(spec.get(Attribute.LOG_SUCCESS)).hasValue(List.of("PID", "HOST"));
    assertThat(spec.is(Attribute.NO_DELAY)).isTrue();
    assertThat(spec.is(Attribute.KEEP_ALIVE)).isTrue();
    assertThat(spec.get(Attribute.WRAPPERS)).hasValue("in.x");
    assertThat(spec.get(Attribute.VARIABLES)).hasValue(Variables.XINETD);
    assertThat(spec.get(Attribute.OTHER)).hasValue(Map.of("flags", "REUSE"));
  }

  @Test
  void types_sayWhatServes() {
    assertThat(one("type = INTERNAL\nsocket_type = stream\nwait = no\n").internal()).isTrue();
    var mux = parse(section("date", "type = TCPMUXPLUS\nwait = no\nuser = nobody\nserver = /bin/date\n")).services();
    assertThat(mux.getFirst().get(Attribute.TCPMUX)).hasValue(new Tcpmux("date", true));
    assertThat(mux.getFirst().account()).as("xinetd serves it as root").isEqualTo(Account.of("nobody"));
    var rpc = one("type = RPC UNLISTED\nsocket_type = dgram\nprotocol = udp\nwait = yes\nuser = a\nserver = /a\nrpc_number = 100001\nrpc_version = 2-4\n");
    assertThat(rpc.get(Attribute.RPC)).hasValue(new Rpc("100001", 2, 4));
    assertThat(one("type = UNLISTED\nport = 4000\n" + BASE).listens().getFirst().service()).isEqualTo("4000");
    assertThat(one("socket_type = stream\nwait = no\nredirect = ::1 80\n").get(Attribute.REDIRECT)).hasValue("[::1]:80");
    assertThat(one(BASE + "flags = NAMEINARGS\nserver_args = name -x\n").argv()).containsExactly("name", "-x");
    var trap = one("flags = SENSOR\nsocket_type = stream\nwait = no\nuser = root\ndeny_time = 60\n");
    assertThat(trap.get(Attribute.DENY_TIME)).hasValue(Duration.ofHours(1));
  }

  @Test
  void wrappers_unlessAFlagSaysNot_areAskedAboutEachService() {
    var internal = "type = INTERNAL\nsocket_type = stream\nwait = no\nid = other\n";
    assertThat(one(internal).get(Attribute.WRAPPERS)).hasValue("echo");
    assertThat(one(internal + "libwrap = y\n").get(Attribute.WRAPPERS)).hasValue("y");
    assertThat(one(internal + "flags = NOLIBWRAP\n").get(Attribute.WRAPPERS)).isEmpty();
    var redirect = "socket_type = stream\nwait = no\nredirect = ::1 80\n";
    assertThat(one(redirect).get(Attribute.WRAPPERS)).hasValue("echo");
    assertThat(one(redirect + "flags = NOLIBWRAP\n").get(Attribute.WRAPPERS)).isEmpty();
    assertThat(one(BASE + "flags = NOLIBWRAP\nlibwrap = y\n").get(Attribute.WRAPPERS)).isEmpty();
    assertThat(one(BASE + "libwrap = y\nflags = nolibwrap\n").get(Attribute.WRAPPERS)).isEmpty();
    assertThat(one(BASE + "libwrap = y\n").get(Attribute.WRAPPERS)).hasValue("y");
    assertThat(one(BASE + "flags = NAMEINARGS\nserver_args = /usr/sbin/in.y -x\n").get(Attribute.WRAPPERS))
        .as("as for tcpd").hasValue("in.y");
    var trap = "flags = SENSOR\nsocket_type = stream\nwait = no\ndeny_time = 60\n";
    assertThat(one(trap).get(Attribute.WRAPPERS)).as("it refuses everybody").isEmpty();
  }

  @Test
  void defaults_addUpAndAreOverridden() {
    var before = "defaults\n{\ninstances = 9\nonly_from = 10.0.0.0/8\nonly_from = 11.0.0.0/8\nlog_on_success = PID\n}\n";
    assertThat(one(before, BASE).get(Attribute.ONLY_FROM)).hasValue(List.of("10.0.0.0/8", "11.0.0.0/8"));
    assertThat(one(before, BASE + "only_from += 12.0.0.1\n").get(Attribute.ONLY_FROM))
        .hasValue(List.of("10.0.0.0/8", "11.0.0.0/8", "12.0.0.1"));
    assertThat(one(before, BASE + "only_from -= 10.0.0.0/8\n").get(Attribute.ONLY_FROM)).hasValue(List.of("11.0.0.0/8"));
    assertThat(one(before, BASE + "only_from =\n").get(Attribute.ONLY_FROM)).as("nobody").hasValue(List.of());
    assertThat(one(before, BASE + "instances = UNLIMITED\n").get(Attribute.INSTANCES)).isEmpty();
    assertThat(one(before, BASE).get(Attribute.INSTANCES)).hasValue(9);
  }

  @Test
  void defaults_belowAWrongOrForeignOne_areFew() {
    var below = parse(section("echo", BASE + "only_from += 10.0.0.1\n") + "defaults\n{\nonly_from = 11.0.0.0/8\ninstances = many\nuser = nobody\n}\n" + section("time", BASE.replace("user = root\n", "")));
    assertThat(below.services()).singleElement().extracting(s -> s.get(Attribute.ONLY_FROM).orElseThrow()).isEqualTo(List.of("11.0.0.0/8", "10.0.0.1"));
    assertThat(below.diagnostics())
        .extracting(Diagnostic::message)
        .containsExactly(
            "read \"many\", expected a number from 0", "read \"user\" in defaults, where xinetd passes it over",
            "read no user for service \"time\", expected one");
  }

  @Test
  void brokenSection_isWhatItWas() {
    var running = parse(section("echo", BASE)).services().getFirst();
    assertThat(parse(section("echo", "nonsense\n")).broken())
        .singleElement()
        .satisfies(broken -> assertThat(broken.to(running)).isEqualTo(BrokenEntry.Likeness.SAME));
  }

  @Test
  void inetdConf_converted_isOn() {
    var printed = InetdConfig.parse("c", "echo stream tcp nowait root /bin/cat\n").printed(Dialect.XINETD);
    assertThat(printed.text()).contains("disable         = no");
    assertThat(printed.lost()).singleElement().asString().contains("a socket for each family");
  }

  @Test
  void disabled_isKeptOff() {
    var config =
        parse(
            "defaults\n{\ndisabled = two\n}\n" + section("echo", BASE + "disable = yes\n")
                + section("discard", BASE + "id = two\n") + section("time", "disable = yes\n"));
    assertThat(config.services()).isEmpty();
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.disabled()).extracting(DisabledEntry::text).containsExactly("echo", "discard", "time");
    assertThat(config.disabled().getFirst().service()).isPresent();
    assertThat(config.disabled().getLast().service()).isEmpty();
    assertThat(parse("defaults\n{\nenabled = echo\n}\n" + section("echo", BASE) + section("time", BASE)).services())
        .extracting(ServiceSpec::name)
        .containsExactly("echo/tcp46");
  }

  @Test
  void commentAfterAValue_warnsAndTheValueCounts() {
    var config = parse(section("echo", BASE + "\tper_source = 4 # four\n"));
    assertThat(config.services().getFirst().get(Attribute.PER_SOURCE)).hasValue(4);
    assertThat(config.diagnostics())
        .singleElement()
        .asString()
        .startsWith("x:7:17: warning: a comment after the value of per_source: xinetd would leave");
  }

  @Test
  void linesOfDos_areLines() {
    assertThat(parse(section("echo", BASE).replace("\n", "\r\n")).services()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "socket_type = stream | 1:9 | read no user for service",
        "socket_type = raw | 3:15 | read \"raw\", expected stream or dgram: such sockets",
        "wait = perhaps | 4:1 | read \"wait\", expected it once: it is already said on line 3",
        "instances = many | 1:9 | read no socket_type",
        "nonsense | 3:1 | read \"nonsense\", expected attribute = value",
        "instances += 3 | 3:1 | read \"instances\", expected = after instances, which is said once"
      })
  void brokenSection_isOneErrorAndLeavesOthers(String line, String place, String message) {
    var config = parse(section("echo", line + "\nwait = no\nserver = /a\n") + section("time", BASE));
    assertThat(config.services()).extracting(ServiceSpec::name).containsExactly("time/tcp46");
    assertThat(config.diagnostics())
        .singleElement()
        .asString()
        .startsWith("x:" + place + ": error: " + message);
  }

  @Test
  void sectionWithoutItsEnd_isOneError() {
    var config = parse("service echo\n{\n" + BASE + section("time", BASE));
    assertThat(config.services()).hasSize(1);
    assertThat(config.diagnostics())
        .singleElement()
        .hasToString("x:1:9: error: read the section \"echo\" without its end, expected } before \"service\" on line 7");
  }

  @Test
  void badDefault_leavesServices() {
    var config = parse("defaults\n{\nnonsense\ninstances = 3\n}\n" + section("echo", BASE));
    assertThat(config.services().getFirst().get(Attribute.INSTANCES)).hasValue(3);
    assertThat(config.diagnostics()).singleElement().asString().startsWith("x:3:1: error: ");
  }

  @Test
  void unknownAttribute_warnsWithTheNearest() {
    assertThat(parse(section("echo", BASE + "instance = 3\n")).diagnostics())
        .singleElement()
        .hasToString("x:7:1: warning: read \"instance\", which xinetd does not have; expected perhaps instances");
  }

  @Test
  void includedir_readsNamesWithoutADot(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("b"), section("echo", BASE));
    Files.writeString(directory.resolve("a"), section("time", BASE));
    Files.writeString(directory.resolve("c.conf"), section("discard", BASE));
    Files.writeString(directory.resolve("d~"), section("discard", BASE));
    var main = Files.writeString(directory.resolve("main.x"), "includedir " + directory + "\n");
    var config = InetdConfig.read(main);
    assertThat(config.services()).extracting(ServiceSpec::name).containsExactly("time/tcp46", "echo/tcp46");
    assertThat(config.services()).extracting(ServiceSpec::file).containsExactly(directory + "/a", directory + "/b");
    assertThat(config.diagnostics())
        .extracting(Diagnostic::message)
        .contains("\"c.conf\" is left out, because its name has a dot");
    Files.writeString(main, "include " + main + "\n");
    assertThat(InetdConfig.read(main, Dialect.XINETD).diagnostics())
        .singleElement()
        .asString()
        .contains("which includes this file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"service a\n{\n", "}\n", "{", "defaults", "service", "includedir", "service \0\n{\n}\n"})
  void pieces_areNoMoreThanErrors(String text) {
    var config = parse(text);
    assertThat(config.services()).isEmpty();
    assertThat(config.hasErrors()).isTrue();
  }

  @Test
  void anyMixOfPieces_returns() {
    var pieces =
        new String[] {
          "service ", "echo", "defaults", "\n", "\n", "\n{\n", "\n}\n", "include ", "/nowhere", "socket_type", "=", "+=", "-=",
          "stream", "wait = no\n", "user = root\n", "server = /a\n", "instances", "9", "cps = ", "#", "# x", " ", "\t",
          "only_from", "flags", "IPv6", "type", "RPC", "rpc_version", "rlimit_as", "\0", "\ufffd", "disable = yes\n"
        };
    var random = new Random(20_261_127);
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int j = random.nextInt(40); j > 0; j--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      for (var diagnostic : parse(text.toString()).diagnostics()) {
        assertThat(diagnostic.message().chars().noneMatch(Character::isISOControl)).isTrue();
      }
    }
  }
}
