package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.DatagramPort.Datagram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
          } catch (IOException e) {
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
  @EnumSource(names = {"LINUX_IPV4", "LINUX_IPV6", "LINUX_UNIX"})
  void peek_again_isTheSameUntilItIsTaken(Contract on) throws Exception {
    try (var a = on.port();
        var b = on.port()) {
      assertThat(b.peek()).isEmpty();
      a.send(new Datagram(UTF_8.encode("x"), b.localAddress()));
      a.send(new Datagram(UTF_8.encode("y"), b.localAddress()));
      for (int i = 0; i < 2; i++) {
        assertThat(b.peek().orElseThrow().peer()).isEqualTo(a.localAddress());
        assertThat(UTF_8.decode(b.peek().orElseThrow().data()).toString()).isEqualTo("x");
      }
      assertThat(UTF_8.decode(b.poll().orElseThrow().data()).toString()).isEqualTo("x");
      assertThat(UTF_8.decode(b.peek().orElseThrow().data()).toString()).isEqualTo("y");
    }
    assertThatThrownBy(() -> Contract.NIO_IPV4.port().peek())
        .isInstanceOf(UnsupportedOperationException.class);
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
  @EnumSource(names = "NIO_UNIX", mode = EnumSource.Mode.EXCLUDE)
  void pollAndSend_many_keepOrderAndPeers(Contract on) throws Exception {
    try (var a = on.port();
        var b = on.port();
        var c = on.port()) {
      var sent = new ArrayList<Datagram>();
      for (int i = 0; i < 9; i++) { // a Unix socket holds no more than ten
        sent.add(new Datagram(UTF_8.encode("to b " + i), b.localAddress()));
      }
      for (int i = 0; i < 9; i++) {
        sent.add(i * 2, new Datagram(UTF_8.encode("to c " + i), c.localAddress()));
      }
      a.send(sent);
      for (var to : List.of(b, c)) {
        var expected =
            sent.stream().filter(d -> d.peer().equals(to.localAddress())).map(Datagram::data);
        var arrived = new ArrayList<Datagram>();
        assertThat(to.poll(2)).hasSize(2).allSatisfy(arrived::add);
        Contract.await("the rest", () -> arrived.addAll(to.poll(100)) && arrived.size() >= 9);
        assertThat(arrived.stream().map(Datagram::data)).containsExactlyElementsOf(expected.toList());
        assertThat(arrived.stream().map(Datagram::peer)).containsOnly(a.localAddress());
        assertThat(to.poll(1)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void send_oneThatCannotGo_throwsAndSendsTheOthers(Contract on) throws Exception {
    try (var a = on.port();
        var b = on.port()) {
      var arriving = received(b);
      var tooLong = new Datagram(ByteBuffer.allocate(65_530), b.localAddress());
      assertThatThrownBy(
              () ->
                  a.send(
                      List.of(
                          new Datagram(UTF_8.encode("1"), b.localAddress()),
                          tooLong,
                          new Datagram(UTF_8.encode("2"), b.localAddress()))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Message too long");
      assertThat(UTF_8.decode(arriving.take().data()).toString()).isEqualTo("1");
      assertThat(UTF_8.decode(arriving.take().data()).toString()).isEqualTo("2");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void asked_onAnAddress_isThatAddress(Contract on) throws Exception {
    try (var a = on.port();
        var b = on.port()) {
      var arriving = received(b);
      a.send(new Datagram(UTF_8.encode("x"), b.localAddress()));
      assertThat(arriving.take().asked())
          .contains(((InetSocketAddress) b.localAddress()).getAddress());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 127.0.0.1", "0.0.0.0, 127.0.0.2", "::, 127.0.0.1", "::, 127.0.0.2", "::, ::1"
  })
  void asked_onAWildcardAddress_isWhereTheReplyComesFrom(String wildcard, String asked)
      throws Exception {
    var on = asked.contains(":") ? Contract.LINUX_IPV6 : Contract.LINUX_IPV4;
    var address = InetAddress.ofLiteral(asked);
    try (var client = on.port();
        var port =
            on.port(
                new InetSocketAddress(InetAddress.ofLiteral(wildcard), 0),
                o -> o.withDualStack(true))) {
      var requests = received(port);
      var replies = received(client);
      var at =
          new InetSocketAddress(address, ((InetSocketAddress) port.localAddress()).getPort());
      client.send(new Datagram(UTF_8.encode("x"), at));
      var request = requests.take();
      assertThat(request.asked()).contains(address);
      port.send(request.reply(UTF_8.encode("y")));
      assertThat(replies.take().peer()).isEqualTo(at);
    }
  }

  @Test
  void asked_onAWildcardAddressWithNio_isUnknown() throws Exception {
    try (var client = Contract.NIO_IPV4.port();
        var port =
            Contract.NIO_IPV4.port(
                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0), o -> o)) {
      var requests = received(port);
      int number = ((InetSocketAddress) port.localAddress()).getPort();
      client.send(
          new Datagram(
              UTF_8.encode("x"), new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), number)));
      assertThat(requests.take().asked()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void open_whenTheAddressIsTaken_saysWhichAndWhy(Contract on) throws Exception {
    try (var port = on.port()) {
      assertThatThrownBy(() -> on.port(port.localAddress(), o -> o))
          .isInstanceOf(BindFailedException.class)
          .hasMessageStartingWith(
              "bind " + AddressText.of(port.localAddress()) + ": Address already in use");
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
