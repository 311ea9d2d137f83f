package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
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
  @EnumSource
  void set_beforeTheBind_isWhatGetReturns(SocketOption option) throws Exception {
    int value = buffer(option) ? 20_000 : 1;
    try (var fd = Sockets.listen(any(), 1, Map.of(option, value))) {
      assertThat(option.get(fd)).isEqualTo(buffer(option) ? 2 * value : value);
    }
    try (var fd = Sockets.datagram(any(), Map.of(option, value))) {
      assertThat(option.get(fd)).isEqualTo(buffer(option) ? 2 * value : value);
      if (option != SocketOption.IPV6_ONLY) {
        int other = buffer(option) ? 30_000 : 0;
        option.set(fd, other);
        assertThat(option.get(fd)).isEqualTo(buffer(option) ? 2 * other : other);
      }
    }
  }

  private static boolean buffer(SocketOption option) {
    return option == SocketOption.SEND_BUFFER || option == SocketOption.RECEIVE_BUFFER;
  }

  @Test
  void set_whereTheSocketLacksIt_namesTheOptionAndTheErrno() throws Exception {
    var abstractName = UnixDomainSocketAddress.of("@netsvc-option-test");
    try (var fd = Sockets.datagram(abstractName, Map.of())) {
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
                    Map.of(SocketOption.IPV6_ONLY, 1)))
        .isInstanceOf(LinuxException.class);
    assertThat(Fds.count()).isEqualTo(before);
  }
}
