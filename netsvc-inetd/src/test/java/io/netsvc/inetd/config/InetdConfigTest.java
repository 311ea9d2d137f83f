package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class InetdConfigTest {

  @Test
  void parse_sixFields_takesNameFromProgram() {
    var spec = one("8081 stream tcp wait nobody ~/home/my-program");
    assertThat(spec.listens()).containsExactly(Listen.tcp("8081"));
    assertThat(spec.listens().getFirst().port()).hasValue(8081);
    assertThat(spec.waits()).isTrue();
    assertThat(spec.account()).isEqualTo(Account.of("nobody"));
    assertThat(spec.get(Attribute.PROGRAM)).hasValue("~/home/my-program");
    assertThat(spec.argv()).containsExactly("my-program");
    assertThat(spec.internal()).isFalse();
    assertThat(spec.name()).isEqualTo("8081/tcp");
    assertThat(spec.position(Attribute.USER)).isEqualTo(new Position(1, 22));
  }

  @Test
  void parse_arguments_areKeptFromTheNameOn() {
    assertThat(one("ftp stream tcp nowait root /usr/sbin/tcpd ~/x -l \"a b\" 'c \"d' it's ''").argv())
        .containsExactly("~/x", "-l", "a b", "c \"d", "it's", "");
    assertThat(one("ftp stream tcp nowait root /a" + " x".repeat(200)).argv()).hasSize(200);
  }

  @Test
  void parse_internal_namesItsHandler() {
    assertThat(one("echo dgram udp wait root internal").argv()).containsExactly("echo");
    var spec = one("45007 dgram udp wait - internal echo");
    assertThat(spec.internal()).isTrue();
    assertThat(spec.argv()).containsExactly("echo");
    assertThat(spec.account()).isEqualTo(Account.OWN);
    assertThat(spec.name()).isEqualTo("45007/udp");
  }

  @Test
  void parse_commentsAndBlankLines_areNothing() {
    var config =
        InetdConfig.parse(
            "c", "# a\n\n   \t\n#<off># ftp stream tcp nowait root /a\n  # b\n#:OTHER:\n#\r\n#@\n# \\\n");
    assertThat(config.services()).isEmpty();
    assertThat(config.diagnostics()).isEmpty();
  }

  @Test
  void disabled_debianMarks_areKeptWithTheirSection() {
    var config =
        InetdConfig.parse(
            "c",
            """
            #<off># chargen stream tcp nowait root internal
            #:INTERNAL: Internal services
            #<off>#\techo stream tcp nowait root internal
            # a comment
            #:BOOT: TFTP service is provided primarily for booting.
            tftp dgram udp wait nobody /usr/sbin/tcpd /usr/sbin/in.tftpd
             #<off># not in the first column
            #<off>#
            #<off>#bootps dgram udp wait root /usr/sbin/bootpd bootpd -i -t 120\r
            """);
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.services()).hasSize(1);
    assertThat(config.disabled())
        .extracting(DisabledEntry::position, DisabledEntry::section, DisabledEntry::text)
        .containsExactly(
            tuple(new Position(1, 9), "", "chargen stream tcp nowait root internal"),
            tuple(new Position(3, 9), "INTERNAL", "echo stream tcp nowait root internal"),
            tuple(new Position(9, 8), "BOOT", "bootps dgram udp wait root /usr/sbin/bootpd bootpd -i -t 120"));
    assertThat(config.disabled().getFirst().service().orElseThrow())
        .isEqualTo(one("chargen stream tcp nowait root internal"));
    assertThat(config.services().getFirst().get(Attribute.SECTION)).hasValue("BOOT");
    assertThat(config.checked(_ -> java.util.List.of()).disabled()).isEqualTo(config.disabled());
  }

  @Test
  void parse_indentedComment_isNoArgument() {
    var config = InetdConfig.parse("c", "1 stream tcp nowait a /a a\n  # no\n\tb\n");
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.services().getFirst().argv()).containsExactly("a", "b");
  }

  @Test
  void parse_commentAfterFields_warns() {
    var config = InetdConfig.parse("c", "1 stream tcp nowait a /a a # \"no\n2 stream tcp nowait a /a '#b' c#\n");
    assertThat(config.services().getFirst().argv()).containsExactly("a");
    assertThat(config.services().getLast().argv()).containsExactly("#b", "c#");
    assertThat(config.hasErrors()).isFalse();
    assertThat(config.diagnostics())
        .singleElement()
        .hasToString("c:1:28: warning: read \"#\" in an entry; the rest of the line is a comment");
  }

  @Test
  void parse_continuations_joinAsWords() {
    assertThat(one("1 stream tcp nowait a /a a\n\tb c\n d").argv()).containsExactly("a", "b", "c", "d");
    assertThat(one("1 stream \\\r\ntcp nowait\\\n a /a a").argv()).containsExactly("a");
  }

  @Test
  void parse_continuation_placesFieldsOnTheirLines() {
    assertThat(one("1 stream tcp\n  nowait a /a").position(Attribute.USER)).isEqualTo(new Position(2, 10));
  }

  @Test
  void parse_indentedLineAfterBlankLine_beginsAnEntry() {
    var config =
        InetdConfig.parse("c", "  1 stream tcp nowait a /a\n\n  2 stream tcp nowait a /b\n#\n 3 stream tcp nowait a /c");
    assertThat(config.services()).extracting(InetdConfigTest::service).containsExactly("1", "2", "3");
    assertThat(config.diagnostics()).isEmpty();
  }

  @Test
  void parse_indentedEntryBelowEntry_warns() {
    var config = InetdConfig.parse("c", "1 stream tcp nowait a /a a\n 2 stream tcp nowait a /b\n");
    assertThat(config.services()).hasSize(1);
    assertThat(config.diagnostics()).singleElement().asString().startsWith("c:2:2: warning: this line is indented");
  }

  @Test
  void parse_crlfAndByteOrderMark_areLayout() {
    var config = InetdConfig.parse("c", "\ufeff1 stream tcp nowait a /a b\r\n2 stream tcp nowait a /bin/c\r");
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.services()).extracting(ServiceSpec::argv).containsExactly(List.of("b"), List.of("c"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "80 | ", "*:80 | ", "localhost:80 | localhost", "127.0.0.1,b.example:80 | 127.0.0.1,b.example",
        "[::1]:80 | ::1", "::1:80 | ::1", "[::1],127.0.0.1:80 | ::1,127.0.0.1", "[fe80::1%eth0]:80 | fe80::1%eth0",
        "a,*:80 | ", "a,a:80 | a", ":::80 | ::"
      })
  void parse_host_isSplitAtTheLastColon(String word, String hosts) {
    var spec = one(word + " stream tcp nowait a /a");
    assertThat(service(spec)).isEqualTo("80");
    assertThat(String.join(",", spec.listens().getFirst().hosts())).isEqualTo(hosts == null ? "" : hosts);
  }

  @Test
  void parse_defaultHost_appliesUntilReset() {
    var entry = " stream tcp nowait a /a\n";
    var config = InetdConfig.parse("c", "1" + entry + "::1,a:\n2" + entry + "b:3" + entry + "*:4" + entry + "*: # all\n5" + entry);
    assertThat(config.hasErrors()).isFalse();
    assertThat(config.services())
        .extracting(spec -> spec.listens().getFirst().hosts())
        .containsExactly(List.of(), List.of("::1", "a"), List.of("b"), List.of(), List.of());
  }

  @Test
  void parse_brokenDefaultHost_breaksEntriesThatRelyOnIt() {
    var entry = " stream tcp nowait a /a\n";
    var config = InetdConfig.parse("c", "127.0.0.1;:\n2" + entry + "b:3" + entry + "*:\n4" + entry);
    assertThat(config.services()).extracting(InetdConfigTest::service).containsExactly("3", "4");
    assertThat(config.diagnostics()).extracting(Diagnostic::line).containsExactly(1, 2);
  }

  @Test
  void parse_unixServiceOfFreeBsd_hasOwnerAndMode() {
    var spec = one(":u:g:0620:/run/a:b stream unix nowait a /a");
    assertThat(spec.listens()).containsExactly(Listen.unix("/run/a:b"));
    assertThat(spec.get(Attribute.SOCKET_OWNER)).hasValue(Account.of("u", "g"));
    assertThat(spec.get(Attribute.SOCKET_MODE)).hasValue(0620);
  }

  @Test
  void parse_tcpmux_listensNowhere() {
    var spec = one("tcpmux/+date stream tcp nowait a /bin/date");
    assertThat(spec.listens()).isEmpty();
    assertThat(spec.get(Attribute.TCPMUX)).hasValue(new Tcpmux("date", true));
    assertThat(spec.name()).isEqualTo("tcpmux/+date");
  }

  @Test
  void parse_rpc_hasItsVersions() {
    var spec = one("rstatd/1-3 dgram rpc/udp wait root /usr/sbin/rpc.rstatd");
    assertThat(spec.get(Attribute.RPC)).hasValue(new Rpc("rstatd", 1, 3));
    assertThat(spec.name()).isEqualTo("rstatd/1-3");
    assertThat(one("walld/1 dgram rpc/udp6 wait root /a").get(Attribute.RPC)).hasValue(new Rpc("walld", 1, 1));
  }

  @Test
  void parse_always_keepsTheProgramRunning() {
    var spec = one("80 stream tcp always a /a");
    assertThat(spec.is(Attribute.KEEP)).isTrue();
    assertThat(spec.waits()).isTrue();
  }

  @Test
  void parse_programWithoutAPath_warns() {
    var config = InetdConfig.parse("c", "1 stream tcp nowait a cat");
    assertThat(config.services()).hasSize(1);
    assertThat(config.diagnostics())
        .singleElement()
        .hasToString("c:1:23: warning: read \"cat\", which is looked for in PATH; expected an absolute path");
  }

  @Test
  void parse_tcpAndTcp6OfOneService_areAFamilyEach() {
    var rest = " nowait a /a\n";
    var config = InetdConfig.parse("c", "9 stream tcp" + rest + "9 stream tcp6" + rest + "7 dgram udp4 wait a /a\n7 dgram udp wait a /a\n8 stream tcp" + rest);
    assertThat(config.services())
        .extracting(spec -> spec.listens().getFirst().protocol())
        .containsExactly(Protocol.TCP4, Protocol.TCP6, Protocol.UDP4, Protocol.UDP6, Protocol.TCP);
    assertThat(config.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            "c:1:1: warning: the entry on line 2 is for tcp6, so that here tcp means tcp4",
            "c:4:1: warning: the entry on line 3 is for udp4, so that here udp means udp6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 dgram udp nowait a /a | c:1:13: warning: read \"nowait\", expected wait for dgram: it is served as wait",
        "7 dgram udp4 nowait.9 a /a | c:1:14: warning: read \"nowait.9\", expected wait for dgram: it is served as wait",
        "/s dgram unix nowait a /a | c:1:15: warning: read \"nowait\", expected wait for dgram: it is served as wait",
        "7 on protocol = udp, wait = no, exec = /a; | c:1:22: warning: read \"no\", expected yes for dgram: it is served as wait"
      },
      quoteCharacter = '`')
  void parse_datagramsThatAreNotToWait_warn(String line, String warning) {
    assertThat(InetdConfig.parse("c", line).diagnostics()).singleElement().hasToString(warning);
    assertThat(InetdConfig.parse("c", "7 dgram udp nowait root internal echo").diagnostics()).isEmpty();
    assertThat(InetdConfig.parse("c", "7 dgram udp maybe root /a", Dialect.GNU).diagnostics()).hasSize(1);
  }

  @Test
  void disabled_entry_hasItsPlace() {
    var off = InetdConfig.parse("c", "\n#<off># 80 stream tcp nowait a /a\n").disabled().getFirst().service().orElseThrow();
    assertThat(off.warning(Attribute.USER, "m")).hasToString("c:2:30: warning: m");
    assertThat(off.warning(Attribute.ID, "m")).hasToString("c:2:9: warning: m");
  }

  @Test
  void parse_acceptMax_limitsInstances() {
    assertThat(one("80 stream,2 tcp nowait a /a").get(Attribute.INSTANCES)).hasValue(2);
  }

  @Test
  void parse_unixService_isAPath() {
    var spec = one("127.0.0.1:\n/run/a:b.sock stream unix nowait a /a");
    assertThat(spec.listens()).containsExactly(Listen.unix("/run/a:b.sock"));
    assertThat(spec.listens().getFirst().port()).isEmpty();
    assertThat(spec.name()).isEqualTo("/run/a:b.sock");
    assertThat(one("/s dgram unix wait a /a").listens().getFirst().type()).isEqualTo(SocketType.DGRAM);
  }

  @ParameterizedTest
  @CsvSource({"stream,tcp,TCP", "stream,tcp4,TCP4", "stream,tcp6,TCP6", "stream,tcp46,TCP46", "dgram,udp,UDP",
    "dgram,udp4,UDP4", "dgram,udp6,UDP6", "dgram,udp46,UDP46", "stream,tcp6only,TCP6"})
  void parse_protocol_isRead(String type, String word, Protocol protocol) {
    assertThat(one("1 " + type + ' ' + word + " wait a /a").listens().getFirst().protocol()).isEqualTo(protocol);
    assertThat(protocol.services()).isEqualTo(word.substring(0, 3));
  }

  @Test
  void parse_bufferSizes_areRead() {
    var spec = one("1 stream tcp,sndbuf=64k,rcvbuf=1m nowait a /a");
    assertThat(spec.get(Attribute.SEND_BUFFER)).hasValue(65536);
    assertThat(spec.get(Attribute.RECEIVE_BUFFER)).hasValue(1048576);
    var other = one("1 stream tcp,rcvbuf=16384 nowait a /a");
    assertThat(other.get(Attribute.SEND_BUFFER)).isEmpty();
    assertThat(other.get(Attribute.RECEIVE_BUFFER)).hasValue(16384);
  }

  @ParameterizedTest
  @CsvSource({
    "wait,true,0,0,0,0", "nowait,false,0,0,0,0", "nowait.400,false,400,0,0,0", "nowait:2,false,2,0,0,0",
    "wait.3,true,3,0,0,0", "nowait/2,false,0,2,0,0", "nowait/2/3,false,0,2,3,0", "nowait/2/3/4,false,0,2,3,4",
    "nowait/0/0/2,false,0,0,0,2"
  })
  void parse_wait_hasLimits(String word, boolean waits, int perMinute, int children, int source, int sourceChildren) {
    var spec = one("1 stream tcp " + word + " a /a");
    assertThat(spec.waits()).isEqualTo(waits);
    assertThat(spec.get(Attribute.RATE)).isEqualTo(rate(perMinute));
    assertThat(spec.get(Attribute.INSTANCES).orElse(0)).isEqualTo(children);
    assertThat(spec.get(Attribute.SOURCE_RATE)).isEqualTo(rate(source));
    assertThat(spec.get(Attribute.PER_SOURCE).orElse(0)).isEqualTo(sourceChildren);
  }

  @Test
  void parse_maximumOfZero_warns() {
    var config = InetdConfig.parse("c", "1 stream tcp nowait.0 a /a");
    assertThat(config.services().getFirst().get(Attribute.RATE)).isEmpty();
    assertThat(config.diagnostics()).singleElement().asString().startsWith("c:1:14: warning: ");
  }

  @Test
  void parse_user_mayHaveAGroup() {
    assertUser(one("1 stream tcp nowait a:b /a"), "a", Optional.of("b"), false);
    assertUser(one("1 stream tcp nowait a.b /a"), "a", Optional.of("b"), true);
    assertUser(one("1 stream tcp nowait j.a.b /a"), "j.a", Optional.of("b"), true);
    assertUser(one("1 stream tcp nowait j.a:b /a"), "j.a", Optional.of("b"), false);
  }

  @Test
  void parse_loginClass_isIgnoredWithAWarning() {
    var config = InetdConfig.parse("c", "1 stream tcp nowait a:b/daemon /a");
    assertUser(config.services().getFirst(), "a", Optional.of("b"), false);
    assertThat(config.diagnostics())
        .singleElement()
        .hasToString("c:1:21: warning: the login class \"daemon\" is ignored");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "99999 stream tcp nowait a /a | 1 | read \"99999\", expected a port from 1 to 65535",
        "0 stream tcp nowait a /a | 1 | read \"0\", expected a port",
        "a: stream tcp nowait a /a | 1 | read \"a:\", expected a port",
        ":80 stream tcp nowait a /a | 1 | read \":80\", expected host:service",
        "a,,b:80 stream tcp nowait a /a | 1 | read \"a,,b:80\", expected host:service",
        "[::1] stream tcp nowait a /a | 1 | read \"[::1]\", expected",
        "[a]:80 stream tcp nowait a /a | 1 | read \"[a]:80\", expected host:service",
        "tcpmux/+ stream tcp nowait a /a | 1 | read \"tcpmux/+\", expected tcpmux/name or tcpmux/+name",
        ".include /nowhere/x | 10 | cannot read \"/nowhere/x\": no such file",
        ".includes x | 1 | read \".includes\", expected .include and a file",
        "1 raw tcp nowait a /a | 3 | read \"raw\", expected stream or dgram: such sockets are not served",
        "1 seqpacket tcp nowait a /a | 13 | read \"tcp\", expected a protocol for seqpacket",
        "1 Stream tcp nowait a /a | 3 | read \"Stream\", expected stream or dgram",
        "a dgram rpc/udp wait a /a | 1 | read \"a\", expected a program and its versions such as rstatd/1-3",
        "1 stream sctp nowait a /a | 10 | read \"sctp\", expected tcp, tcp4",
        "1 stream udp nowait a /a | 10 | read \"udp\", expected a protocol for stream such as tcp",
        "1 dgram tcp6 wait a /a | 9 | read \"tcp6\", expected a protocol for dgram such as udp",
        "1 stream tcp,sndbuf=4g nowait a /a | 10 | read \"tcp,sndbuf=4g\", expected a buffer size",
        "1 stream tcp,rcvbuf=2048m nowait a /a | 10 | read \"tcp,rcvbuf=2048m\", expected a buffer size",
        "1 stream tcp,fast nowait a /a | 10 | read \"tcp,fast\", expected a protocol, at most",
        "1 stream tcp Nowait a /a | 14 | read \"Nowait\", expected wait or nowait",
        "1 stream tcp nowaits a /a | 14 | read \"nowaits\", expected wait or nowait",
        "1 stream tcp nowait.x a /a | 14 | read \"nowait.x\", expected wait or nowait",
        "1 stream tcp nowait.4294967297 a /a | 14 | read \"nowait.4294967297\", expected wait",
        "1 stream tcp nowait/1/2/3/4 a /a | 14 | read \"nowait/1/2/3/4\", expected wait or nowait",
        "1 stream tcp nowait a:b:c /a | 21 | read \"a:b:c\", expected a user",
        "1 stream tcp nowait a: /a | 21 | read \"a:\", expected a user",
        "1 stream tcp nowait a bin/a | 23 | read \"bin/a\", expected an absolute path, ~/ and a path, a name to look for",
        "1 stream tcp nowait a | 22 | read the end of the entry, expected a program, or internal",
        "1 stream tcp nowait # a /a | 21 | read the end of the entry, expected a user",
        "1 | 2 | read the end of the entry, expected a socket type, stream or dgram",
        "1 stream tcp nowait a /a \"b c | 26 | read \" and no second one",
        "1 stream tcp nowait a /a 'b'c | 29 | read \"c\", expected a blank after the closing '",
        "1 stream tcp nowait a /a \u0001\u202e | 26 | read \"\\u0001\\u202e\", expected no control characters",
        "1 stream tcp nowait a /a \ufffd | 26 | read \"\ufffd\", expected text in UTF-8"
      })
  void parse_brokenEntry_isOneErrorAndLeavesOthers(String line, int column, String message) {
    var good = "good stream tcp nowait a /a\n";
    var config = InetdConfig.parse("c", good + line + "\n" + good);
    assertThat(config.services()).extracting(ServiceSpec::line).containsExactly(1, 3);
    assertThat(config.hasErrors()).isTrue();
    assertThat(config.diagnostics())
        .singleElement()
        .asString()
        .startsWith("c:2:" + column + ": error: " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"#@ ipsec ah/require"})
  void parse_ipsecPolicy_warns(String line) {
    assertThat(InetdConfig.parse("c", line).diagnostics())
        .singleElement()
        .hasToString("c:1:1: warning: an IPsec policy is ignored");
  }

  @Test
  void checked_serviceWithError_isLeftOut() {
    var config = InetdConfig.parse("c", "1 stream tcp nowait a /a\n2 stream tcp nowait b /a\n3 bad\n");
    var checked =
        config.checked(
            spec -> spec.account().user().equals("b") ? List.of(spec.error(Attribute.USER, "no such user")) : List.of());
    assertThat(checked.services()).extracting(InetdConfigTest::service).containsExactly("1");
    assertThat(checked.diagnostics()).hasSize(2).first().hasToString("c:2:21: error: no such user");
    assertThat(config.services()).hasSize(2);
  }

  @Test
  void sameAs_movedEntry_isTrue() {
    var config =
        InetdConfig.parse("c", "1 stream tcp nowait a /a\n\n 1  stream tcp nowait a /a a\n2 stream tcp nowait a /a");
    var services = config.services();
    assertThat(services.get(0).sameAs(services.get(1))).isTrue();
    assertThat(services.get(0).sameAs(services.get(2))).isFalse();
  }

  @Test
  void read_bytesThatAreNotUtf8_breakOnlyTheirEntry(@TempDir Path dir) throws IOException {
    var file = dir.resolve("inetd.conf");
    var text = "# \u00e9\n1 stream tcp nowait a /a\n2 stream tcp nowait a /\u00e9\n";
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    var config = InetdConfig.read(file);
    assertThat(config.services()).extracting(InetdConfigTest::service).containsExactly("1");
    assertThat(config.diagnostics()).singleElement().asString().startsWith(file + ":3:23: error: ");
  }

  private static void assertUser(ServiceSpec spec, String user, Optional<String> group, boolean dotted) {
    assertThat(spec.account()).isEqualTo(new Account(user, group, dotted));
  }

  private static String service(ServiceSpec spec) {
    return spec.listens().getFirst().service();
  }

  private static Optional<Rate> rate(int count) {
    return count == 0 ? Optional.empty() : Optional.of(Rate.perMinute(count));
  }

  private static ServiceSpec one(String text) {
    var config = InetdConfig.parse("c", text);
    assertThat(config.diagnostics()).isEmpty();
    assertThat(config.services()).hasSize(1);
    return config.services().getFirst();
  }
}
