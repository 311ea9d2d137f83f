package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many peers at one UDP socket. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DatagramPeersTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private DatagramSocket bound;
  private DatagramPeers peers;

  @BeforeEach
  void bind() throws IOException {
    bound = new DatagramSocket(0, LOOPBACK);
    peers = new DatagramPeers(new Datagrams.Shared(bound, bound.getLocalSocketAddress()));
  }

  @AfterEach
  void close() {
    peers.close();
  }

  private DatagramSocket peer() throws IOException {
    var peer = new DatagramSocket(0, LOOPBACK);
    peer.connect(peers.localAddress());
    peer.setSoTimeout(10_000);
    return peer;
  }

  private static void send(DatagramSocket peer, String text) throws IOException {
    var bytes = text.getBytes(UTF_8);
    peer.send(new DatagramPacket(bytes, bytes.length));
  }

  private static String receive(DatagramSocket peer) throws IOException {
    var packet = new DatagramPacket(new byte[65_535], 65_535);
    peer.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  @Test
  void fiftyPeersAtOnce_eachEchoesItsOwn() throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var clients = new ArrayList<Future<?>>();
      for (int i = 0; i < 50; i++) {
        int number = i;
        clients.add(executor.submit(() -> echoed(number)));
      }
      for (int i = 0; i < 50; i++) {
        var connection = peers.next();
        clients.add(executor.submit(() -> echo(connection)));
      }
      for (var client : clients) {
        client.get(20, TimeUnit.SECONDS);
      }
      peers.close();
    }
    assertThat(bound.isClosed()).isTrue();
  }

  /** One at a time: a socket drops what it has no room for. */
  private Void echoed(int number) throws IOException {
    try (var peer = peer()) {
      for (int k = 0; k < 100; k++) {
        var text = "peer " + number + " says " + k + "!".repeat(k);
        send(peer, text);
        assertThat(receive(peer)).isEqualTo(text);
      }
      send(peer, "end");
      return null;
    }
  }

  private static Void echo(Connection connection) throws IOException {
    try (connection) {
      while (true) {
        var text = Ended.read(connection);
        if (text.equals("end")) {
          return null;
        }
        Ended.write(connection, text);
      }
    }
  }

  @Test
  void strangers_areConnectionsOfTheirOwn() throws Exception {
    try (var one = peer();
        var other = peer()) {
      send(one, "first");
      try (var first = peers.next()) {
        assertThat(Ended.read(first)).isEqualTo("first");
        send(other, "stranger's");
        send(one, "second");
        assertThat(Ended.read(first)).isEqualTo("second");
        try (var second = peers.next()) {
          assertThat(Ended.read(second)).isEqualTo("stranger's");
          assertThat(second.remoteAddress()).isEqualTo(other.getLocalSocketAddress());
        }
      }
    }
  }

  @Test
  void closedConnection_itsPeerIsNewAgain() throws Exception {
    try (var peer = peer()) {
      send(peer, "one");
      peers.next().close();
      send(peer, "two");
      try (var again = peers.next()) {
        assertThat(Ended.read(again)).isEqualTo("two");
      }
    }
  }

  @Test
  void close_leavesWhatWasGiven_andClosesTheSocketWithTheLast() throws Exception {
    try (var peer = peer();
        var waits = peer();
        var late = peer()) {
      send(peer, "one");
      var given = peers.next();
      send(waits, "nobody takes it");
      peers.close();
      send(late, "too late");
      send(peer, "two");
      assertThat(Ended.read(given)).isEqualTo("one");
      assertThat(Ended.read(given)).isEqualTo("two");
      Ended.write(given, "three");
      assertThat(receive(peer)).isEqualTo("three");
      assertThatThrownBy(peers::next).isInstanceOf(ClosedChannelException.class);
      assertThat(bound.isClosed()).isFalse();
      given.close();
      assertThat(bound.isClosed()).isTrue();
      assertThatThrownBy(() -> Ended.write(given, "x")).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void close_wakesWhoWaits() throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var peer = peer()) {
      send(peer, "x");
      var connection = peers.next();
      assertThat(Ended.read(connection)).isEqualTo("x");
      var reads = executor.submit(() -> connection.read(ByteBuffer.allocate(10)));
      var opens = executor.submit(peers::next);
      connection.close();
      peers.close();
      for (var each : new Future<?>[] {reads, opens}) {
        assertThatThrownBy(each::get)
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(ClosedChannelException.class);
      }
    }
  }

  @Test
  void interrupt_closesTheReadersConnectionAlone() throws Exception {
    try (var peer = peer();
        var other = peer()) {
      send(peer, "x");
      var connection = peers.next();
      assertThat(Ended.read(connection)).isEqualTo("x");
      var failure = new CompletableFuture<Exception>();
      var reader =
          Thread.startVirtualThread(
              () -> {
                try {
                  connection.read(ByteBuffer.allocate(10));
                } catch (IOException e) {
                  failure.complete(e);
                }
              });
      reader.interrupt();
      assertThat(failure.get()).isInstanceOf(ClosedByInterruptException.class);
      assertThat(connection.isOpen()).isFalse();
      send(other, "y");
      try (var next = peers.next()) {
        assertThat(Ended.read(next)).isEqualTo("y");
      }
    }
  }

  @Test
  void queue_dropsTheNewest() throws Exception {
    var connection = new PeerConnection(peers, peers.localAddress());
    for (int i = 0; i < 300; i++) {
      connection.deliver(new byte[] {(byte) i});
    }
    var one = ByteBuffer.allocate(10);
    for (int i = 0; i < 256; i++) {
      assertThat(connection.read(one.clear())).isEqualTo(1);
      assertThat(one.get(0)).isEqualTo((byte) i);
    }
    for (int i = 0; i < 20; i++) {
      connection.deliver(new byte[65_000]);
    }
    connection.deliver(new byte[] {42});
    long total = 0;
    for (int i = 0; i < 16; i++) {
      total += connection.read(ByteBuffer.allocate(70_000));
    }
    assertThat(total).isEqualTo(16 * 65_000L);
    assertThat(connection.read(one.clear())).isEqualTo(1); // the small one had room
    connection.shutdownInput();
    assertThat(connection.read(one.clear())).isEqualTo(-1);
  }

  @Test
  void newPeers_areBounded_andTheirDatagramsDropped() throws Exception {
    var all = new ArrayList<DatagramSocket>();
    try (var taken = peer();
        var last = peer()) {
      send(taken, "x");
      var given = peers.next();
      assertThat(Ended.read(given)).isEqualTo("x");
      for (int i = 0; i < 128; i++) {
        var peer = peer();
        all.add(peer);
        send(peer, "x");
      }
      send(last, "dropped");
      send(taken, "marker");
      assertThat(Ended.read(given)).isEqualTo("marker"); // so what came before has been looked at
      for (int i = 0; i < 128; i++) {
        peers.next().close();
      }
      send(last, "now there is room");
      try (var next = peers.next()) {
        assertThat(Ended.read(next)).isEqualTo("now there is room");
      }
      given.close();
    } finally {
      all.forEach(DatagramSocket::close);
    }
  }

  @Test
  void end_bindsOnce_andIsFreeAfterwards() throws Exception {
    for (int round = 0; round < 2; round++) {
      int port = Programs.freePort();
      var end = Ends.of("udp-listen://127.0.0.1:" + port);
      try (var executor = Executors.newVirtualThreadPerTaskExecutor();
          var one = new DatagramSocket(0, LOOPBACK)) {
        one.connect(LOOPBACK, port);
        var first = executor.submit(end::open);
        Ended.await(
            "it is bound",
            () -> {
              try {
                send(one, "x");
              } catch (IOException e) {
                // Refused: not yet.
              }
              return first.isDone();
            });
        try (var connection = first.get()) {
          assertThat(Ended.read(connection)).isEqualTo("x");
          end.close();
          assertThatThrownBy(end::open).isInstanceOf(ClosedChannelException.class);
        }
        new DatagramSocket(port, LOOPBACK).close();
      }
    }
  }
}
