package io.netsvc.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.ProxyHeader.Command;
import io.netsvc.net.ProxyHeader.Version;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol's headers as bytes. */
@Timeout(60)
class ProxyHeaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  /** 192.0.2.1:56324 to 198.51.100.2:443, an authority, a checksum, one byte of padding. */
  private static final String FULL =
      SIGNATURE
          + "21110025c0000201c6336402dc0401bb"
          + "02000b6578616d706c652e6f7267030004bf53051804000100";

  private static InetSocketAddress at(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** Parses as a reader does that gets its bytes in such pieces, and never takes too many. */
  private static ProxyHeader parse(byte[] bytes, int piece) throws ProtocolException {
    var parser = new ProxyParser("test");
    int at = 0;
    while (parser.wanted() > 0) {
      int n = Math.min(piece, parser.wanted());
      assertThat(at + n).as("reads past the header").isLessThanOrEqualTo(bytes.length);
      parser.add(ByteBuffer.wrap(bytes, at, n));
      at += n;
    }
    assertThat(at).as("read").isEqualTo(bytes.length);
    return parser.header();
  }

  private static ProxyHeader parse(byte[] bytes) throws ProtocolException {
    var header = parse(bytes, Integer.MAX_VALUE);
    assertThat(parse(bytes, 1)).isEqualTo(header);
    assertThat(parse(bytes, 2)).isEqualTo(header);
    assertThat(parse(bytes, 7)).isEqualTo(header);
    return header;
  }

  private static byte[] line(String line) {
    return (line + "\r\n").getBytes(ISO_8859_1);
  }

  @Test
  void version1_readsAndWritesTheLine() throws Exception {
    var line = line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443");
    var header = parse(line);
    assertThat(header.version()).isEqualTo(Version.V1);
    assertThat(header.command()).isEqualTo(Command.PROXY);
    assertThat(header.source()).hasValue(at("192.0.2.1", 56_324));
    assertThat(header.destination()).hasValue(at("198.51.100.2", 443));
    assertThat(header.encode()).isEqualTo(line);
    assertThat(parse(line("PROXY TCP4 1.2.3.4 5.6.7.8 0 1")).source()).hasValue(at("1.2.3.4", 0));
    assertThat(parse(line("PROXY TCP6 ::1 2001:DB8::2 1 2")).destination())
        .hasValue(at("2001:db8::2", 2));
  }

  @Test
  void version1_theLongestLines_areRead() throws Exception {
    var six = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    var addresses = six + ' ' + six + " 65535 65535";
    assertThat(parse(line("PROXY TCP6 " + addresses)).source()).hasValue(at(six, 65_535));
    assertThat(line("PROXY UNKNOWN " + addresses)).hasSize(107);
    assertThat(parse(line("PROXY UNKNOWN " + addresses)).command()).isEqualTo(Command.LOCAL);
    assertThatThrownBy(() -> parse(line("PROXY UNKNOWN " + addresses + " ")))
        .hasMessage("test: byte 105: not as in a PROXY header");
  }

  @Test
  void version1_unknown_hasNoAddresses() throws Exception {
    for (var line : List.of("PROXY UNKNOWN", "PROXY UNKNOWN what comes here is ignored")) {
      var header = parse(line(line));
      assertThat(header.source()).isEmpty();
      assertThat(header.encode()).isEqualTo(line("PROXY UNKNOWN"));
    }
    var unix = UnixDomainSocketAddress.of("/x");
    assertThat(ProxyHeader.of(unix, unix).withVersion(Version.V1).encode())
        .isEqualTo(line("PROXY UNKNOWN"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET / HTTP/1.1 Host|0: no PROXY header",
        "PROXX TCP4 1.2.3.4 5.6.7.8 1 2|4: not as in a PROXY header",
        "PROXY TCP5 1.2.3.4 5.6.7.8 1 2|9: not as in a PROXY header",
        "PROXY UDP4 1.2.3.4 5.6.7.8 1 2|7: not as in a PROXY header",
        "PROXY UNKNOWNX 1.2.3.4 5.6.7.8|13: not as in a PROXY header",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3|11: 7 fields, expected 6",
        "PROXY TCP4  1.2.3.4 5.6.7.8 1 2|11: 7 fields, expected 6",
        "PROXY TCP4 01.2.3.4 5.6.7.8 1 2|11: expected an IPv4 address",
        "PROXY TCP4 1.2.3.4 5.6.7.256 1 2|19: expected an IPv4 address",
        "PROXY TCP4 1.2.3 5.6.7.8 1 223|11: expected an IPv4 address",
        "PROXY TCP4 ::1 ::1 1 2 |11: expected an IPv4 address",
        "PROXY TCP6 1.2.3.4 5.6.7.8 1 2|11: expected an IPv6 address",
        "PROXY TCP6 1::2::3 ::1 1 2345|11: expected an IPv6 address",
        "PROXY TCP6 ::1%eth0 ::1 1 2345|11: expected an IPv6 address",
        "PROXY TCP4 1.2.3.4 5.6.7.8 01 2|27: expected a port",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536|29: expected a port",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 -2|29: expected a port",
      })
  void version1_wrong_saysWhereAndWhy(String line, String expected) {
    var bytes = line(line);
    assertThatThrownBy(() -> parse(Arrays.copyOf(bytes, bytes.length + 100)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("test: byte " + expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 1.2.3.4\r\nGET / HTTP/1.0\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\rX",
        "PROXY TCP4 1.2.3.4\t5.6.7.8 1 2\r\n",
        "PROXY UNKNOWN \u00e9\r\n",
        "PROXY UNKNOWN\n",
        "PROXY UNKNOWN \u0000\r\n",
      })
  void version1_controlCharactersAndEarlyEnds_areRefused(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    assertThatThrownBy(() -> parse(Arrays.copyOf(bytes, bytes.length + 100)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("not as in a PROXY header");
  }

  @Test
  void version2_keepsTheTlvs_andChecksTheChecksum() throws Exception {
    var header = parse(hex(FULL));
    assertThat(header.version()).isEqualTo(Version.V2);
    assertThat(header.source()).hasValue(at("192.0.2.1", 56_324));
    assertThat(header.destination()).hasValue(at("198.51.100.2", 443));
    assertThat(header.tlvs().stream().map(ProxyHeader.Tlv::type)).containsExactly(2, 3, 4);
    assertThat(header.tlvs().getFirst().value()).isEqualTo("example.org".getBytes(UTF_8));
    assertThat(header.encode()).isEqualTo(hex(FULL));
    var built =
        ProxyHeader.of(at("192.0.2.1", 56_324), at("198.51.100.2", 443))
            .withTlv(2, "example.org".getBytes(UTF_8))
            .withChecksum()
            .withTlv(4, new byte[1])
            .withChecksum();
    assertThat(built.encode()).isEqualTo(hex(FULL));
    assertThatThrownBy(() -> built.withVersion(Version.V1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void version2_oneFlippedBit_isNoticedAnywhere() {
    byte[] bytes = hex(FULL);
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      if (bit / 8 == 12 || bit / 8 == 14 || bit / 8 == 15) {
        continue; // LOCAL, which ignores all, or another length
      }
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      boolean typeOfTheChecksum = flipped[43] != 3;
      if (!typeOfTheChecksum) {
        assertThatThrownBy(() -> parse(flipped, 99)).isInstanceOf(ProtocolException.class);
      }
    }
  }

  @Test
  void version2_everyFamily_comesBack() throws Exception {
    var path = UnixDomainSocketAddress.of("/run/x.sock");
    for (var header :
        List.of(
            ProxyHeader.local(),
            ProxyHeader.of(at("::1", 1), at("2001:db8::2", 65_535)),
            ProxyHeader.of(at("127.0.0.1", 0), at("127.0.0.2", 2)),
            ProxyHeader.of(UnixDomainSocketAddress.of(""), path),
            ProxyHeader.of(UnixDomainSocketAddress.of("@abstract"), path))) {
      assertThat(parse(header.encode())).isEqualTo(header);
    }
    var mixed = ProxyHeader.of(at("127.0.0.1", 1), at("::1", 2));
    assertThat(parse(mixed.encode())).isEqualTo(mixed);
    var text = mixed.withVersion(Version.V1);
    assertThat(parse(text.encode())).isEqualTo(text);
  }

  @Test
  void version2_theLongest_comesBack() throws Exception {
    var header = ProxyHeader.of(at("::1", 1), at("::1", 2)).withTlv(0xE0, new byte[65_496]);
    assertThat(header.encode()).hasSize(65_551);
    assertThat(parse(header.encode(), 50_000)).isEqualTo(header);
    assertThatThrownBy(() -> header.withTlv(0xE0, new byte[0]))
        .hasMessage("header longer than 65551 bytes: 65554");
  }

  @Test
  void version2_localUnspecifiedOrDatagrams_haveNoAddresses() throws Exception {
    assertThat(parse(hex(SIGNATURE + "20ff0003 ffffff"))).isEqualTo(ProxyHeader.local());
    var unspecified = parse(hex(SIGNATURE + "21000004 05000161"));
    assertThat(unspecified.command()).isEqualTo(Command.PROXY);
    assertThat(unspecified.source()).isEmpty();
    assertThat(unspecified.tlvs()).hasSize(1);
    assertThat(parse(unspecified.encode())).isEqualTo(unspecified);
    assertThat(parse(hex(SIGNATURE + "2112000c c0000201c6336402dc0401bb")).source()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0d0a0d0a000d0a515549540b 2111000c|11: not as in a PROXY header",
        "0d0a0d0a000d0a515549540a 11110000|12: version 1, expected 2",
        "0d0a0d0a000d0a515549540a 22110000|12: command 2, expected 0 or 1",
        "0d0a0d0a000d0a515549540a 21410000|13: family 4 with protocol 1",
        "0d0a0d0a000d0a515549540a 21130000|13: family 1 with protocol 3",
        "0d0a0d0a000d0a515549540a 2111000b 0000000000000000000000|14: length 11, expected at least 12",
        "0d0a0d0a000d0a515549540a 21000002 0500|16: 2 bytes left, expected a TLV",
        "0d0a0d0a000d0a515549540a 21000004 05000261|16: TLV 5 of 2 bytes, 1 are left",
        "0d0a0d0a000d0a515549540a 21000006 030003000000|16: expected one checksum of 4 bytes",
        "0d0a0d0a000d0a515549540a 21000007 03000400000000|16: the checksum differs",
      })
  void version2_wrong_saysWhereAndWhy(String hex, String expected) {
    assertThatThrownBy(() -> parse(hex(hex)))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("test: byte " + expected);
  }

  @Test
  void version2_aPathThatIsNotUtf8_isRefused() {
    byte[] bytes = Arrays.copyOf(hex(SIGNATURE + "213100d8 2f78"), 16 + 216);
    Arrays.fill(bytes, 16 + 108, 16 + 216, (byte) 0xFF);
    assertThatThrownBy(() -> parse(bytes)).hasMessage("test: byte 124: not a path in UTF-8");
  }

  @Test
  void anyBytes_areAHeaderOrAProtocolException() {
    long seed = System.nanoTime();
    System.out.println("ProxyHeaderTest seed " + seed);
    var random = new Random(seed);
    var models =
        List.of(
            line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443"),
            line("PROXY TCP6 ::1 2001:db8::2 1 65535"),
            line("PROXY UNKNOWN ignored"),
            hex(FULL),
            ProxyHeader.of(UnixDomainSocketAddress.of("/x"), UnixDomainSocketAddress.of("@y"))
                .encode());
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = models.get(random.nextInt(models.size())).clone();
      if (i % 10 == 0) {
        random.nextBytes(bytes);
      }
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      fuzz(Arrays.copyOf(bytes, bytes.length + 70_000), 1 + random.nextInt(40));
    }
  }

  private static void fuzz(byte[] bytes, int piece) {
    var parser = new ProxyParser("test");
    try {
      for (int at = 0; parser.wanted() > 0; ) {
        int n = Math.min(piece, parser.wanted());
        parser.add(ByteBuffer.wrap(bytes, at, n));
        at += n;
      }
      var header = parser.header();
      assertThat(parse(header.encode(), 99).source()).isEqualTo(header.source());
    } catch (ProtocolException e) {
      assertThat(e).hasMessageStartingWith("test: byte ");
      assertThat(e.getMessage()).matches("[ -~]*");
    }
  }

  @Test
  void arguments_outOfRange_areRefused() {
    var unix = UnixDomainSocketAddress.of("/x");
    assertThatThrownBy(() -> ProxyHeader.of(unix, at("::1", 1)))
        .hasMessage("not of one kind: /x and /[0:0:0:0:0:0:0:1]:1");
    var unresolved = InetSocketAddress.createUnresolved("x", 1);
    assertThatThrownBy(() -> ProxyHeader.of(unresolved, unresolved))
        .isInstanceOf(IllegalArgumentException.class);
    var tooLong = UnixDomainSocketAddress.of("/" + "x".repeat(108));
    assertThatThrownBy(() -> ProxyHeader.of(unix, tooLong))
        .hasMessage("path longer than 108 bytes: " + tooLong);
    var header = ProxyHeader.of(unix, unix);
    for (int type : new int[] {-1, 3, 256}) {
      assertThatThrownBy(() -> header.withTlv(type, new byte[0]))
          .hasMessage("TLV type out of range: " + type);
    }
    assertThatThrownBy(() -> ProxyHeader.local().withChecksum())
        .isInstanceOf(IllegalStateException.class);
  }
}
