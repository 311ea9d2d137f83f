package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.DatagramPort.Datagram;
import io.netsvc.net.DatagramRelay.Drop;
import io.netsvc.net.DatagramRelay.Traffic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes through a datagram relay, over each transport and address family. */
@Timeout(60)
class DatagramRelayTest {

  static DatagramPort echo(Contract on) throws IOException {
    var port = on.port();
    port.onReadable(
        () -> {
          try {
            for (var request : port.poll(32)) {
              port.send(request.reply(request.data()));
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    return port;
  }

  static LinkedBlockingQueue<Datagram> received(DatagramPort port) throws IOException {
    var received = new LinkedBlockingQueue<Datagram>();
    port.onReadable(
        () -> {
          try {
            received.addAll(port.poll(32));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    return received;
  }

  static DatagramChannel client(SocketAddress relay) throws IOException {
    return DatagramChannel.open().connect(relay);
  }

  static void send(DatagramChannel client, String text) throws IOException {
    client.write(UTF_8.encode(text));
  }

  static String receive(DatagramChannel client) throws IOException {
    var into = ByteBuffer.allocate(65_536);
    client.receive(into);
    return UTF_8.decode(into.flip()).toString();
  }

  static String text(Datagram datagram) {
    return UTF_8.decode(datagram.data()).toString();
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void serve_datagramsOfAnySize_passWholeBothWays(Contract on) throws Exception {
    try (var back = echo(on);
        var relay = DatagramRelay.serve(on.port(), back.localAddress());
        var client = DatagramChannel.open()) {
      long bytes = 0;
      int count = 0;
      for (int size : new int[] {0, 1, 1472, 1473, 8193, 65_507, 0}) {
        byte[] data = Relayed.random(size);
        client.send(ByteBuffer.wrap(data), relay.localAddress()); // connected, it sends no empty one
        var into = ByteBuffer.allocate(65_536);
        client.receive(into);
        assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(data));
        bytes += size;
        count++;
      }
      var all = new Traffic(count, bytes);
      Contract.await("the counters", () -> relay.snapshot().backward().equals(all));
      assertThat(relay.snapshot().forward()).isEqualTo(all);
      assertThat(relay.snapshot().sessions()).isEqualTo(1);
      assertThat(relay.snapshot().dropped().values()).containsOnly(0L);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void serve_manyPeers_eachGetsItsOwnReplies(Contract on) throws Exception {
    try (var back = echo(on);
        var relay = DatagramRelay.serve(on.port(), back.localAddress())) {
      var clients = new ArrayList<DatagramChannel>();
      for (int i = 0; i < 60; i++) { // all open at a time, for else two might have the same port
        clients.add(client(relay.localAddress()));
      }
      var wrong = new ArrayList<CompletableFuture<List<String>>>();
      for (int i = 0; i < clients.size(); i++) {
        var client = clients.get(i);
        int peer = i;
        wrong.add(CompletableFuture.supplyAsync(() -> wrong(client, peer), Thread::startVirtualThread));
      }
      for (var each : wrong) {
        assertThat(each.get()).isEmpty();
      }
      assertThat(relay.snapshot().opened()).isEqualTo(60);
      assertThat(relay.snapshot().forward().datagrams()).isEqualTo(60 * 50);
    }
  }

  private static List<String> wrong(DatagramChannel client, int peer) {
    var wrong = new ArrayList<String>();
    try (client) {
      for (int k = 0; k < 50; k++) {
        send(client, peer + " " + k);
        var answer = receive(client);
        if (!answer.equals(peer + " " + k)) {
          wrong.add(answer);
        }
      }
    } catch (IOException e) {
      wrong.add(e.toString());
    }
    return wrong;
  }

  /** A burst that the kernel joins on its way in, and cuts on its way out, where it can. */
  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void serve_burst_keepsBoundariesAndOrder(Contract on) throws Exception {
    try (var back = on.port(on.address(), o -> o.withReceiveBuffer(1 << 20));
        var client = on.port(on.address(), o -> o.withReceiveBuffer(1 << 20));
        var front = on.port(on.address(), o -> o.withReceiveBuffer(1 << 20));
        var relay = DatagramRelay.serve(front, back.localAddress())) {
      var requests = received(back);
      var replies = received(client);
      var burst = new ArrayList<Datagram>();
      for (int i = 0; i < 60; i++) {
        // Ever the same length but for a few, so that most can be joined.
        int size = i % 20 == 19 ? i : i % 30 == 7 ? 0 : 700;
        burst.add(new Datagram(ByteBuffer.wrap(Relayed.random(size)), relay.localAddress()));
      }
      client.send(burst);
      Datagram request = null;
      for (var sent : burst) {
        request = requests.take();
        assertThat(request.data()).isEqualTo(sent.data());
      }
      var answers = new ArrayList<Datagram>();
      for (var sent : burst.reversed()) {
        answers.add(java.util.Objects.requireNonNull(request).reply(sent.data()));
      }
      back.send(answers);
      for (var sent : answers) {
        assertThat(replies.take().data()).isEqualTo(sent.data());
      }
      assertThat(relay.snapshot().forward().datagrams()).isEqualTo(60);
    }
  }

  /** Asks a relay on a wildcard address at several addresses of the machine, from one socket. */
  private static List<String> repliesFrom(Contract on, String wildcard, List<String> asked)
      throws Exception {
    var senders = new ArrayList<String>();
    var any = new InetSocketAddress(InetAddress.ofLiteral(wildcard), 0);
    try (var back = echo(on);
        var front = on.port(any, o -> o.withDualStack(true));
        var relay = DatagramRelay.serve(front, back.localAddress());
        var client = DatagramChannel.open()) {
      int port = ((InetSocketAddress) relay.localAddress()).getPort();
      for (var address : asked) {
        client.send(
            UTF_8.encode(address), new InetSocketAddress(InetAddress.ofLiteral(address), port));
        var into = ByteBuffer.allocate(100);
        var sender = (InetSocketAddress) client.receive(into);
        assertThat(UTF_8.decode(into.flip()).toString()).isEqualTo(address);
        assertThat(sender.getPort()).isEqualTo(port);
        senders.add(sender.getAddress().getHostAddress());
      }
      assertThat(relay.snapshot().sessions())
          .isEqualTo(on.linux() ? (int) asked.stream().distinct().count() : 1);
    }
    return senders;
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void serve_onAWildcardAddress_repliesFromTheAddressAsked(String wildcard) throws Exception {
    var asked = List.of("127.0.0.2", "127.0.0.1", "127.0.0.2");
    assertThat(repliesFrom(Contract.LINUX_IPV4, wildcard, asked)).isEqualTo(asked);
  }

  @Test
  void serve_onAWildcardAddress_repliesFromTheIpv6AddressAsked() throws Exception {
    var asked = List.of("0:0:0:0:0:0:0:1");
    assertThat(repliesFrom(Contract.LINUX_IPV6, "::", asked)).isEqualTo(asked);
  }

  /** What NIO cannot do: the system chooses, and there is one session for both addresses. */
  @Test
  void serve_onAWildcardAddressWithNio_repliesFromSomeAddress() throws Exception {
    assertThat(repliesFrom(Contract.NIO_IPV4, "0.0.0.0", List.of("127.0.0.1", "127.0.0.1")))
        .containsOnly("127.0.0.1");
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void serve_upstreamOfTheOtherFamily_relays(Contract on) throws Exception {
    var other =
        switch (on) {
          case LINUX_IPV4 -> Contract.LINUX_IPV6;
          case LINUX_IPV6 -> Contract.LINUX_IPV4;
          case NIO_IPV4 -> Contract.NIO_IPV6;
          default -> Contract.NIO_IPV4;
        };
    try (var back = echo(other);
        var relay = DatagramRelay.serve(on.port(), back.localAddress());
        var client = client(relay.localAddress())) {
      send(client, "x");
      assertThat(receive(client)).isEqualTo("x");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void serve_refusedUpstreamOfOnePeer_endsNoOther(Contract on) throws Exception {
    SocketAddress gone;
    try (var port = on.port()) {
      gone = port.localAddress();
    }
    try (var back = echo(on);
        var good = DatagramChannel.open().bind(on.address());
        var bad = DatagramChannel.open().bind(on.address())) {
      var refused = bad.getLocalAddress();
      try (var relay =
          DatagramRelay.serve(
              on.port(), peer -> peer.equals(refused) ? gone : back.localAddress(), o -> o)) {
        bad.connect(relay.localAddress());
        good.connect(relay.localAddress());
        for (int i = 0; i < 50; i++) {
          send(bad, "x");
          send(good, "good " + i);
          assertThat(receive(good)).isEqualTo("good " + i);
        }
        if (on.linux()) {
          Contract.await(
              "the ICMP errors", () -> relay.snapshot().dropped(Drop.UNREACHABLE) > 0);
        }
        assertThat(relay.snapshot().sessions()).isEqualTo(2);
        try (var late = on.port(gone, o -> o)) {
          var arriving = received(late);
          send(bad, "now");
          assertThat(text(arriving.take())).isEqualTo("now");
        }
      }
    }
  }

  @Test
  void serve_unixToUnix_relaysAndFindsANewUpstreamSocket() throws Exception {
    var on = Contract.LINUX_UNIX;
    var address = on.address();
    try (var relay = DatagramRelay.serve(on.port(), address);
        var client = on.port()) {
      var replies = received(client);
      for (var text : List.of("first", "second")) {
        try (var back = on.port(address, o -> o)) {
          var requests = received(back);
          // The first one after the upstream has gone finds it gone.
          while (requests.isEmpty()) {
            client.send(new Datagram(UTF_8.encode(text), relay.localAddress()));
            Contract.await(
                "its arrival",
                () -> !requests.isEmpty() || relay.snapshot().sessions() == 0);
          }
          back.send(requests.take().reply(UTF_8.encode(text)));
          assertThat(text(replies.take())).isEqualTo(text);
        }
      }
      assertThat(relay.snapshot().opened()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void serve_unixUpstream_relaysWhereThereIsOne(Contract on) throws Exception {
    try (var back = echo(Contract.LINUX_UNIX);
        var relay = DatagramRelay.serve(on.port(), back.localAddress());
        var client = client(relay.localAddress())) {
      send(client, "x");
      if (on.linux()) {
        assertThat(receive(client)).isEqualTo("x");
      } else {
        Contract.await("the drop", () -> relay.snapshot().dropped(Drop.NO_SESSION) == 1);
      }
    }
  }
}
