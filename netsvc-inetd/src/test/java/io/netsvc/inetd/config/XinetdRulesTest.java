package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What xinetd refuses or passes over is said, with its place; and what is written is what it takes. */
@Timeout(60)
final class XinetdRulesTest {
  private static final String BASE = "socket_type = stream\nwait = no\nuser = root\nserver = /usr/sbin/in.x\n";

  private static InetdConfig parse(String text) {
    return InetdConfig.parse("x", text, Dialect.XINETD);
  }

  private static InetdConfig echo(String attributes) {
    return parse("service echo\n{\n" + attributes + "}\n");
  }

  private static List<String> said(InetdConfig config) {
    return config.diagnostics().stream().map(Diagnostic::toString).toList();
  }

  private static String converted(String line) {
    return InetdConfig.parse("c", line + "\n").printed(Dialect.XINETD).text();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type = INTERNET | 7:8 | read \"INTERNET\", expected one of RPC, INTERNAL, TCPMUX, TCPMUXPLUS, UNLISTED",
        "flags = REUSE INTERCEPTED | 7:15 | read \"INTERCEPTED\", expected one of IPv4, IPv6, KEEPALIVE",
        "type = | 7:5 | read no value for type, expected one",
        "access_times = | 7:13 | read no value for access_times, expected one",
        "bind = | 7:5 | read no value for bind, expected one",
        "per_source = | 7:11 | read no value for per_source, expected one",
        "bind = 10.0.0.1,10.0.0.2 | 7:8 | read \"10.0.0.1,10.0.0.2\", expected one address",
        "user = nobody | 7:1 | read \"user\", expected it once: it is already said on line 5",
        "access_times += 1:00-2:00 | 7:1 | read \"access_times\", expected = after access_times, which is said once",
        "cps = ten | 7:7 | read \"ten\", expected a number of connections a second",
        "cps = 10 x | 7:10 | read \"x\", expected a number of seconds to pause",
        "cps = 10 2 3 | 7:12 | read \"3\", expected nothing after the seconds to pause",
        "redirect = localhost | 7:21 | read the end of the line, expected a host and a port",
        "redirect = localhost 80 x | 7:25 | read \"x\", expected nothing after the port",
        "env -= A=1 | 7:1 | read \"env\", expected = or += after env"
      })
  void whatCannotBeMeant_isAnError(String line, String place, String message) {
    var config = echo(BASE + line + "\n");
    assertThat(config.services()).isEmpty();
    assertThat(said(config)).singleElement().asString().startsWith("x:" + place + ": error: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nice = | 7:5 | read no value for nice, expected one: it is passed over",
        "banner = # none | 7:7 | read no value for banner, expected one: it is passed over",
        "flags = INTERCEPT | 7:1 | the flag INTERCEPT is not followed",
        "log_on_failure += HOST RECORD | 7:24 | read \"RECORD\", expected one of HOST, USERID, ATTEMPT"
      })
  void whatIsPassedOver_isAWarning(String line, String place, String message) {
    var config = echo(BASE + line + "\n");
    assertThat(config.services()).hasSize(1);
    assertThat(said(config)).first().asString().startsWith("x:" + place + ": warning: " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"only_from =", "no_access =", "env =", "passenv =", "log_on_success ="})
  void setsWithoutValues_areEmpty(String line) {
    assertThat(said(echo(BASE + line + "\n"))).isEmpty();
  }

  @Test
  void sets_mayBeSaidAgain() {
    var spec = echo(BASE + "env = A=1\nenv += B=2\nenv += A=3\nonly_from = 10.0.0.1\nonly_from = 10.0.0.2\n").services().getFirst();
    assertThat(spec.get(Attribute.ENVIRONMENT).orElseThrow()).containsEntry("A", "3").containsEntry("B", "2");
    assertThat(spec.get(Attribute.ONLY_FROM)).as("= replaces").hasValue(List.of("10.0.0.2"));
  }

  @Test
  void synonyms_areOneAttribute() {
    assertThat(said(echo(BASE + "bind = ::1\ninterface = ::1\n")))
        .containsExactly("x:8:1: error: read \"interface\", expected it once: it is already said on line 7");
    var inherited = parse("defaults\n{\ninterface = 10.0.0.1\n}\nservice echo\n{\n" + BASE + "bind = ::1\n}\n");
    assertThat(inherited.services().getFirst().listens().getFirst().hosts()).containsExactly("::1");
  }

  @Test
  void datagramsThatDoNotWait_areRefused() {
    assertThat(said(echo("socket_type = dgram\nwait = no\nuser = root\nserver = /a\n")))
        .containsExactly("x:4:8: error: read \"no\", expected yes: xinetd serves no dgram service that does not wait");
    assertThat(converted("7 dgram udp nowait root internal echo")).contains("wait            = yes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | bind = :: | tcp46 | ''", "'' | bind = 0:0::0 | tcp46 | ''", "v6only = yes | bind = :: | tcp6 | ''",
        "flags = IPv6 | bind = :: | tcp46 | ''", "v6only = yes | bind = 127.0.0.1 | tcp4 | 127.0.0.1",
        "flags = IPv6 | bind = localhost | tcp6 | localhost", "'' | '' | tcp46 | ''"
      })
  void anyAddress_isBothFamilies(String first, String second, String protocol, String host) {
    var config = echo(BASE + first + "\n" + second + "\n");
    assertThat(said(config)).isEmpty();
    var listen = config.services().getFirst().listens().getFirst();
    assertThat(listen.protocol().keyword()).isEqualTo(protocol);
    assertThat(String.join(",", listen.hosts())).isEqualTo(host);
    var printed = config.printed(Dialect.XINETD);
    assertThat(printed.lost()).isEmpty();
    assertThat(parse(printed.text()).services()).isEqualTo(config.services());
  }

  @ParameterizedTest
  @ValueSource(strings = {"flags = IPv4\nbind = ::", "flags = IPv4\nbind = ::1", "flags = IPv6\nbind = 10.0.0.1"})
  void addressOfAnotherFamily_isAnError(String lines) {
    assertThat(said(echo(BASE + lines + "\n"))).singleElement().asString().contains("expected an address of IPv");
  }

  @Test
  void defaultsWithoutTheirEnd_areNamed() {
    assertThat(said(parse("\ndefaults\n{\nnonsense\ncps = 1 2\n\nservice echo\n{\n" + BASE + "}\n")))
        .containsExactly(
            "x:2:1: error: read the section \"defaults\" without its end, expected } before \"service\" on line 7",
            "x:4:1: error: read \"nonsense\", expected attribute = value");
    assertThat(said(parse("defaults\n{\ninclude /nowhere\n")))
        .first()
        .hasToString("x:1:1: error: read the section \"defaults\" without its end, expected } before \"include\" on line 3");
  }

  @Test
  void secondDefaults_arePassedOver() {
    var config = parse("defaults\n{\ncps = 1 2\n}\ndefaults\n{\ncps = 3 4\n}\nservice echo\n{\n" + BASE + "}\n");
    assertThat(config.services().getFirst().get(Attribute.RATE).orElseThrow().count()).isEqualTo(1);
    assertThat(said(config))
        .containsExactly("x:5:1: error: read \"defaults\", expected one section of defaults in a file: this one is passed over");
  }

  @Test
  void diagnosticsOfDefaults_nameTheirFile(@TempDir Path directory) throws Exception {
    var defaults = Files.writeString(directory.resolve("d"), "defaults\n{\nonly_from =\nbind = a,b\ninstances = x\nlog_on_failure = X\n}\n");
    var main = Files.writeString(directory.resolve("m.x"), "include " + defaults + "\nservice echo\n{\n" + BASE + "flags = IPv4\n}\n");
    var config = InetdConfig.read(main, Dialect.XINETD);
    assertThat(config.diagnostics()).hasSize(3).allMatch(diagnostic -> diagnostic.file().equals(defaults.toString()));
    var spec = config.services().getFirst();
    assertThat(spec.warning(Attribute.ONLY_FROM, "m")).hasToString(defaults + ":3:1: warning: m");
    assertThat(spec.warning(Attribute.USER, "m").file()).isEqualTo(main.toString());
    Files.writeString(defaults, "\n\ndefaults\n{\nbind = ::1\n}\n");
    assertThat(said(InetdConfig.read(main, Dialect.XINETD)))
        .containsExactly(defaults + ":5:8: error: read \"::1\", expected an address of IPv4, as the flag IPv4 asks for");
  }

  @Test
  void severalAddresses_areAServiceEach() {
    var printed = InetdConfig.parse("c", "127.0.0.1,[::1]:echo stream tcp nowait root /bin/cat\n").printed(Dialect.XINETD);
    assertThat(printed.lost()).first().asString().contains("several addresses of echo/tcp as one service: it gets one for each");
    var again = parse(printed.text());
    assertThat(again.diagnostics()).isEmpty();
    assertThat(again.services()).extracting(ServiceSpec::name).containsExactly("echo/tcp4", "echo/tcp-2");
    assertThat(again.services())
        .flatExtracting(ServiceSpec::listens)
        .containsExactly(
            new Listen(SocketType.STREAM, Protocol.TCP4, List.of("127.0.0.1"), "echo"),
            new Listen(SocketType.STREAM, Protocol.TCP6, List.of("::1"), "echo"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "type = NONE", "user = a\nuser = b", "wait ="})
  void whatIsOff_isAWarningAtMost(String lines) {
    for (var text : List.of("disable = yes\n" + lines + "\n", lines + "\ndisable = yes\n")) {
      var config = echo(text);
      assertThat(config.hasErrors()).isFalse();
      assertThat(config.disabled()).singleElement().extracting(DisabledEntry::text).isEqualTo("echo");
    }
    assertThat(said(echo("disable = yes\nnonsense\n")))
        .containsExactly("x:4:1: warning: read \"nonsense\", expected attribute = value");
    assertThat(said(echo(BASE + "disable = maybe\n"))).singleElement().asString().contains("error");
  }

  @Test
  void internalService_needsNoUser() {
    var config = InetdConfig.parse("c", "time stream tcp4 nowait - internal\n");
    var printed = config.printed(Dialect.XINETD);
    assertThat(printed.text()).contains("disable         = no").doesNotContain("user");
    assertThat(parse(printed.text()).services().getFirst().sameAs(config.services().getFirst().with(Attribute.VARIABLES, Variables.XINETD)))
        .isTrue();
  }

  @Test
  void wrappersKnowAProgram_byItsNameInTheArguments() {
    var wrapped = BASE.replace("in.x", "tcpd") + "server_args = /usr/sbin/in.fingerd -w\n";
    assertThat(echo(wrapped).services().getFirst().get(Attribute.WRAPPERS)).hasValue("tcpd");
    var named = echo(wrapped + "flags = NAMEINARGS\n");
    assertThat(named.services().getFirst().get(Attribute.WRAPPERS)).hasValue("in.fingerd");
    assertThat(parse(named.printed(Dialect.XINETD).text()).services()).isEqualTo(named.services());
    assertThat(echo(wrapped + "flags = NAMEINARGS NOLIBWRAP\n").services().getFirst().get(Attribute.WRAPPERS)).isEmpty();
  }

  @Test
  void sectionWithoutItsKeyword_isOneError() {
    var config = parse("echo\n{\nwait = no\n}\n\nservice\n{\nwait = no\n}\nservice time\n{\n" + BASE + "}\n");
    assertThat(config.services()).hasSize(1);
    assertThat(said(config))
        .containsExactly(
            "x:1:1: error: read \"echo\", expected service, defaults, include or includedir",
            "x:6:1: error: read \"service\", expected a name after service");
  }

  @Test
  void keywords_areOfAnyCase() {
    var config = parse("SERVICE echo\n{\nSocket_Type = STREAM\nProtocol = tcp\nWAIT = No\nUser = a\nSERVER = /a\nType = unlisted\nport = 80\n}\n");
    assertThat(said(config)).isEmpty();
    assertThat(echo("protocol = udp\nwait = yes\nuser = a\nserver = /a\n").services().getFirst().isDatagram())
        .as("the type that the protocol has")
        .isTrue();
  }
}
