package io.netsvc.sockets;

import static io.netsvc.sockets.SocketProtocol.TCP;
import static io.netsvc.sockets.SocketProtocol.UDP;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netsvc.sockets.PortConflict.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rule, against every pair that was measured, and in what it says. */
class PortConflictTest {
  record Row(
      SocketProtocol protocol, boolean listening, String first, String second, String cells) {
    PortBinding first(int options) {
      return options(binding(protocol, first).withListening(listening), options);
    }

    PortBinding second(int options) {
      return options(binding(protocol, second).withListening(listening), options);
    }

    @Override
    public String toString() {
      return protocol.netid() + (listening ? " listening " : " bound ") + first + ' ' + second;
    }
  }

  static Stream<Row> rows() {
    try (var in = PortConflictTest.class.getResourceAsStream("bind-conflicts.tsv")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(PortConflictTest::row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(String line) {
    var field = line.split("\t", -1);
    var protocol = field[0].equals("tcp") ? TCP : UDP;
    boolean listening = field[1].equals("listen");
    return new Row(protocol, listening, field[2], field[3], field[4].replace(" ", ""));
  }

  /** Of {@code 127.0.0.1} or {@code [::]v6only}; port 80. */
  private static PortBinding binding(SocketProtocol protocol, String text) {
    var address = text.replace("v6only", "").replaceAll("[\\[\\]]", "");
    return PortBinding.of(protocol, at(address, 80)).withV6Only(text.endsWith("v6only"));
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  /** As the columns of the table: none, SO_REUSEADDR, SO_REUSEPORT, both. */
  static PortBinding options(PortBinding binding, int options) {
    return binding.withReuseAddress((options & 1) != 0).withReusePort((options & 2) != 0);
  }

  private static char letter(PortConflict conflict) {
    return switch (conflict.outcome()) {
      case SHARE -> '.';
      case BIND_FAILS -> 'B';
      case LISTEN_FAILS -> 'L';
    };
  }

  @Test
  void table_read_isWhole() {
    assertThat(rows().mapToInt(row -> row.cells().length()).sum()).isEqualTo(3_888);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void between_measuredPair_isAsMeasuredInEitherOrder(Row row) {
    for (int i = 0; i < 16; i++) {
      var first = row.first(i / 4);
      var second = row.second(i % 4);
      assertThat(letter(PortConflict.between(first, second)))
          .as("options %d and %d", i / 4, i % 4)
          .isEqualTo(row.cells().charAt(i))
          .isEqualTo(letter(PortConflict.between(second, first)));
    }
  }

  /** With devices and users too, of which the table has one each. */
  @Test
  void between_anyTwoInTheSameState_isSymmetric() {
    var all = new ArrayList<PortBinding>();
    for (var protocol : List.of(TCP, UDP)) {
      for (var address : List.of("0.0.0.0", "127.0.0.1", "[::]", "[::]v6only", "[::1]")) {
        for (var device : List.of("", "lo", "eth0")) {
          for (int i = 0; i < 8; i++) {
            all.add(options(binding(protocol, address), i).withDevice(device).withUid(i >> 2));
          }
        }
      }
    }
    for (var a : all) {
      for (var b : all) {
        assertSymmetric(a, b);
        assertSymmetric(a.withListening(false), b.withListening(false));
      }
    }
  }

  private static void assertSymmetric(PortBinding a, PortBinding b) {
    var outcome = PortConflict.between(a, b).outcome();
    if (outcome != PortConflict.between(b, a).outcome()) { // assertThat takes seconds for all
      throw new AssertionError("not symmetric: " + a + " and " + b);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', lo, BIND_FAILS",
    "lo, '', BIND_FAILS",
    "lo, lo, BIND_FAILS",
    "lo, eth0, SHARE"
  })
  void between_devices_conflictsUnlessTheyDiffer(String first, String second, Outcome outcome) {
    var binding = binding(TCP, "0.0.0.0");
    assertThat(
            PortConflict.between(binding.withDevice(first), binding.withDevice(second)).outcome())
        .isEqualTo(outcome);
  }

  /** Measured as the table was, with the second socket made by another user. */
  @ParameterizedTest
  @CsvSource({
    "TCP, true, BBBB BBBB BBBB BBBB",
    "TCP, false, BBBB BLBL BBBB BLBL",
    "UDP, false, BBBB B.B. BBBB B.B."
  })
  void between_users_shareByReusePortNever(
      SocketProtocol protocol, boolean listening, String cells) {
    var text = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      var binding = binding(protocol, "127.0.0.1").withListening(listening);
      var other = options(binding.withUid(1234), i % 4);
      text.append(letter(PortConflict.between(options(binding, i / 4), other)));
    }
    assertThat(text).hasToString(cells.replace(" ", ""));
  }

  @Test
  void between_secondListensOrNot_isTheFirstsState() {
    var binding = binding(TCP, "127.0.0.1").withReuseAddress(true);
    var bound = binding.withListening(false);
    assertThat(PortConflict.between(binding, bound).outcome()).isEqualTo(Outcome.BIND_FAILS);
    assertThat(PortConflict.between(bound, binding).outcome()).isEqualTo(Outcome.LISTEN_FAILS);
  }

  @Test
  void between_java0000_conflictsWithIpv6Loopback() {
    var java = binding(TCP, "[::]").withReuseAddress(true);
    assertThat(PortConflict.between(java, binding(TCP, "[::1]")).outcome())
        .isEqualTo(Outcome.BIND_FAILS);
  }

  @Test
  void between_zonesOfLinkLocalAddresses_shareIfTheyDiffer() throws IOException {
    assertThat(PortConflict.between(linkLocal(2), linkLocal(3)).outcome()).isEqualTo(Outcome.SHARE);
    assertThat(PortConflict.between(linkLocal(2), linkLocal(2)).outcome())
        .isEqualTo(Outcome.BIND_FAILS);
    assertThat(PortConflict.between(linkLocal(2), binding(TCP, "[::]")).outcome())
        .isEqualTo(Outcome.BIND_FAILS);
  }

  private static PortBinding linkLocal(int zone) throws IOException {
    var raw = InetAddress.ofLiteral("fe80::1").getAddress();
    return PortBinding.of(
        TCP, new InetSocketAddress(Inet6Address.getByAddress("", raw, zone), 80));
  }

  @Test
  void of_mappedAddressThatJavaKeptAsIpv6_isOfIpv4() throws IOException {
    var raw = new byte[16];
    raw[10] = raw[11] = (byte) 0xff;
    var address = new InetSocketAddress(Inet6Address.getByAddress("", raw, 0), 80);
    assertThat(PortBinding.of(TCP, address)).isEqualTo(binding(TCP, "0.0.0.0"));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"TCP", "UDP"})
  void of_otherProtocol_isRefused(SocketProtocol protocol) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortBinding.of(protocol, at("127.0.0.1", 80)))
        .withMessage("neither TCP nor UDP: " + protocol.netid());
  }

  @Test
  void of_unresolvedAddress_isRefused() {
    var unresolved = InetSocketAddress.createUnresolved("example.net", 80);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortBinding.of(TCP, unresolved))
        .withMessageContaining("example.net");
  }

  @Test
  void reason_apart_saysByWhat() {
    assertThat(reason(binding(TCP, "0.0.0.0"), binding(UDP, "0.0.0.0")))
        .isEqualTo("the ports of TCP and those of UDP are apart");
    assertThat(reason(PortBinding.of(TCP, at("::", 0)), PortBinding.of(TCP, at("::", 0))))
        .isEqualTo("port 0 is a free one, which the kernel picks");
    assertThat(reason(PortBinding.of(TCP, at("::", 80)), PortBinding.of(TCP, at("::", 81))))
        .isEqualTo("80 and 81 are different ports");
    assertThat(reason(on("lo"), on("eth0")))
        .isEqualTo("0.0.0.0%lo:80 and 0.0.0.0%eth0:80 are on different devices");
    assertThat(reason(binding(TCP, "127.0.0.1"), binding(TCP, "127.0.0.2")))
        .isEqualTo("127.0.0.1:80 and 127.0.0.2:80 are different addresses");
    assertThat(reason(binding(TCP, "0.0.0.0"), binding(TCP, "[::]v6only")))
        .isEqualTo("[::]:80 takes IPv6 only, and 0.0.0.0:80 is of IPv4");
    assertThat(reason(binding(TCP, "[::1]"), binding(TCP, "0.0.0.0")))
        .isEqualTo("[::1]:80 is of IPv6, and 0.0.0.0:80 is of IPv4");
  }

  @Test
  void reason_meeting_saysWhere() {
    var none = "; neither sets SO_REUSEPORT: both need SO_REUSEPORT and the same user";
    assertThat(reason(binding(TCP, "[::]"), binding(TCP, "[::]v6only")))
        .isEqualTo("both take [::]:80" + none);
    assertThat(reason(binding(TCP, "127.0.0.1"), binding(TCP, "0.0.0.0")))
        .isEqualTo("0.0.0.0:80 covers 127.0.0.1:80" + none);
    assertThat(reason(binding(TCP, "0.0.0.0"), binding(TCP, "[::]")))
        .isEqualTo("[::]:80 takes IPv4 as well, so it covers 0.0.0.0:80" + none);
    assertThat(reason(binding(TCP, "0.0.0.0"), on("lo")))
        .isEqualTo("0.0.0.0:80 is on every device, so it covers 0.0.0.0%lo:80" + none);
    assertThat(reason(on("lo"), binding(TCP, "127.0.0.1")))
        .isEqualTo("0.0.0.0%lo:80 overlaps 127.0.0.1:80" + none);
    assertThat(reason(on("lo"), binding(TCP, "[::]")))
        .isEqualTo("[::]:80 takes IPv4 as well, so it covers 0.0.0.0%lo:80" + none);
  }

  @Test
  void reason_options_saysWhatTheyDo() {
    assertThat(rule(TCP, 1, 1))
        .isEqualTo(
            "the first listens, and SO_REUSEADDR never lets two listeners share: "
                + "both need SO_REUSEPORT and the same user");
    assertThat(rule(TCP, 2, 3)).isEqualTo("both set SO_REUSEPORT, and are of the same user");
    assertThat(rule(TCP, 2, 1))
        .isEqualTo("only the first sets SO_REUSEPORT: both need SO_REUSEPORT and the same user");
    assertThat(rule(UDP, 0, 2))
        .isEqualTo(
            "only the second sets SO_REUSEPORT: "
                + "both need SO_REUSEADDR, or SO_REUSEPORT and the same user");
    assertThat(rule(UDP, 1, 3)).isEqualTo("both set SO_REUSEADDR, which shares ports of UDP");
    var port = options(binding(TCP, "[::1]"), 2);
    assertThat(reason(port, port.withUid(-2)))
        .endsWith("; they are of different users: both need SO_REUSEPORT and the same user");
    var bound = options(binding(TCP, "[::1]"), 1).withListening(false);
    assertThat(PortConflict.between(bound, bound))
        .hasToString(
            "both take [::1]:80; SO_REUSEADDR lets both bind, but only one listen: "
                + "both need SO_REUSEPORT and the same user");
  }

  private static PortBinding on(String device) {
    return binding(TCP, "0.0.0.0").withDevice(device);
  }

  private static String rule(SocketProtocol protocol, int first, int second) {
    var binding = binding(protocol, "[::1]");
    var reason = reason(options(binding, first), options(binding, second));
    return reason.substring(reason.indexOf("; ") + 2);
  }

  private static String reason(PortBinding first, PortBinding second) {
    return PortConflict.between(first, second).reason();
  }
}
