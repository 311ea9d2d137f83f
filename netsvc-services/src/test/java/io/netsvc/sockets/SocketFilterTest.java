package io.netsvc.sockets;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netsvc.services.ServicesDatabase;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each word of the language, on sockets that are made up. */
@Timeout(60)
class SocketFilterTest {
  private static final ServicesDatabase SERVICES =
      ServicesDatabase.parse(
          """
          ssh 22/tcp
          domain 53/tcp
          domain 53/udp
          https 443/tcp
          who 513/udp
          both 1001/tcp
          both 1002/udp
          association 1003/sctp
          """);

  private static final Map<String, SocketEntry> ENTRIES = entries();

  private static Map<String, SocketEntry> entries() {
    var all = new LinkedHashMap<String, SocketEntry>();
    all.put("A", inet(SocketProtocol.TCP, SocketState.LISTENING, "127.0.0.1", 22, "0.0.0.0", 0, ""));
    all.put("B", inet(SocketProtocol.TCP, SocketState.LISTENING, "::", 22, "::", 0, ""));
    all.put(
        "C",
        inet(SocketProtocol.TCP, SocketState.ESTABLISHED, "::ffff:10.1.2.3", 22, "::ffff:10.9.9.9", 50_000, ""));
    all.put(
        "D",
        inet(SocketProtocol.TCP, SocketState.TIME_WAIT, "2001:db8::1", 443, "2001:db8::2", 40_000, ""));
    all.put("E", inet(SocketProtocol.UDP, SocketState.CLOSED, "0.0.0.0", 53, "0.0.0.0", 0, "lo"));
    all.put(
        "F",
        inet(SocketProtocol.TCP, SocketState.ESTABLISHED, "10.1.2.3", 60_999, "192.0.2.1", 443, ""));
    all.put("U", unix("/run/App.sock"));
    all.put("V", unix("\0" + "00af3"));
    all.put("W", unix(""));
    return all;
  }

  private static InetEntry inet(
      SocketProtocol protocol,
      SocketState state,
      String local,
      int localPort,
      String remote,
      int remotePort,
      String device) {
    var marked = local.equals("10.1.2.3") ? OptionalLong.of(0x11) : OptionalLong.empty();
    return new InetEntry(
        protocol,
        state,
        InetDiag.ends(raw(local), localPort, raw(remote), remotePort, 0),
        device,
        0,
        0,
        0,
        localPort,
        0,
        new InetDiag.Extras(
            Optional.empty(), Optional.empty(), Optional.empty(), marked, OptionalLong.empty(), 0, 0));
  }

  /** The JDK makes a mapped address one of IPv4. */
  private static byte[] raw(String address) {
    byte[] raw = InetAddress.ofLiteral(address).getAddress();
    if (!address.startsWith("::ffff:")) {
      return raw;
    }
    byte[] mapped = new byte[16];
    mapped[10] = -1;
    mapped[11] = -1;
    System.arraycopy(raw, 0, mapped, 12, 4);
    return mapped;
  }

  private static UnixEntry unix(String name) {
    return new UnixEntry(
        SocketProtocol.UNIX_STREAM,
        SocketState.LISTENING,
        name.getBytes(StandardCharsets.UTF_8),
        0,
        0,
        0,
        22,
        0,
        0,
        OptionalLong.empty(), 0,
        0);
  }

  private static SocketFilter parse(String filter) {
    return SocketFilter.parse(filter, SERVICES);
  }

  private static String taken(String filter) {
    var parsed = parse(filter);
    return ENTRIES.entrySet().stream()
        .filter(each -> parsed.test(each.getValue()))
        .map(Map.Entry::getKey)
        .collect(joining());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                  | ABCDEFUVW
          sport = 22                          | ABC
          sport 22                            | ABC
          sport :22                           | ABC
          sport = :ssh                        | ABC
          sport == ssh                        | ABC
          sport eq ssh                        | ABC
          sport = 0022                        | ABC
          sport = *                           | ABCDEFUVW
          sport != 22                         | DEFUVW
          sport ne 22                         | DEFUVW
          sport neq :22                       | DEFUVW
          sport != *                          | ``
          sport > 53                          | DF
          sport gt 53                         | DF
          sport >= 53                         | DEF
          sport ge 53                         | DEF
          sport geq domain                    | DEF
          sport < 53                          | ABC
          sport lt 53                         | ABC
          sport <= 53                         | ABCE
          sport le 53                         | ABCE
          sport leq 53                        | ABCE
          sport = inet:22                     | A
          sport = inet::22                    | A
          sport = inet6:ssh                   | BC
          sport != inet6:22                   | D
          sport >= inet:53                    | EF
          sport = inet6:*                     | BCD
          sport = who                         | ``
          sport = association                 | ``
          dport = 443                         | F
          dport = 0                           | ABE
          dport > 0                           | CDF
          src 127.0.0.1                       | A
          src = 127.0.0.1                     | A
          src == 127.0.0.1:22                 | A
          src eq 127.0.0.1:ssh                | A
          src 127.0.0.1:23                    | ``
          src 127.0.0.1:*                     | A
          src != 127.0.0.1                    | BCDEFUVW
          src 10.1.2.3                        | CF
          src [::ffff:10.1.2.3]               | C
          src ::ffff:10.1.2.3                 | C
          src [::ffff:0:0]/96                 | C
          src inet:10.1.2.3                   | F
          src inet6:[::ffff:10.1.2.3]:ssh     | C
          src != inet:10.1.2.3                | AE
          src 10.1.2.0/24:22                  | C
          src 10/8                            | CF
          src 10.1/255.255.0.0                | CF
          src 10.0.0.0/15                     | CF
          src 10.2.0.0/15                     | ``
          src 0.0.0.0/0                       | ACEF
          src 0.0.0.0                         | E
          src [::]                            | B
          src ::                              | B
          src [::]/0                          | BCD
          src [::/0]:443                      | D
          src 2001:db8::/32                   | D
          src 2001:db8::/32:443               | D
          src [2001:db8::/31]:444             | ``
          src [2001:db8::1]                   | D
          src 2001:db8:0:0:0:0:0:1            | D
          src 2001:db8:0:0:0:0:0:1:https      | D
          src 2001:db8::1:https               | D
          src :ssh                            | ABC
          src *                               | ABCDEFUVW
          src *:22                            | ABC
          src any                             | ABCDEFUVW
          src inet:*                          | AEF
          src inet6:any                       | BCD
          src inet6:*:443                     | D
          src != inet:*                       | ``
          dst 192.0.2/24                      | F
          dst [2001:db8::2]:40000             | D
          src localhost                       | A
          src unix:*                          | UVW
          dst unix:*                          | UVW
          src unix:/run/*                     | U
          src unix:/run/app.sock              | U
          src unix:*A?p*                      | U
          src unix:/run/[a-c]pp.sock          | U
          src unix:/run/[!b-c]pp.sock         | U
          src unix:/run/[^a]pp.sock           | ``
          src unix:@*                         | V
          src != unix:@*                      | UW
          not src unix:@*                     | ABCDEFUW
          dev lo                              | E
          dev = lo                            | E
          dev != lo                           | ABCDFUVW
          dev 0                               | ABCDFUVW
          dev eth9                            | ``
          fwmark 17                           | F
          fwmark = 0x11                       | F
          fwmark = 0x1/0xf                    | F
          fwmark = 1                          | ``
          fwmark != 0x11                      | ABCDEUVW
          autobound                           | FVW
          not autobound                       | ABCDEU
          """)
  void predicate_takesWhatSsDoes(String filter, String expected) {
    assertThat(taken(filter)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          sport 22 dst 10.9.9.9                         ~ C
          sport 22 and dst 10.9.9.9                     ~ C
          sport 22 & dst 10.9.9.9                       ~ C
          sport 22 && dst 10.9.9.9                      ~ C
          sport 53 or sport 443                         ~ DE
          sport 53 | sport 443                          ~ DE
          sport 53 || sport 443                         ~ DE
          sport 53 or sport 22 and src 127.0.0.1        ~ AE
          sport 22 src 127.0.0.1 or sport 53            ~ AE
          ( sport 53 or sport 22 ) and src 127.0.0.1    ~ A
          sport 53 or sport 22 src 127.0.0.1            ~ AE
          not sport 22 and not src unix:*               ~ DEF
          ! sport 22 ! src unix:*                       ~ DEF
          not ( sport 22 or src unix:* )                ~ DEF
          not not sport 22                              ~ ABC
          ((sport=22))and!src=127.0.0.1                 ~ BC
          (sport=22|sport>=443)&dport=443               ~ F
          sport=53||sport=443&&!src=inet:*              ~ DE
          dport!=:443 dport>0                           ~ CD
          \\( sport = ssh \\)                           ~ ABC
          \\! sport \\>= 53 src inet6:*                 ~ BC
          (src unix:/run/*)                             ~ U
          (src unix:/run/* or src=unix:@00*)            ~ UV
          src unix:\\/run/*                             ~ U
          """)
  void expressions_bindAsTheManualPageHasIt(String filter, String expected) {
    assertThat(taken(filter.replace("\\\\", "\\"))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          state listening                                | LISTENING
          state LISTENING state closed                   | LISTENING CLOSED
          state bucket                                   | SYN_RECEIVED TIME_WAIT
          state unconnected state syn-rcv                | CLOSED SYN_RECEIVED
          state big exclude connected                    | LISTENING CLOSED BOUND
          exclude connected exclude listening            | CLOSED BOUND
          excl big                                       | SYN_RECEIVED TIME_WAIT
          state connected exclude synchronized           | SYN_SENT
          exclude listening state fin-wait-1 exclude big | SYN_RECEIVED TIME_WAIT
          """)
  void states_areAddedAndTakenAwayInOrder(String filter, String expected) {
    var states = EnumSet.noneOf(SocketState.class);
    for (var name : expected.split(" ", -1)) {
      states.add(SocketState.valueOf(name));
    }
    assertThat(parse(filter).states()).hasValue(states);
    assertThat(parse(filter + " sport = 22").localPort()).hasValue(22);
  }

  @Test
  void states_withoutAWordOfThem_areNotSaid() {
    assertThat(parse("sport = 22").states()).isEmpty();
    assertThat(parse("state all").states()).hasValue(EnumSet.allOf(SocketState.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          sport = 22                            ~ 22
          dport = 22                            ~ -1
          sport = ssh and dport > 1             ~ 22
          dport > 1 ( src 10.0.0.1:22 dev lo )  ~ 22
          src != 10.0.0.1:22                    ~ -1
          src 10.0.0.1                          ~ -1
          src :0                                ~ 0
          sport = 22 or sport = 22              ~ -1
          sport != 22                           ~ -1
          sport >= 22                           ~ -1
          not sport = 22                        ~ -1
          not not sport = 22                    ~ -1
          sport = *                             ~ -1
          src unix:*:22                         ~ -1
          """)
  void localPort_isWhatEverySocketMustHave(String filter, int expected) {
    assertThat(parse(filter).localPort())
        .isEqualTo(expected < 0 ? OptionalInt.empty() : OptionalInt.of(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          sprt = 22              ~ 0  ~ expected src, dst, sport, dport, dev, fwmark, cgroup, autobound, not or (, read "sprt"; did you mean sport?
          sport = 22 adn dev lo  ~ 11 ~ read "adn"; did you mean and?
          sport = sssh           ~ 8  ~ expected a port (0 to 65535, or a service's name), read "sssh"; did you mean ssh
          sport = :99999         ~ 9  ~ expected a port (0 to 65535, or a service's name), read "99999"
          sport = 4294967318     ~ 8  ~ read "4294967318"
          sport = -1             ~ 8  ~ expected a port
          sport = both           ~ 8  ~ "both" is port 1001 of TCP and 1002 of UDP; expected a number
          sport >= *             ~ 9  ~ expected a port
          sport                  ~ 5  ~ expected a port (0 to 65535, or a service's name), read nothing
          sport =                ~ 7  ~ read nothing
          sport = )              ~ 8  ~ read ")"
          sport = :              ~ 9  ~ expected a port
          src unix:/a dst unix:b ~ 21 ~ expected * (a Unix socket's peer has no name here), read "b"
          state lisening         ~ 6  ~ read "lisening"; did you mean listening?
          state                  ~ 5  ~ expected a state (established, syn-sent,
          state listen           ~ 6  ~ expected a state (established, syn-sent
          exclude all state big  ~ 0  ~ expected some state to be left, read exclude all
          src and dev lo         ~ 4  ~ expected an address, a prefix or a host's name, read "and"
          sport = 22 state all   ~ 11 ~ state comes before the expression
          ( sport = 22           ~ 12 ~ expected ")" for the "(" in column 1, read nothing
          sport = 22 )           ~ 11 ~ ")" without "("
          ( )                    ~ 2  ~ expected src,
          sport = 22 and         ~ 14 ~ expected src,
          sport = 22 or or       ~ 14 ~ expected src,
          src                    ~ 3  ~ expected an address, a prefix or a host's name, read nothing
          src > 10.0.0.1         ~ 4  ~ expected = or !=, read ">"
          src 80                 ~ 4  ~ expected an address of IPv4 or IPv6, read "80"; a port begins with ":"
          src 10.0.0             ~ 4  ~ expected an address of IPv4 or IPv6, read "10.0.0"
          src 10.0.0.256         ~ 4  ~ read "10.0.0.256"
          src 10.0.0.0/33        ~ 4  ~ expected a prefix's length, 0 to 32, read "33"
          src 10.0.0.0/255.0.1.0 ~ 4  ~ read "255.0.1.0"
          src [::]/129           ~ 5  ~ expected a prefix's length, 0 to 128, read "129"
          src [::1               ~ 4  ~ expected "]" after the address
          src [::1]80            ~ 9  ~ expected ":" and a port, or "/" and a prefix, read "80"
          src [10.0.0.1]:80      ~ 5  ~ expected an address of IPv6 in the brackets
          src ::1:443            ~ 4  ~ expected [::1]:443 or [::1:443], read neither
          src fe80::1%eth0       ~ 4  ~ an interface is asked for with dev
          src inet:[::1]         ~ 10 ~ expected an address of INET
          src inet6:10.0.0.1     ~ 10 ~ expected an address of INET6
          src netlink:x          ~ 4  ~ expected inet:, inet6: or unix:
          src a/b                ~ 4  ~ expected an address
          src x,y                ~ 4  ~ expected an address, a prefix or a host's name, read "x,y"
          dev                    ~ 3  ~ expected the name of a network interface
          dev 3                  ~ 4  ~ expected the name of a network interface, or 0 for none, read "3"
          dev < lo               ~ 4  ~ expected = or !=
          fwmark x               ~ 7  ~ expected a mark of 32 bits
          fwmark 1/              ~ 7  ~ expected a mark of 32 bits
          fwmark 0x100000000     ~ 7  ~ expected a mark of 32 bits
          cgroup /no/such/group  ~ 7  ~ expected the path of a control group that exists
          autobound = 1          ~ 10 ~ expected src,
          """)
  void error_namesThePlaceWhatWasReadAndWhatWasExpected(String filter, int position, String message) {
    var e = catchThrowableOfType(SocketFilterException.class, () -> parse(filter));
    assertThat(e.text()).isEqualTo(filter);
    assertThat(e)
        .hasMessageStartingWith("filter, column " + (position + 1) + ": ")
        .hasMessageContaining(message);
    assertThat(e.getMessage()).doesNotContain("\n");
    assertThat(e.position()).isEqualTo(position);
    assertThat(e.pointed()).isEqualTo(filter + '\n' + " ".repeat(position) + '^');
  }

  @Test
  void unknownHost_isAnError() {
    assertThatThrownBy(() -> parse("src no-such-host.invalid:22"))
        .isInstanceOf(SocketFilterException.class)
        .hasMessageContaining("expected an address, a prefix or a host's name that is known");
  }

  @Test
  void untrustedText_neitherMovesACursorNorEndsALine() {
    var e = catchThrowableOfType(SocketFilterException.class, () -> parse("sport\n=\t\u001b[2J\u202e"));
    assertThat(e.getMessage()).endsWith("read \"\\x1b[2J\\xe2\\x80\\xae\"");
    assertThat(e.pointed()).isEqualTo("sport = ?[2J?\n        ^");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "not ", "!", "(!"})
  void depth_hasALimit(String part) {
    assertThatThrownBy(() -> parse(part.repeat(100_000)))
        .isInstanceOf(SocketFilterException.class)
        .hasMessageContaining("more than 200 expressions in each other");
  }

  @Test
  void length_hasNone() {
    assertThat(taken("sport = 22 and ".repeat(50_000) + "src 127.0.0.1")).isEqualTo("A");
    assertThat(taken("sport = 1 or ".repeat(50_000) + "src 127.0.0.1")).isEqualTo("A");
  }

  @Test
  void pattern_withManyStars_isFast() {
    assertThat(taken("src unix:" + "*p".repeat(1000))).isEmpty();
  }

  @Test
  void systemServices_areReadForANameOnly() {
    assertThat(SocketFilter.parse("sport = 22").localPort()).hasValue(22);
    assertThat(SocketFilter.parse("sport = ssh").localPort()).hasValue(22);
  }
}
