package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.SocketOption;
import io.netsvc.linux.SocketText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel has what was asked for on a socket that connects, or it is refused. */
@Timeout(30)
class ConnectTuningTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @FunctionalInterface
  private interface Check {
    void on(Fd fd) throws Exception;
  }

  private static void check(Contract on, UnaryOperator<ConnectOptions> options, Check check)
      throws Exception {
    try (var listener = on.listen();
        var connection = on.connector(options).connect(listener.localAddress());
        var fd = ((FdHolder) connection).handOver()) {
      check.on(fd);
    }
  }

  private static Check is(SocketOption option, int value) {
    return fd -> assertThat(option.get(fd)).as("%s", option).isEqualTo(value);
  }

  private static boolean six(Contract on) {
    return on == Contract.LINUX_IPV6;
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void connect_withATuning_isWhatTheKernelHas(Contract on) throws Exception {
    check(on, o -> o, is(SocketOption.NO_DELAY, 1));
    check(on, o -> o.withNoDelay(false), is(SocketOption.NO_DELAY, 0));
    check(on, o -> o, is(SocketOption.KEEP_ALIVE, 0));
    check(
        on,
        o -> o.withKeepAlive(Duration.ofMinutes(2), SECOND, 7),
        fd -> {
          is(SocketOption.KEEP_ALIVE, 1).on(fd);
          is(SocketOption.KEEP_IDLE, 120).on(fd);
          is(SocketOption.KEEP_INTERVAL, 1).on(fd);
          is(SocketOption.KEEP_COUNT, 7).on(fd);
        });
    check(on, o -> o.withUserTimeout(SECOND), is(SocketOption.USER_TIMEOUT, 1000));
    check(
        on,
        o -> o.withCongestionControl("reno"),
        fd -> assertThat(SocketText.CONGESTION_CONTROL.get(fd)).isEqualTo("reno"));
    check(on, o -> o.withDevice("lo"), fd -> assertThat(SocketText.DEVICE.get(fd)).isEqualTo("lo"));
    check(
        on,
        o -> o.withFreeBind(true),
        is(six(on) ? SocketOption.IPV6_FREE_BIND : SocketOption.FREE_BIND, 1));
    check(
        on,
        o -> o.withTypeOfService(0xb8),
        is(six(on) ? SocketOption.IPV6_TYPE_OF_SERVICE : SocketOption.TYPE_OF_SERVICE, 0xb8));
    check(
        on,
        o -> o.withTimeToLive(7),
        is(six(on) ? SocketOption.IPV6_TIME_TO_LIVE : SocketOption.TIME_TO_LIVE, 7));
    check(
        on,
        o -> o.withMinTimeToLive(3),
        is(six(on) ? SocketOption.IPV6_MIN_TIME_TO_LIVE : SocketOption.MIN_TIME_TO_LIVE, 3));
    check(on, o -> o.withSendBuffer(20_000), is(SocketOption.SEND_BUFFER, 40_000));
    check(on, o -> o.withReceiveBuffer(20_000), is(SocketOption.RECEIVE_BUFFER, 40_000));
    check(on, o -> o.withFastOpen(true), is(SocketOption.FAST_OPEN_CONNECT, 1));
    check(on, o -> o.withFastOpen(true).withFastOpen(false), is(SocketOption.FAST_OPEN_CONNECT, 0));
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void connect_withWhatIsRoots_isWhatTheKernelHas(Contract on) throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "SO_MARK and IP_TRANSPARENT are root's");
    check(on, o -> o.withMark(7), is(SocketOption.MARK, 7));
    check(on, o -> o.withDebug(true), is(SocketOption.DEBUG, 1));
    check(
        on,
        o -> o.withTransparent(true),
        is(six(on) ? SocketOption.IPV6_TRANSPARENT : SocketOption.TRANSPARENT, 1));
  }

  private static SocketAddress source(Contract on) {
    return new InetSocketAddress(InetAddress.ofLiteral(six(on) ? "::1" : "127.0.0.1"), 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void source_withoutAPort_leavesItToTheConnect(Contract on) throws Exception {
    check(on, o -> o.withSource(source(on)), is(SocketOption.BIND_ADDRESS_NO_PORT, 1));
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void source_thatNobodyHas_isAllowedByFreeBind(Contract on) throws Exception {
    var nobodys =
        new InetSocketAddress(InetAddress.ofLiteral(six(on) ? "2001:db8::1" : "192.0.2.1"), 0);
    try (var listener = on.listen()) {
      var address = listener.localAddress();
      assertThatThrownBy(() -> on.connector(o -> o.withSource(nobodys)).connect(address))
          .hasMessageContaining("bind " + nobodys + ": Cannot assign requested address");
      // The answer to it goes nowhere.
      assertThatThrownBy(
              () ->
                  on.connector(
                          o ->
                              o.withSource(nobodys)
                                  .withFreeBind(true)
                                  .withTimeout(Duration.ofMillis(100)))
                      .connect(address))
          .isInstanceOf(IOException.class)
          .hasMessageNotContaining("Cannot assign requested address");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void fastOpenAndMultipath_carryBytes_orAreRefused(Contract on) throws Exception {
    UnaryOperator<ConnectOptions> both = o -> o.withFastOpen(true).withMultipath(true);
    try (var listener = on.listen(on.address(), o -> on.linux() ? o.withFastOpen(9) : o)) {
      if (!on.linux()) {
        assertThatThrownBy(() -> on.connector(both).connect(listener.localAddress()))
            .isInstanceOf(UnsupportedOperationException.class);
        return;
      }
      for (UnaryOperator<ConnectOptions> options :
          Map.<String, UnaryOperator<ConnectOptions>>of(
                  "fast", o -> o.withFastOpen(true), "multi", o -> o.withMultipath(true), "", both)
              .values()) {
        for (int i = 0; i < 3; i++) { // the first one gets the cookie, where it is allowed
          try (var client = on.connector(options).connect(listener.localAddress())) {
            client.write(UTF_8.encode("hello"));
            try (var server = listener.accept()) {
              var buffer = ByteBuffer.allocate(9);
              assertThat(server.read(buffer)).isEqualTo(5);
              assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
            }
          }
        }
      }
    }
  }

  private static Map<String, UnaryOperator<ConnectOptions>> onlyLinux() {
    var all = new TreeMap<String, UnaryOperator<ConnectOptions>>();
    all.put("TCP_USER_TIMEOUT", o -> o.withUserTimeout(SECOND));
    all.put("TCP_CONGESTION", o -> o.withCongestionControl("reno"));
    all.put("SO_BINDTODEVICE", o -> o.withDevice("lo"));
    all.put("SO_MARK", o -> o.withMark(1));
    all.put("IP_FREEBIND", o -> o.withFreeBind(true));
    all.put("IP_TRANSPARENT", o -> o.withTransparent(true));
    all.put("IPPROTO_MPTCP", o -> o.withMultipath(true));
    all.put("TCP_FASTOPEN_CONNECT", o -> o.withFastOpen(true));
    return all;
  }

  @ParameterizedTest
  @EnumSource(names = {"NIO_IPV4", "NIO_IPV6"})
  void nio_lacksAnOption_saysWhichAndLeavesNoSocket(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var before = Contract.sockets();
      for (var option : onlyLinux().entrySet()) {
        assertThatThrownBy(() -> on.connector(option.getValue()).connect(listener.localAddress()))
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageStartingWith(option.getKey() + " needs the linux transport");
      }
      assertThat(Contract.sockets()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NIO_IPV4", "NIO_IPV6"})
  void nio_setsWhatTheJdkHas(Contract on) throws Exception {
    try (var listener = on.listen();
        var connection =
            on.connector(
                    o -> o.withNoDelay(false).withKeepAlive(true).withReceiveBuffer(20_000))
                .connect(listener.localAddress());
        var plain = on.connector(o -> o).connect(listener.localAddress())) {
      var channel = ((NioConnection) connection).channel();
      assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
      assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
      assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(20_000);
      assertThat(((NioConnection) plain).channel().getOption(StandardSocketOptions.TCP_NODELAY))
          .isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void unix_ignoresWhatIsTcps(Contract on) throws Exception {
    try (var listener = on.listen()) {
      for (var option : onlyLinux().values()) {
        on.connector(option).connect(listener.localAddress()).close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void device_thatIsNotThere_isSaidAndLeavesNoSocket(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var address = listener.localAddress();
      var before = Contract.sockets();
      assertThatThrownBy(() -> on.connector(o -> o.withDevice("nosuch0")).connect(address))
          .hasMessage("setsockopt SO_BINDTODEVICE=nosuch0 " + address + ": No such device (ENODEV)");
      assertThat(Contract.sockets()).isEqualTo(before);
    }
  }
}
