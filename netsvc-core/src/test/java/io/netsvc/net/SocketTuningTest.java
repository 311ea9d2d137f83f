package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.SocketOption;
import io.netsvc.linux.SocketText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel has what was asked for, on the listener and on its connections, or it is refused. */
@Timeout(30)
class SocketTuningTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @FunctionalInterface
  private interface Check {
    void on(Fd fd) throws Exception;
  }

  private static void check(Contract on, UnaryOperator<ListenOptions> options, Check check)
      throws Exception {
    try (var listener = on.listen(on.address(), options)) {
      try (var fd = listener.handOver()) {
        check.on(fd);
      }
      try (var _ = Contract.connect(listener);
          var connection = listener.accept();
          var fd = ((FdHolder) connection).handOver()) {
        check.on(fd);
      }
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
  void listen_withATuning_isWhatTheKernelHas(Contract on) throws Exception {
    check(on, o -> o, is(SocketOption.NO_DELAY, 1));
    check(on, o -> o.withNoDelay(false), is(SocketOption.NO_DELAY, 0));
    check(on, o -> o, is(SocketOption.KEEP_ALIVE, 0));
    check(on, o -> o.withKeepAlive(true), is(SocketOption.KEEP_ALIVE, 1));
    check(
        on,
        o -> o.withKeepAlive(Duration.ofMinutes(2), Duration.ofMillis(1001), 7),
        fd -> {
          is(SocketOption.KEEP_ALIVE, 1).on(fd);
          is(SocketOption.KEEP_IDLE, 120).on(fd);
          is(SocketOption.KEEP_INTERVAL, 2).on(fd);
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
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void listen_withWhatIsRoots_isWhatTheKernelHas(Contract on) throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "SO_MARK and IP_TRANSPARENT are root's");
    check(on, o -> o.withMark(7), is(SocketOption.MARK, 7));
    check(on, o -> o.withDebug(true), is(SocketOption.DEBUG, 1));
    check(on, o -> o.withMark(7).withMark(0), is(SocketOption.MARK, 0));
    check(
        on,
        o -> o.withTransparent(true),
        is(six(on) ? SocketOption.IPV6_TRANSPARENT : SocketOption.TRANSPARENT, 1));
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void listen_withWhatIsTheListenersAlone_isWhatTheKernelHas(Contract on) throws Exception {
    try (var listener =
            on.listen(on.address(), o -> o.withFastOpen(9).withDeferAccept(SECOND));
        var fd = listener.handOver()) {
      is(SocketOption.FAST_OPEN, 9).on(fd);
      is(SocketOption.DEFER_ACCEPT, 1).on(fd);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void withDeferAccept_whenTheClientSpeaks_accepts(Contract on) throws Exception {
    try (var listener = on.listen(on.address(), o -> o.withDeferAccept(Duration.ofSeconds(20)));
        var client = Contract.connect(listener)) {
      client.write(ByteBuffer.wrap(new byte[] {'x'}));
      try (var connection = listener.accept()) {
        assertThat(connection.read(ByteBuffer.allocate(2))).isEqualTo(1);
      }
    }
  }

  @Test
  void withFreeBind_anAddressThatNobodyHas_listens() throws Exception {
    var address = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0);
    try (var listener = Contract.LINUX_IPV4.listen(address, o -> o.withFreeBind(true))) {
      assertThat(((InetSocketAddress) listener.localAddress()).getAddress())
          .isEqualTo(address.getAddress());
    }
    assertThatThrownBy(() -> Contract.LINUX_IPV4.listen(address, o -> o))
        .hasMessageContaining("Cannot assign requested address");
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void withMultipath_servesPlainTcp_orIsRefused(Contract on) throws Exception {
    if (!on.linux()) {
      assertThatThrownBy(() -> on.listen(on.address(), o -> o.withMultipath(true)))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageStartingWith("IPPROTO_MPTCP needs the linux transport");
      return;
    }
    try (var listener = on.listen(on.address(), o -> o.withMultipath(true));
        var client = Contract.connect(listener);
        var connection = listener.accept()) {
      assertThat(connection.remoteAddress()).isEqualTo(client.getLocalAddress());
    }
  }

  private static Map<String, UnaryOperator<ListenOptions>> onlyLinux() {
    var all = new HashMap<String, UnaryOperator<ListenOptions>>();
    all.put("TCP_USER_TIMEOUT", o -> o.withUserTimeout(SECOND));
    all.put("TCP_CONGESTION", o -> o.withCongestionControl("reno"));
    all.put("SO_BINDTODEVICE", o -> o.withDevice("lo"));
    all.put("SO_MARK", o -> o.withMark(1));
    all.put("IP_FREEBIND", o -> o.withFreeBind(true));
    all.put("IP_TRANSPARENT", o -> o.withTransparent(true));
    all.put("TCP_FASTOPEN", o -> o.withFastOpen(1));
    all.put("TCP_DEFER_ACCEPT", o -> o.withDeferAccept(SECOND));
    return all;
  }

  @ParameterizedTest
  @EnumSource(names = {"NIO_IPV4", "NIO_IPV6"})
  void nio_lacksAnOption_saysWhichAndLeavesNoSocket(Contract on) throws Exception {
    var before = Contract.sockets();
    for (var option : onlyLinux().entrySet()) {
      assertThatThrownBy(() -> on.listen(on.address(), option.getValue()))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageStartingWith(option.getKey() + " needs the linux transport");
    }
    assertThat(Contract.sockets()).isEqualTo(before);
    UnaryOperator<ListenOptions> off =
        o -> o.withFreeBind(false).withTransparent(false).withMultipath(false).withMark(0);
    on.listen(on.address(), off).close();
  }

  @Test
  void nio_setsWhatTheJdkHas() throws Exception {
    var options =
        (ListenSettings)
            ListenSettings.DEFAULTS.withKeepAlive(SECOND, SECOND, 3).withSendBuffer(20_000);
    try (var channel = SocketChannel.open(StandardProtocolFamily.INET)) {
      NioTuning.connecting(options.tuning(), StandardProtocolFamily.INET).apply(channel);
      assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
      assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
      assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(20_000);
      for (var option : channel.supportedOptions()) {
        switch (option.name()) {
          case "TCP_KEEPIDLE", "TCP_KEEPINTERVAL" ->
              assertThat(channel.getOption(option)).isEqualTo(1);
          case "TCP_KEEPCOUNT" -> assertThat(channel.getOption(option)).isEqualTo(3);
          default -> {}
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_UNIX", "NIO_UNIX"})
  void unix_ignoresWhatIsTcps(Contract on) throws Exception {
    for (var option : onlyLinux().values()) {
      try (var listener = on.listen(on.address(), option);
          var _ = Contract.connect(listener);
          var connection = listener.accept()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
    on.listen(on.address(), o -> o.withKeepAlive(true).withMultipath(true)).close();
  }

  @Test
  void options_outOfRange_areRefusedAtOnce() {
    var o = ListenSettings.DEFAULTS;
    var zero = Duration.ZERO;
    List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> calls =
        List.of(
            () -> o.withBacklog(0),
            () -> o.withSendBuffer(0),
            () -> o.withReceiveBuffer(-1),
            () -> o.withKeepAlive(zero, SECOND, 1),
            () -> o.withKeepAlive(SECOND, Duration.ofSeconds(32_768), 1),
            () -> o.withKeepAlive(SECOND, SECOND, 128),
            () -> o.withUserTimeout(zero),
            () -> o.withUserTimeout(Duration.ofDays(25)),
            () -> o.withUserTimeout(Duration.ofSeconds(Long.MAX_VALUE)),
            () -> o.withFastOpen(0),
            () -> o.withDeferAccept(zero));
    for (var call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(" out of range: ");
    }
    assertThatThrownBy(() -> o.withDevice("sixteen-letters-"))
        .hasMessage("device: read \"sixteen-letters-\", expected 1 to 15 characters");
    assertThatThrownBy(() -> o.withCongestionControl(""))
        .hasMessage("congestion control: read \"\", expected 1 to 15 characters");
  }
}
