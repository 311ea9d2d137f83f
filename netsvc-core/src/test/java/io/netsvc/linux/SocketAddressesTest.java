package io.netsvc.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses come back as they went in, and look to the kernel as its headers say. */
class SocketAddressesTest {

  private static SocketAddress roundTrip(SocketAddress address) {
    try (var arena = Arena.ofConfined()) {
      var encoded = SocketAddresses.encode(address, arena);
      return SocketAddresses.decode(encoded, (int) encoded.byteSize());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 0", "0.0.0.0, 65535", "255.255.255.255, 1", "::, 80", "::1, 8080",
    "2001:db8::ff00:42:8329, 443", "fe80::1%1, 22"
  })
  void inet_roundTrips(String host, int port) throws Exception {
    var address = new InetSocketAddress(InetAddress.ofLiteral(host), port);
    assertThat(roundTrip(address)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/run/x.sock", "relative", "@abstract", "@with space é", ""})
  void unix_roundTrips(String path) {
    var address = UnixDomainSocketAddress.of(path);
    assertThat(roundTrip(address)).isEqualTo(address);
  }

  @Test
  void encode_ofIpv4_isASockaddrIn() throws Exception {
    try (var arena = Arena.ofConfined()) {
      var address = new InetSocketAddress(InetAddress.ofLiteral("1.2.3.4"), 0x1234);
      assertThat(SocketAddresses.encode(address, arena).toArray(ValueLayout.JAVA_BYTE))
          .startsWith(2, 0, 0x12, 0x34, 1, 2, 3, 4)
          .hasSize(16);
    }
  }

  @Test
  void encode_ofAnAbstractName_beginsWithNulAndEndsByLength() {
    try (var arena = Arena.ofConfined()) {
      assertThat(
              SocketAddresses.encode(UnixDomainSocketAddress.of("@ab"), arena)
                  .toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(1, 0, 0, 'a', 'b');
      assertThat(
              SocketAddresses.encode(UnixDomainSocketAddress.of("/a"), arena)
                  .toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(1, 0, '/', 'a', 0);
    }
  }

  @Test
  void decode_ofAMappedAddress_isIpv4() throws Exception {
    byte[] mapped = new byte[28];
    mapped[0] = 10;
    mapped[18] = (byte) 0xff;
    mapped[19] = (byte) 0xff;
    mapped[20] = 127;
    mapped[23] = 1;
    try (var arena = Arena.ofConfined()) {
      var decoded =
          (InetSocketAddress)
              SocketAddresses.decode(arena.allocateFrom(ValueLayout.JAVA_BYTE, mapped), 28);
      assertThat(decoded.getAddress()).isInstanceOf(Inet4Address.class);
    }
  }

  @Test
  void decode_ofAScopedAddress_keepsTheScope() throws Exception {
    var address = Inet6Address.getByAddress(null, InetAddress.ofLiteral("fe80::1").getAddress(), 7);
    var decoded = (InetSocketAddress) roundTrip(new InetSocketAddress(address, 1));
    assertThat(((Inet6Address) decoded.getAddress()).getScopeId()).isEqualTo(7);
  }

  @Test
  void encode_ofWhatIsNoAddress_isRefused() {
    try (var arena = Arena.ofConfined()) {
      var path = "/" + "x".repeat(107);
      assertThat(path.getBytes(UTF_8)).hasSize(108);
      assertThatThrownBy(() -> SocketAddresses.encode(UnixDomainSocketAddress.of(path), arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("longer than 107 bytes");
      assertThatThrownBy(
              () ->
                  SocketAddresses.encode(
                      InetSocketAddress.createUnresolved("example.invalid", 1), arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("unresolved");
    }
  }
}
