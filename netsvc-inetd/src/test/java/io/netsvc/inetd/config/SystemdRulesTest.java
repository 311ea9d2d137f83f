package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.Limit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What systemd does with the values of units, and what there is to say of those without a meaning here. */
@Timeout(60)
final class SystemdRulesTest {
  private static final String SERVICE = "[Service]\nExecStart=/bin/cat\nStandardInput=socket\n";

  private static InetdConfig parse(String socket, String service) {
    return InetdConfig.parse(
        "u", "# /etc/a-b@c.socket\n[Socket]\n" + socket + "\n# /etc/a-b@.service\n" + service, Dialect.SYSTEMD);
  }

  private static ServiceSpec one(String socket, String service) {
    var config = parse(socket, service);
    assertThat(said(config)).isEmpty();
    return config.services().getFirst();
  }

  private static List<String> said(InetdConfig config) {
    return config.diagnostics().stream().map(Diagnostic::toString).toList();
  }

  private static List<String> argv(String command, String more) {
    return one("ListenStream=80", "[Service]\nStandardInput=socket\n" + more + "\nExecStart=" + command).argv();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ListenSteam=80 | 4:1 | read \"ListenSteam\", which systemd does not have in [Socket]; expected perhaps ListenStream",
        "PassSecurity=yes | 4:1 | \"PassSecurity\" has no meaning here",
        "TriggerLimitIntervalSec=9 | 4:1 | \"TriggerLimitIntervalSec\" has no meaning here without TriggerLimitBurst=",
        "ListenStream=vsock:2:3000 | 4:14 | read \"vsock:2:3000\", which is not served"
      })
  void keysOfSockets_withoutAMeaning_areWarnings(String line, String place, String message) {
    var config = parse("ListenStream=80\n" + line, SERVICE);
    assertThat(config.services()).hasSize(1);
    assertThat(said(config)).containsExactly("u:" + place + ": warning: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ProtectSystem=full | \"ProtectSystem\" has no meaning here",
        "ExecStartt=/bin/x | read \"ExecStartt\", which systemd does not have in [Service]; expected perhaps ExecStart",
        "StandardInput=tty | \"StandardInput\" is not followed; expected socket or null",
        "StandardOutput=file:/x | \"StandardOutput\" is not followed; expected socket",
        "StandardError=tty | \"StandardError\" is not followed; expected inherit, socket, journal or null",
        "Type=forking | read \"forking\", which is not followed; expected simple",
        "EnvironmentFile=/etc/*.env | a pattern of files is not followed",
        "[Unit]\\nConditionPathExists=/x | \"ConditionPathExists\" has no meaning here",
        "[Unit]\\nDescripton=x | read \"Descripton\", which systemd does not have in [Unit]; expected perhaps Description",
        "[Sevice]\\nNice=3 | \"Nice\" is in the section \"Sevice\", which has no meaning here"
      })
  void keysOfServices_withoutAMeaning_areWarnings(String lines, String message) {
    var config = parse("ListenStream=80", SERVICE + lines.replace("\\n", "\n"));
    assertThat(config.services()).hasSize(1);
    assertThat(said(config)).first().asString().contains(": warning: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BindIPv6Only=maybe | '' | 4:14: error: read \"maybe\", expected default, both or ipv6-only",
        "ListenDatagram=9\\nAccept=yes | '' | 5:8: error: read \"yes\", expected no, since a datagram is not accepted",
        "Accept=yes\\nService=x.service | '' | 5:1: error: read \"Service\", expected no Service= beside Accept=yes",
        "ListenStream=localhost:80 | '' | 4:14: error: read \"localhost:80\", expected a path, @name, a port, or address:port",
        "ListenStream=http | '' | 4:14: error: read \"http\", expected a path",
        "NoDelay=perhaps | '' | 4:9: error: read \"perhaps\", expected yes or no",
        "'' | LimitNOFILE=many | 9:13: error: read \"many\", expected a number or infinity",
        "'' | Nice=99 | 9:6: error: read \"99\", expected a number from -20 to 19",
        "'' | RuntimeMaxSec=1 fortnight | 9:15: error: read \"1 fortnight\", expected a time",
        "'' | WorkingDirectory=srv | 9:18: error: read \"srv\", expected an absolute path or ~",
        "'' | Environment=1 | 9:13: error: read \"1\", expected NAME=value",
        "'' | DynamicUser=yes | 9:13: error: read \"yes\", expected no, or a User=",
        "'' | EnvironmentFile=/nowhere/x | 9:17: error: read \"/nowhere/x\", expected a file of variables",
        "'' | User=%q | 9:6: error: read \"%q\", expected a specifier that is known, not \"%q\"",
        "'' | ExecStart=/bin/b | 9:1: error: read \"ExecStart\", expected one ExecStart="
      })
  void valuesThatCannotBeMeant_areErrors(String socket, String service, String message) {
    var config = parse("ListenStream=80\n" + socket.replace("\\n", "\n"), SERVICE + service);
    assertThat(config.services()).isEmpty();
    assertThat(said(config).stream().map(s -> s.replaceFirst("u:(10|11)", "u:9")).filter(s -> s.contains("error")))
        .singleElement()
        .asString()
        .startsWith("u:" + message);
  }

  @Test
  void values_areInSystemdsWords() {
    var spec =
        one(
            "ListenStream=[fe80::1]:80%%lo\nNoDelay=t\nDeferAcceptSec=1min 30s\nReceiveBuffer=8M\nTriggerLimitIntervalSec=500ms\nTriggerLimitBurst=3",
            SERVICE + "RuntimeMaxSec=1.5h\nLimitCPU=2min\nLimitAS=4G:infinity\nSupplementaryGroups=a\nSupplementaryGroups=b\nStandardError=journal+console\n");
    assertThat(spec.listens().getFirst().hosts()).containsExactly("fe80::1%lo");
    assertThat(spec.is(Attribute.NO_DELAY)).isTrue();
    assertThat(spec.get(Attribute.DEFER_ACCEPT)).hasValue(Duration.ofSeconds(90));
    assertThat(spec.get(Attribute.RECEIVE_BUFFER)).hasValue(8 << 20);
    assertThat(spec.get(Attribute.RATE)).hasValue(new Rate(3, Duration.ofMillis(500), Duration.ZERO));
    assertThat(spec.get(Attribute.TIME_LIMIT)).hasValue(Duration.ofMinutes(90));
    assertThat(spec.get(Attribute.LIMITS))
        .hasValue(Map.of(Limit.CPU, new Bounds(120, 120), Limit.ADDRESS_SPACE, new Bounds(4L << 30, Limit.UNLIMITED)));
    assertThat(spec.get(Attribute.GROUPS)).hasValue(List.of("a", "b"));
    assertThat(spec.get(Attribute.STDERR)).hasValue(Stderr.LOG);
    var printed = InetdConfig.of(List.of(spec)).printed(Dialect.SYSTEMD);
    assertThat(InetdConfig.parse("u", printed.text(), Dialect.SYSTEMD).services().getFirst().listens()).isEqualTo(spec.listens());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "/bin/a %n %N %p %i %j %% | /bin/a a-b@c.service a-b@c a-b c b %",
        "/bin/a '%i d' | /bin/a c_d", "-@/bin/a b c | b c", ":/bin/a $A ${A}x | /bin/a $A ${A}x",
        "/bin/a $A | /bin/a 1 2", "/bin/a ${A}x $$A | /bin/a 1_2x $A", "/bin/a \\; ';' a;b | /bin/a ; ; a;b",
        "/bin/a \\x41\\x2f\\u00e9 \\xc3\\xa9 \\101 \\q | /bin/a A/\u00e9 \u00e9 A \\q"
      })
  void command_isSplitAndReplaced(String command, String argv) {
    assertThat(argv(command, "Environment=\"A=1 2\"").stream().map(word -> word.replace(' ', '_')))
        .containsExactly(argv.split(" "));
  }

  @Test
  void command_ofWhichMoreIsAskedThanIsDone_warns() {
    var config = parse("ListenStream=80", "[Service]\nStandardInput=socket\nExecStart=+/bin/a $NONE\n");
    assertThat(config.services().getFirst().argv()).containsExactly("/bin/a", "$NONE");
    assertThat(said(config))
        .containsExactly(
            "u:7:11: warning: \"+\" before a program is not followed: it runs as User= says",
            "u:7:11: warning: \"$NONE\" is not replaced: no Environment= has it");
    assertThat(said(parse("ListenStream=80", "[Service]\nExecStart=/bin/a ; /bin/b\n")))
        .singleElement().asString().contains("expected one command");
    assertThat(said(parse("ListenStream=80", "[Service]\nExecStart=/bin/a \\x00\n")))
        .singleElement().asString().contains("expected no character of zero");
  }

  @Test
  void instanceOfAConnection_isAWarning() {
    var config =
        InetdConfig.parse(
            "u", "# x.socket\n[Socket]\nListenStream=80\nAccept=yes\n# x@.service\n" + SERVICE + "Environment=FROM=%i\n", Dialect.SYSTEMD);
    assertThat(config.services().getFirst().get(Attribute.ENVIRONMENT)).hasValue(Map.of("FROM", ""));
    assertThat(said(config))
        .containsExactly("u:9:1: warning: %i is empty here, where systemd has the connection's addresses");
  }

  @Test
  void environment_isOfKeysAndFiles(@TempDir Path directory) throws Exception {
    var file = Files.writeString(directory.resolve("env"), "# x\nA=of file\nB=\"q \\\" r\" # not a comment\nC='s\\t'\nexport D=1\nE=1\\\n2\n");
    var config = parse("ListenStream=80", SERVICE + "EnvironmentFile=" + file + "\nEnvironmentFile=-/nowhere\nEnvironment=A=1 'F=%p x' G=\"y z\"w\n");
    assertThat(config.services().getFirst().get(Attribute.ENVIRONMENT).orElseThrow())
        .containsEntry("A", "of file").containsEntry("B", "q \" r # not a comment").containsEntry("C", "s\\t")
        .containsEntry("E", "12").containsEntry("F", "a-b x").containsEntry("G", "y zw").hasSize(6);
    assertThat(said(config)).containsExactly(file + ":5:1: warning: read \"export D=1\", expected NAME=value");
  }

  @Test
  void dropIns_areReadInTheirOrder(@TempDir Path directory) throws Exception {
    var socket = Files.writeString(directory.resolve("f.socket"), "[Socket]\nListenStream=80\nBacklog=1\n");
    Files.writeString(directory.resolve("f.service"), SERVICE + "Nice=1\n");
    var more = Files.createDirectory(directory.resolve("f.socket.d"));
    Files.writeString(more.resolve("b.conf"), "[Socket]\nListenStream=\nListenStream=81\nBacklog=3\nNoDelays=yes\n");
    Files.writeString(more.resolve("a.conf"), "[Socket]\nBacklog=2\n");
    Files.writeString(more.resolve("c.txt"), "[Socket]\nBacklog=4\n");
    var other = Files.createDirectory(directory.resolve("f.service.d"));
    var config = InetdConfig.read(socket);
    assertThat(config.services().getFirst().listens()).extracting(Listen::service).containsExactly("81");
    assertThat(config.services().getFirst().get(Attribute.BACKLOG)).hasValue(3);
    assertThat(said(config)).singleElement().asString().startsWith(more.resolve("b.conf") + ":5:1: warning: read \"NoDelays\"");
    var wrong = Files.writeString(other.resolve("x.conf"), "[Service]\n\nNice=no\n");
    assertThat(said(InetdConfig.read(socket)))
        .first().asString().startsWith(wrong + ":3:6: error: read \"no\", expected a number");
  }

  @Test
  void templates_haveTheirInstances(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("t@.service"), "[Service]\nStandardInput=socket\nExecStart=/bin/a %i\n");
    var socket = Files.writeString(directory.resolve("t@one.socket"), "[Socket]\nListenStream=/run/%p/%i\n");
    var spec = InetdConfig.read(socket).services().getFirst();
    assertThat(spec.argv()).containsExactly("/bin/a", "one");
    assertThat(spec.listens()).containsExactly(Listen.unix("/run/t/one"));
    var template = Files.writeString(directory.resolve("t@.socket"), "[Socket]\nListenStream=80\n");
    assertThat(said(InetdConfig.read(template)))
        .containsExactly(template + ":1:1: error: read \"t@.socket\", expected a name with an instance behind the @, since this is a template");
  }

  @Test
  void unitsAsSystemctlPrintsThem_areReadWithTheirDropIns() {
    var text = "# /usr/lib/systemd/system/x.socket\n[Socket]\nListenStream=80\n\n# /etc/systemd/system/x.socket.d/more.conf\n[Socket]\nBacklog=7\n\n# /usr/lib/systemd/system/x.service\n" + SERVICE;
    assertThat(InetdConfig.parse("u", text, Dialect.SYSTEMD).services().getFirst().get(Attribute.BACKLOG)).hasValue(7);
  }
}
