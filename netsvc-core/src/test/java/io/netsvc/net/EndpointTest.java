package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints are read as people write them, and refused in one line. */
@Timeout(30)
class EndpointTest {

  private static int service(String name, String protocol) {
    return switch (name + '/' + protocol) {
      case "imaps/tcp" -> 993;
      case "tftp/udp" -> 69;
      default -> throw new IllegalArgumentException("unknown service " + name);
    };
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          tcp://127.0.0.1:8080,   tcp://127.0.0.1:8080
          TCP://127.0.0.1:8080,   tcp://127.0.0.1:8080
          localhost:8080,         tcp://localhost:8080
          Host-1.example.org.:1,  tcp://Host-1.example.org.:1
          my_host:1,              tcp://my_host:1
          [::1]:imaps,            tcp://[::1]:993
          [::ffff:10.0.0.1]:0,    tcp://[::ffff:10.0.0.1]:0
          [fe80::1%eth0]:7,       tcp://[fe80::1%eth0]:7
          udp://localhost:tftp,   udp://localhost:69
          :8080,                  tcp://*:8080
          8080,                   tcp://*:8080
          *:8080,                 tcp://*:8080
          udp://:53,              udp://*:53
          udp://53,               udp://*:53
          :imaps,                 tcp://*:993
          0.0.0.0:00080,          tcp://0.0.0.0:80
          unix:/run/x.sock,       unix:/run/x.sock
          unix:///run/x.sock,     unix:/run/x.sock
          unix:x.sock,            unix:x.sock
          unix:/run//x.sock,      unix:/run/x.sock
          unix:/with space:1,     unix:/with space:1
          unix:@abstract,         unix:@abstract
          unix-dgram:/dev/log,    unix-dgram:/dev/log
          Unix-Dgram:@x,          unix-dgram:@x
          """)
  void parse_ofWhatPeopleType_printsItsFullForm(String text, String printed) {
    var endpoint = Endpoint.parse(text, EndpointTest::service);
    assertThat(endpoint).hasToString(printed);
    assertThat(Endpoint.parse(printed)).isEqualTo(endpoint).hasSameHashCodeAs(endpoint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "null",
      textBlock =
          """
          localhost        | port: read "localhost", expected a port after the host, as in localhost:8080
          ``               | port: read "", expected a port after the host, as in localhost:8080
          localhost:       | port: read "", expected a number from 0 to 65535 or a service
          [::1]            | port: read "", expected a colon and a port after ]
          [::1]80          | port: read "80", expected a colon and a port after ]
          [::1:80          | host: read "[::1:80", expected ] after the IPv6 address
          ::1:80           | host: read "::1:80", expected brackets around an IPv6 address, as in [::1]:8080
          [127.0.0.1]:80   | host: read "127.0.0.1", expected an IPv6 address in the brackets
          [::g]:80         | host: read "::g", expected an IPv6 address in the brackets
          [fe80::1%]:80    | host: read "fe80::1%", expected an interface after %
          []:80            | host: read "", expected an IPv6 address in the brackets
          1.2.3:80         | host: read "1.2.3", expected four numbers from 0 to 255
          1.2.3.256:80     | host: read "1.2.3.256", expected four numbers from 0 to 255
          127.0.0.01:80    | host: read "127.0.0.01", expected four numbers from 0 to 255
          a b:80           | host: read "a b", expected a name of letters, digits, dots and hyphens, or *
          user@host:80     | host: read "user@host", expected a name of letters, digits, dots and hyphens, or *
          tcp://h/x:80     | host: read "h/x", expected a name of letters, digits, dots and hyphens, or *
          :65536           | port: read "65536", expected 0 to 65535
          99999999999      | port: read "99999999999", expected 0 to 65535
          :-1              | port: read "-1", expected a number from 0 to 65535
          :imaps           | port: read "imaps", expected a number from 0 to 65535
          http://h:80      | scheme: read "http", expected tcp, udp, unix or unix-dgram
          h:80?nodelay     | options: read "?nodelay", there are none yet
          unix:            | path: read "", expected a path or @name
          unix:@           | path: read "@", expected a path or @name
          unix://x         | path: read "//x", expected a path after unix: or unix://
          unix:/x?y        | path: read "/x?y", there are no options yet, for which ? is kept
          unix:@a//b       | path: read "@a//b", an abstract name cannot have // or end in /
          """)
  void parse_ofSomethingWrong_namesThePart(String text, String message) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("endpoint \"" + text + "\": " + message);
  }

  @Test
  void parse_ofAnUnknownService_saysWhatTheResolverSays() {
    assertThatThrownBy(() -> Endpoint.parse("h:imapz", EndpointTest::service))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("endpoint \"h:imapz\": port: read \"imapz\", unknown service imapz");
    assertThatThrownBy(() -> Endpoint.parse("h:x", (_, _) -> 65_536))
        .hasMessageEndingWith("read \"x\", the resolver gave 65536");
  }

  @Test
  void parse_ofAPath_countsItsBytes() {
    var longest = "unix:/" + "é".repeat(53);
    assertThat(Endpoint.parse(longest)).hasToString(longest);
    assertThatThrownBy(() -> Endpoint.parse(longest + 'x'))
        .hasMessageContaining("path: read")
        .hasMessageEndingWith("108 bytes, but 107 at most");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb:80", "unix:/a\0b", "x\u2028y", "\u001b[31m:1"})
  void parse_ofUnprintableText_failsInOnePrintableLine(String text) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContainPattern("[\\p{Cntrl}\\u2028]");
  }

  @Test
  void parse_ofWhatWasPrinted_isTheSame() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      var text = generated(random);
      var endpoint = Endpoint.parse(text);
      var again = Endpoint.parse(endpoint.toString());
      assertThat(again).as("seed %d: %s", seed, text).isEqualTo(endpoint);
      assertThat(again.toString()).isEqualTo(endpoint.toString());
    }
  }

  private static String generated(Random random) {
    int port = random.nextInt(65_536);
    return switch (random.nextInt(6)) {
      case 0 -> "" + port;
      case 1 -> pick(random, "tcp://", "udp://", "") + pick(random, "", "*") + ':' + port;
      case 2 -> pick(random, "tcp://", "udp://", "") + literal(random, 4) + ':' + port;
      case 3 -> pick(random, "tcp://", "udp://", "") + '[' + literal(random, 16) + "]:" + port;
      case 4 -> pick(random, "tcp://", "UDP://", "") + name(random) + ':' + port;
      default ->
          pick(random, "unix:", "unix-dgram:") + pick(random, "/", "@", "", "/run/a:b/") + name(random);
    };
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static String name(Random random) {
    var letters = "abcXYZ019-_.";
    var name = new StringBuilder("h");
    for (int i = random.nextInt(30); i > 0; i--) {
      name.append(letters.charAt(random.nextInt(letters.length())));
    }
    return name.append('1').toString();
  }

  private static String literal(Random random, int length) {
    byte[] raw = new byte[length];
    random.nextBytes(raw);
    if (random.nextBoolean()) {
      raw[random.nextInt(length)] = 0;
    }
    try {
      return InetAddress.getByAddress(raw).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void parse_ofAnyText_returnsOrSaysWhy() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var alphabet = "tcpudnix:/[]%@*.-01:?é\n 9";
    for (int i = 0; i < 50_000; i++) {
      var text = new StringBuilder(pick(random, "", "tcp://", "unix:", "["));
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        var endpoint = Endpoint.parse(text.toString());
        assertThat(Endpoint.parse(endpoint.toString())).as("seed %d", seed).isEqualTo(endpoint);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).as("seed %d", seed).startsWith("endpoint \"");
      }
    }
  }

  @Test
  void resolve_ofEachKind_givesItsAddresses() throws Exception {
    assertThat(Endpoint.parse("7").resolve())
        .isEqualTo(
            List.of(
                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 7),
                new InetSocketAddress(InetAddress.ofLiteral("::"), 7)));
    assertThat(Endpoint.parse("[::1]:7").resolve())
        .containsExactly(new InetSocketAddress(InetAddress.ofLiteral("::1"), 7));
    assertThat(Endpoint.parse("localhost:7").resolve())
        .contains(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 7));
    assertThat(Endpoint.parse("unix:@x").resolve())
        .containsExactly(UnixDomainSocketAddress.of("@x"));
  }

  @Test
  void resolve_ofNobody_saysWho() {
    assertThatThrownBy(() -> Endpoint.parse("no-such.invalid:7").resolve())
        .isInstanceOf(UnknownHostException.class)
        .hasMessageStartingWith("resolve tcp://no-such.invalid:7: ");
  }

  @Test
  void parts_ofEachKind_areWhatWasWritten() {
    var inet = Endpoint.parse("udp://[fe80::1%eth0]:7");
    assertThat(inet.scheme()).isEqualTo(Endpoint.Scheme.UDP);
    assertThat(inet.host()).isEqualTo("fe80::1%eth0");
    assertThat(inet.port()).isEqualTo(7);
    assertThat(inet.path()).isEmpty();
    var unix = Endpoint.parse("unix:@x");
    assertThat(unix.host()).isEmpty();
    assertThat(unix.path()).isEqualTo("@x");
    assertThat(unix).isNotEqualTo(inet).isNotEqualTo(Endpoint.parse("unix-dgram:@x"));
  }
}
