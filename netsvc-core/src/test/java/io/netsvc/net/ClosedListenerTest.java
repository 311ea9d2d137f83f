package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.linux.Fd;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listening socket that is closed while somebody else has a copy of it. */
@Timeout(30)
class ClosedListenerTest {
  private static LinuxTransport.Socket listen(Contract on) throws IOException {
    return (LinuxTransport.Socket) on.transport().listen(on.address(), ListenSettings.DEFAULTS);
  }

  /** As a child has one, between its clone(2) and its execve(2). */
  private static Fd copy(LinuxTransport.Socket socket) throws IOException {
    return socket.fd.duplicate();
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6", "LINUX_UNIX"})
  void close_childHasACopy_refusesAtOnceAndFreesTheAddress(Contract on) throws Exception {
    var socket = listen(on);
    var address = socket.localAddress();
    try (var _ = copy(socket)) {
      socket.close();
      assertThatThrownBy(() -> SocketChannel.open(address)).isInstanceOf(IOException.class);
      try (var _ = on.listen(address, o -> o);
          var client = SocketChannel.open(address)) {
        assertThat(client.isConnected()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void close_handedOver_leavesItToWhoHasIt(Contract on) throws Exception {
    var socket = listen(on);
    var address = socket.localAddress();
    try (var _ = socket.handOver()) {
      socket.close();
      try (var client = SocketChannel.open(address)) {
        assertThat(client.isConnected()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6"})
  void close_shared_leavesItToWhoHasIt(Contract on) throws Exception {
    var socket = listen(on);
    var address = socket.localAddress();
    try (var _ = socket.share()) {
      socket.close();
      try (var client = SocketChannel.open(address)) {
        assertThat(client.isConnected()).isTrue();
      }
    }
  }
}
