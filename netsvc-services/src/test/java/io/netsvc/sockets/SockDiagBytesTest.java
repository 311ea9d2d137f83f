package io.netsvc.sockets;

import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against what a kernel was sent and answered. */
class SockDiagBytesTest {

  @BeforeAll
  static void isOfThisOrder() {
    assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "the bytes are little-endian");
  }

  private static byte[] request(SocketProtocol protocol, boolean memory, OptionalInt port) {
    return InetDiag.request(INET, protocol, SocketState.LISTENING.bit(), memory, port);
  }

  private static InetEntry reply(SocketProtocol protocol, String name) {
    byte[] bytes = SockDiagBytes.payload(name);
    var entry = InetDiag.entry(protocol, SockDiagBytes.slice(bytes, bytes.length), i -> "if" + i);
    return Objects.requireNonNull(entry);
  }

  private static InetSocketAddress at(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  @Test
  void request_tcpListeners_isAsSent() {
    assertThat(request(SocketProtocol.TCP, false, OptionalInt.empty()))
        .isEqualTo(SockDiagBytes.payload("request tcp"));
  }

  @Test
  void request_port_addsTheFilterAlone() {
    byte[] plain = SockDiagBytes.payload("request tcp");
    byte[] filtered = request(SocketProtocol.TCP, false, OptionalInt.of(19602));
    assertThat(filtered).startsWith(plain);
    assertThat(Arrays.copyOfRange(filtered, plain.length, filtered.length))
        .isEqualTo(SockDiagBytes.raw("filter port"));
  }

  @Test
  void request_portBeyond32767_isUnsigned() {
    byte[] filtered = request(SocketProtocol.TCP, false, OptionalInt.of(0xfedc));
    assertThat(filtered).endsWith(0xdc, 0xfe);
  }

  @Test
  void request_memory_setsItsBit() {
    byte[] expected = SockDiagBytes.payload("request tcp");
    expected[2] = 1 << 6;
    assertThat(request(SocketProtocol.TCP, true, OptionalInt.empty())).isEqualTo(expected);
  }

  /** The byte of the protocol has no room for 262. */
  @Test
  void request_mptcp_hasItsProtocolAsAnAttribute() {
    byte[] bytes = request(SocketProtocol.MPTCP, false, OptionalInt.empty());
    assertThat(bytes).hasSize(64).endsWith(8, 0, 3, 0, 6, 1, 0, 0);
  }

  @Test
  void request_unixListeners_isAsSent() {
    assertThat(UnixDiag.request(SocketState.LISTENING.bit()))
        .isEqualTo(SockDiagBytes.payload("request unix"));
  }

  @Test
  void entry_tcp_hasEveryValue() {
    var entry = reply(SocketProtocol.TCP, "reply tcp");
    assertThat(entry).hasToString("tcp LISTEN 127.0.0.1:19602 0.0.0.0:0 inode 3500902");
    assertThat(entry.state()).isEqualTo(SocketState.LISTENING);
    assertThat(entry.family()).isEqualTo(INET);
    assertThat(entry.local()).isEqualTo(at("127.0.0.1", 19602));
    assertThat(entry.remote()).isEqualTo(at("0.0.0.0", 0));
    assertThat(entry.receiveQueue()).isZero();
    assertThat(entry.sendQueue()).isEqualTo(9);
    assertThat(entry.uid()).isZero();
    assertThat(entry.device()).isEmpty();
    assertThat(entry.cookie()).isEqualTo(0x1efc0);
    assertThat(entry.v6Only()).isEmpty();
    assertThat(entry.timer()).isEmpty();
    assertThat(entry.memory()).isEmpty();
    assertThat(entry.mark()).isEqualTo(OptionalLong.of(0));
    assertThat(entry.cgroupId()).isEqualTo(OptionalLong.of(1));
    assertThat(entry.shutdown()).isZero();
    assertThat(entry.options()).containsExactly("is_icsk", "mc_loop", "mc_all");
  }

  @Test
  void entry_tcp6_hasV6Only() {
    var entry = reply(SocketProtocol.TCP, "reply tcp6");
    assertThat(entry).hasToString("tcp LISTEN [::1]:19601 [::]:0 inode 3500901");
    assertThat(entry.family()).isEqualTo(INET6);
    assertThat(entry.v6Only()).contains(true);
    assertThat(entry.isDualStack()).isFalse();
    assertThat(entry.sendQueue()).isEqualTo(7);
    assertThat(entry.options()).containsExactly("is_icsk", "mc_loop");
  }

  @Test
  void entry_udp_isUnconnected() {
    var entry = reply(SocketProtocol.UDP, "reply udp");
    assertThat(entry).hasToString("udp UNCONN 127.0.0.1:19603 0.0.0.0:0 inode 3500903");
    assertThat(entry.state()).isEqualTo(SocketState.CLOSED);
    assertThat(entry.cookie()).isEqualTo(0x1efc2);
  }

  @Test
  void entry_unix_hasEveryValue() {
    byte[] bytes = SockDiagBytes.payload("reply unix");
    var entry =
        Objects.requireNonNull(
            UnixDiag.entry(SockDiagBytes.slice(bytes, bytes.length)));
    assertThat(entry).hasToString("u_str LISTEN @gold inode 3500904");
    assertThat(entry.protocol()).isEqualTo(SocketProtocol.UNIX_STREAM);
    assertThat(entry.rawName()).isEqualTo("\0gold".getBytes(US_ASCII));
    assertThat(entry.receiveQueue()).isZero();
    assertThat(entry.sendQueue()).isEqualTo(2);
    assertThat(entry.uid()).isZero();
    assertThat(entry.cookie()).isEqualTo(0x1efc3);
    assertThat(entry.peer()).isZero();
    assertThat(entry.file()).isEmpty();
    assertThat(entry.shutdown()).isZero();
  }
}
