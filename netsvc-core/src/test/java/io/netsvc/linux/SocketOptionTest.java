package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What we set is what the kernel then has. */
@Timeout(10)
class SocketOptionTest {

  private static SocketAddress any() throws Exception {
    return new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"TYPE", "ACCEPTING", "PROTOCOL", "DOMAIN", "JOINED_RECEIVE"},
      mode = EnumSource.Mode.EXCLUDE)
  void set_beforeTheBind_isWhatGetReturns(SocketOption option) throws Exception {
    if (option == SocketOption.DEBUG
        || option == SocketOption.MARK
        || option == SocketOption.TRANSPARENT
        || option == SocketOption.IPV6_TRANSPARENT) {
      assumeTrue(Credentials.effectiveUid() == 0, "only root may set " + option);
    }
    int value = buffer(option) ? 20_000 : typeOfService(option) ? 4 : 1; // two bits are TCP's own
    try (var fd = Sockets.listen(any(), 1, Sockets.Kind.STREAM, s -> option.set(s, value))) {
      assertThat(option.get(fd)).isEqualTo(buffer(option) ? 2 * value : value);
    }
    if (TCP.contains(option)) {
      return;
    }
    try (var fd = Sockets.datagram(any(), s -> option.set(s, value))) {
      assertThat(option.get(fd)).isEqualTo(buffer(option) ? 2 * value : value);
      if (option != SocketOption.IPV6_ONLY) {
        int other = buffer(option) ? 30_000 : option == SocketOption.TIME_TO_LIVE ? 2 : 0;
        option.set(fd, other);
        assertThat(option.get(fd)).isEqualTo(buffer(option) ? 2 * other : other);
      }
    }
  }

  private static final Set<SocketOption> TCP =
      EnumSet.range(SocketOption.NO_DELAY, SocketOption.FAST_OPEN_CONNECT);

  private static boolean buffer(SocketOption option) {
    return option == SocketOption.SEND_BUFFER || option == SocketOption.RECEIVE_BUFFER;
  }

  private static boolean typeOfService(SocketOption option) {
    return option == SocketOption.TYPE_OF_SERVICE || option == SocketOption.IPV6_TYPE_OF_SERVICE;
  }

  @Test
  void get_ofWhatCannotBeSet_tellsTheSocketsKind() throws Exception {
    try (var stream = Sockets.listen(any(), 1, Sockets.Kind.STREAM, _ -> {});
        var datagram = Sockets.datagram(any(), _ -> {})) {
      assertThat(SocketOption.ACCEPTING.get(stream)).isEqualTo(1);
      assertThat(SocketOption.ACCEPTING.get(datagram)).isZero();
      assertThat(SocketOption.TYPE.get(stream)).isEqualTo(1);
      assertThat(SocketOption.TYPE.get(datagram)).isEqualTo(2);
      assertThat(SocketOption.PROTOCOL.get(stream)).isEqualTo(6);
      assertThat(SocketOption.PROTOCOL.get(datagram)).isEqualTo(17);
      assertThat(SocketOption.DOMAIN.get(datagram)).isEqualTo(SocketAddresses.AF_INET6);
    }
  }

  @Test
  void text_setBeforeTheBind_isWhatGetReturns() throws Exception {
    try (var fd =
        Sockets.listen(
            any(),
            1,
            Sockets.Kind.STREAM,
            s -> {
              SocketText.DEVICE.set(s, "lo");
              SocketText.CONGESTION_CONTROL.set(s, "reno");
            })) {
      assertThat(SocketText.DEVICE.get(fd)).isEqualTo("lo");
      assertThat(SocketText.CONGESTION_CONTROL.get(fd)).isEqualTo("reno");
    }
    try (var fd = Sockets.listen(any(), 1, Sockets.Kind.STREAM, _ -> {})) {
      assertThat(SocketText.DEVICE.get(fd)).isEmpty();
      assertThatThrownBy(() -> SocketText.CONGESTION_CONTROL.set(fd, "no-such"))
          .hasMessage("setsockopt TCP_CONGESTION=no-such: No such file or directory (ENOENT)");
      assertThatThrownBy(() -> SocketText.DEVICE.set(fd, "no-such"))
          .hasMessage("setsockopt SO_BINDTODEVICE=no-such: No such device (ENODEV)");
    }
  }

  @Test
  void listen_multipath_isMptcpOrFallsBack() throws Exception {
    var switched = Path.of("/proc/sys/net/mptcp/enabled");
    boolean has = Files.exists(switched) && Files.readString(switched).strip().equals("1");
    try (var fd = Sockets.listen(any(), 1, Sockets.Kind.MULTIPATH, _ -> {})) {
      assertThat(SocketOption.PROTOCOL.get(fd)).isEqualTo(has ? 262 : 6);
    }
  }

  @Test
  void set_whereTheSocketLacksIt_namesTheOptionAndTheErrno() throws Exception {
    var abstractName = UnixDomainSocketAddress.of("@netsvc-option-test");
    try (var fd = Sockets.datagram(abstractName, _ -> {})) {
      assertThatThrownBy(() -> SocketOption.IPV6_ONLY.set(fd, 1))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(95))
          .hasMessage("setsockopt IPV6_V6ONLY=1: EOPNOTSUPP");
      assertThatThrownBy(() -> SocketOption.IPV6_ONLY.get(fd))
          .hasMessageStartingWith("getsockopt IPV6_V6ONLY: ");
    }
  }

  @Test
  void listen_whenAnOptionFails_leavesNoFd() throws Exception {
    long before = Fds.count();
    assertThatThrownBy(
            () ->
                Sockets.listen(
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                    1,
                    Sockets.Kind.STREAM,
                    fd -> SocketOption.IPV6_ONLY.set(fd, 1)))
        .isInstanceOf(LinuxException.class);
    assertThat(Fds.count()).isEqualTo(before);
  }
}
