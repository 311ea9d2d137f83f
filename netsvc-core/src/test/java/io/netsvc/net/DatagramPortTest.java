package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.DatagramPort.Datagram;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A datagram port is the same over each transport and address family that has it. */
@Timeout(30)
class DatagramPortTest {

  private static LinkedBlockingQueue<Datagram> received(DatagramPort port) throws Exception {
    var received = new LinkedBlockingQueue<Datagram>();
    port.onReadable(
        () -> {
          try {
            port.poll().ifPresent(received::add);
          } catch (java.io.IOException e) {
            throw new AssertionError(e);
          }
        });
    return received;
  }

  @ParameterizedTest
  @EnumSource(names = "NIO_UNIX", mode = EnumSource.Mode.EXCLUDE)
  void send_ofAnySize_arrivesWholeWithItsSender(Contract on) throws Exception {
    try (var a = on.port();
        var b = on.port()) {
      var arriving = received(b);
      for (int size : new int[] {0, 1, 1400, 65_507}) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        a.send(new Datagram(ByteBuffer.wrap(data), b.localAddress()));
        var datagram = arriving.take();
        assertThat(datagram.data()).isEqualTo(ByteBuffer.wrap(data));
        assertThat(datagram.peer()).isEqualTo(a.localAddress());
      }
      assertThat(b.poll()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NIO_UNIX", mode = EnumSource.Mode.EXCLUDE)
  void pause_thenResume_keepsDatagrams(Contract on) throws Exception {
    try (var a = on.port();
        var b = on.port()) {
      var arriving = received(b);
      b.pause();
      a.send(new Datagram(UTF_8.encode("x"), b.localAddress()));
      assertThat(arriving.poll(100, TimeUnit.MILLISECONDS)).isNull();
      b.resume();
      assertThat(UTF_8.decode(arriving.take().data()).toString()).isEqualTo("x");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void open_whenTheAddressIsTaken_saysWhichAndWhy(Contract on) throws Exception {
    try (var port = on.port()) {
      assertThatThrownBy(() -> on.port(port.localAddress(), o -> o))
          .isInstanceOf(BindException.class)
          .hasMessageContaining(port.localAddress().toString())
          .hasMessageContaining("Address already in use");
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NIO_UNIX", mode = EnumSource.Mode.EXCLUDE)
  void close_leavesNoSocketAndTakesNothingMore(Contract on) throws Exception {
    var before = Contract.sockets();
    var port = on.port();
    received(port);
    port.close();
    port.close();
    assertThat(port.poll()).isEmpty();
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @Test
  void open_ofAUnixOneWithNio_isRefused() {
    assertThatThrownBy(Contract.NIO_UNIX::port)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("needs the linux transport");
  }

  @ParameterizedTest
  @ValueSource(strings = {"@netsvc-test-port", "@netsvc test é"})
  void open_ofAnAbstractName_makesNoFile(String name) throws Exception {
    var address = UnixDomainSocketAddress.of(name);
    try (var port = Contract.LINUX_UNIX.port(address, o -> o);
        var sender = Contract.LINUX_UNIX.port()) {
      assertThat(port.localAddress()).isEqualTo(address);
      var arriving = received(port);
      sender.send(new Datagram(UTF_8.encode("x"), address));
      assertThat(arriving.take().peer()).isEqualTo(sender.localAddress());
      assertThat(java.nio.file.Files.exists(address.getPath())).isFalse();
    }
    assertThatThrownBy(() -> Contract.NIO_UNIX.listen(address, o -> o))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
