package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.linux.FdHolder;
import io.netsvc.linux.SocketOption;
import java.io.FileInputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listener over an fd that somebody else opened. */
@Timeout(30)
class AdoptTest {

  /** Another listener of the same socket, which it then shares as two processes would. */
  private static Listener shared(Listener listener) throws Exception {
    return Listener.adopt(
        (LinuxTransport) Contract.LINUX_IPV4.transport(),
        listener.handOver().number(),
        o -> o.withNoDelay(false));
  }

  private static void assertServes(Listener listener) throws Exception {
    try (var client = SocketChannel.open(listener.localAddress())) {
      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "LINUX_.*", mode = EnumSource.Mode.MATCH_ALL)
  void adopt_aListeningSocket_servesAndLeavesTheOpenersAlone(Contract on) throws Exception {
    var before = Contract.sockets();
    try (var opener = on.listen()) {
      try (var listener = shared(opener)) {
        assertThat(listener.localAddress()).isEqualTo(opener.localAddress());
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        assertServes(listener);
        try (var fd = opener.handOver()) {
          if (!on.unix()) {
            assertThat(SocketOption.NO_DELAY.get(fd)).isZero();
          }
        }
      }
      if (opener.localAddress() instanceof UnixDomainSocketAddress unix) {
        assertThat(unix.getPath()).exists();
      }
      opener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
      assertServes(opener);
    }
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @Test
  void accept_whenTheOpenerMakesItBlocking_neverBlocksTheLoop() throws Exception {
    try (var opener = Contract.LINUX_IPV4.listen();
        var listener = shared(opener);
        var other = Contract.LINUX_IPV4.listen()) {
      listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
      other.serve(connection -> connection.write(ByteBuffer.allocate(1)));
      for (int i = 0; i < 3; i++) {
        opener.handOver().close(); // for a program, which expects a blocking one
        assertServes(listener);
        assertServes(other);
      }
    }
  }

  @Test
  void adopt_whatIsNoListener_saysWhatItIsAndLeavesIt() throws Exception {
    try (var listener = Contract.LINUX_IPV4.listen();
        var port = Contract.LINUX_IPV4.port();
        var _ = Contract.connect(listener);
        var connection = listener.accept();
        var accepted = ((FdHolder) connection).handOver();
        var datagram = port.handOver();
        var file = new FileInputStream("/dev/null")) {
      assertThatThrownBy(() -> Listener.adopt(accepted.number(), o -> o))
          .hasMessage(
              "adopt fd " + accepted.number() + ": a socket that does not listen, not a listener");
      assertThatThrownBy(() -> Listener.adopt(datagram.number(), o -> o))
          .hasMessage("adopt fd " + datagram.number() + ": a datagram socket, not a listener");
      assertThatThrownBy(() -> Listener.adopt(1_000_000, o -> o))
          .hasMessage("adopt fd 1000000: not open, not a listener");
      assertThatThrownBy(() -> Listener.adopt(-1, o -> o))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(file.read()).isEqualTo(-1);
      assertThat(SocketOption.TYPE.get(accepted)).isEqualTo(1); // still open
    }
  }
}
