package io.netsvc.inetd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes, the readers of xinetd and systemd return, in time for the length of the text. */
@Timeout(60)
final class UnitsFuzzTest {
  /** What takes the square of these does not end in a minute. */
  private static final int MANY = 100_000;

  private static final String XINETD =
      """
      defaults
      {
        cps = 1 2
        only_from = 10.0.0.1
        bind = ::
      }
      service echo
      {
        type = UNLISTED
        flags = IPv6 NAMEINARGS
        id = e
        socket_type = stream
        protocol = tcp
        wait = no
        user = a
        server = /a
        server_args = /b c
        port = 7
        only_from += 11.0.0.1
        env = A=1
        rlimit_as = 4M
        access_times = 1:00-2:00
        redirect = ::1 80
        disable = no
      }
      """;
  private static final String SYSTEMD =
      """
      # a@b.socket
      [Socket]
      ListenStream=[fe80::1]:80%%lo
      ListenDatagram=/run/%p
      BindIPv6Only=both
      TriggerLimitBurst=3
      # a@.service
      [Service]
      ExecStart=-@/bin/a "b c" \\x41 ${A} $$ \\; %i
      Environment="A=1 2" B=%n
      EnvironmentFile=-/nowhere/%i
      LimitCPU=1min:infinity
      User=u
      StandardInput=socket
      """;
  private static final String[] PIECES = {
    "=", "+=", "-=", "#", "{", "}", "\n", "\n", "\r", " ", "\t", "%", "%i", "$", "${", "\\", "\\x", "\\x4", "\"", "'", ";", "[", "]", "::",
    ":", "0", "9", "99999999999999999999", "-", "@", "+", "!", "/", ".", "..", "a", "é", "\0", "\u202e", "\ufffd", "\ud800", "\ufeff",
    "service", "defaults", "include ", "includedir ", "IPv4", "yes", "infinity", "[Socket]\n", "[Service]\n", "ListenStream=", "# x.socket\n"
  };

  @ParameterizedTest
  @EnumSource(value = Dialect.class, names = {"XINETD", "SYSTEMD"})
  void anyBytes_areRead(Dialect dialect) {
    var random = new Random(20_261_128);
    for (int i = 0; i < 3_000; i++) {
      var bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      check(dialect, new String(bytes, i % 2 == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @EnumSource(value = Dialect.class, names = {"XINETD", "SYSTEMD"})
  void changedSample_isRead(Dialect dialect) {
    var sample = dialect == Dialect.XINETD ? XINETD : SYSTEMD;
    var random = new Random(20_261_129);
    for (int i = 0; i < 10_000; i++) {
      var text = new StringBuilder(sample);
      for (int j = random.nextInt(6); j >= 0; j--) {
        int at = random.nextInt(text.length());
        text.replace(at, Math.min(text.length(), at + random.nextInt(4)), PIECES[random.nextInt(PIECES.length)]);
      }
      check(dialect, text.toString());
    }
  }

  @Test
  void samples_areReadWhole() {
    assertThat(InetdConfig.parse("f", XINETD, Dialect.XINETD).hasErrors()).isFalse();
    assertThat(InetdConfig.parse("f", SYSTEMD, Dialect.SYSTEMD).hasErrors()).isFalse();
  }

  private static void check(Dialect dialect, String text) {
    var config = InetdConfig.parse("f", text, dialect);
    long lines = text.lines().count() + 1;
    for (var diagnostic : config.diagnostics()) {
      if (diagnostic.file().equals("f")) {
        assertThat(diagnostic.line()).isBetween(1, (int) lines);
      }
      assertThat(diagnostic.column()).isPositive();
      assertThat(diagnostic.message()).hasSizeLessThan(500);
      assertThat(diagnostic.message().chars().noneMatch(Character::isISOControl)).isTrue();
    }
    for (var service : config.services()) {
      assertThat(service.argv()).isNotEmpty().noneMatch(word -> word.indexOf('\0') >= 0);
      assertThat(service.name()).isNotEmpty();
      service.listens().forEach(listen -> assertThat(listen.protocol().carries(listen.type())).isTrue());
    }
    var again = InetdConfig.parse("f", config.printed(dialect).text(), dialect);
    assertThat(again.services()).as(text).hasSizeLessThanOrEqualTo(config.services().size());
    for (var other : Dialect.values()) {
      assertThat(config.printed(other)).isNotNull();
    }
  }

  /** A number stands for {@code N}. */
  private static String many(String line) {
    return IntStream.range(0, MANY).mapToObj(i -> line.replace("N", String.valueOf(i))).collect(Collectors.joining());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service a\n", "service a\n{\n", "service aN\n{\n}\n", "defaults\n{\n", "}\n", "{\n", "a\n", "= ", "# ", "\\", "\u00a0",
        "only_from += 10.N\n", "only_from -= 10.N\n", "env = A=N\n", "env += AN=N\n", "user = N\n", "bind = ", "flags += IPv4\n",
        "disable = yes\n}\nservice aN\n{\n"
      })
  void longXinetd_isReadInTime(String line) {
    var text = many(line);
    InetdConfig.parse("f", text, Dialect.XINETD);
    InetdConfig.parse("f", "service a\n{\n" + text + "\n}\n", Dialect.XINETD);
    InetdConfig.parse("f", "defaults\n{\n" + text + "\n}\nservice a\n{\nonly_from += 1\n}\n", Dialect.XINETD);
    InetdConfig.parse("f", "service a\n{\nserver_args = " + text.replace('\n', ' ') + "\n}\n", Dialect.XINETD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[Socket]\n", "[", "ListenStream=80\n", "ListenStream=\n", "Backlog=N\nMark=\n", "\\\n", "\\\n#\n", "=", "a=N\n", "%",
        "Environment=AN=N\n", "Documentation=N\n", "$A ", "${A}", "\\x41", "\\x4 ", "\" ", "; ", "'a' ", "# a.socket\n", "# aN.service\n[Service]\n"
      })
  void longUnits_areReadInTime(String line) {
    var text = many(line);
    var end = "\n# a.service\n[Service]\nExecStart=/bin/a ";
    InetdConfig.parse("f.socket", text, Dialect.SYSTEMD);
    InetdConfig.parse("f", "# a.socket\n[Socket]\nListenStream=1\n" + text + end + '\n', Dialect.SYSTEMD);
    InetdConfig.parse("f", "# a.socket\n[Socket]\nListenStream=1\n[Unit]\n" + text + end + text, Dialect.SYSTEMD);
    InetdConfig.parse("f", "# a.socket\n[Socket]\nListenStream=1" + end + text.replace('\n', ' ') + "\nEnvironment=" + text, Dialect.SYSTEMD);
  }

  @Test
  void unknownKeys_areComparedInTime() {
    var keys = IntStream.range(0, 5_000).mapToObj(i -> "ListenSomethingElse" + i + "=x\n").collect(Collectors.joining());
    InetdConfig.parse("f", "# a.socket\n[Socket]\nListenStream=1\n" + keys + "# a.service\n[Service]\nExecStart=/a\n" + keys, Dialect.SYSTEMD);
    InetdConfig.parse("f", "service a\n{\n" + keys + "}\n", Dialect.XINETD);
  }
}
