package io.netsvc.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.endpoint.Ends;
import io.netsvc.fault.Faults.Direction;
import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.RelayServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay with faults before an echo server, as a test of another app has it. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FaultsTest {
  private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir private Path directory;
  private final Faults faults = Faults.seeded(1);
  private Listener echo;
  private RelayServer proxy;
  private int port;

  @BeforeEach
  void start() throws IOException {
    echo = Listener.open(ANY);
    echo.serve(FaultsTest::echo);
    var listener = Listener.open(ANY);
    port = ((InetSocketAddress) listener.localAddress()).getPort();
    var connector = Connector.of(o -> o);
    proxy =
        RelayServer.serve(listener, faults.upstream(() -> connector.connect(echo.localAddress())));
  }

  @AfterEach
  void stop() {
    proxy.close();
    echo.close();
  }

  private static void echo(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(8192);
    while (connection.read(buffer.clear()) >= 0) {
      connection.write(buffer.flip());
    }
    connection.shutdownOutput();
  }

  private Socket client() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(UTF_8));
  }

  private static String receive(Socket client, int count) throws IOException {
    return new String(client.getInputStream().readNBytes(count), UTF_8);
  }

  private static long millis(long sinceNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
  }

  @Test
  void none_movesAllWithItsEnd() throws Exception {
    movesAll();
  }

  @Test
  void latencyJitterAndRate_changedAllTheTime_moveAllWithItsEnd() throws Exception {
    var over = new CompletableFuture<Boolean>();
    var switching =
        Thread.ofVirtual()
            .start(
                () -> {
                  var random = new Random(2);
                  while (!over.isDone()) {
                    faults.set(
                        random.nextBoolean() ? Direction.INPUT : Direction.OUTPUT,
                        o ->
                            o.withLatency(Duration.ofMillis(random.nextInt(10)))
                                .withJitter(Duration.ofMillis(random.nextInt(10)))
                                .withRate(1 + random.nextInt(100_000_000))
                                .withStall(random.nextInt(4) == 0));
                    LockSupport.parkNanos(random.nextInt(5_000_000));
                    faults.clear();
                  }
                });
    movesAll();
    over.complete(true);
    switching.join();
  }

  private void movesAll() throws Exception {
    var bytes = new byte[2_000_037];
    new Random(1).nextBytes(bytes);
    try (var client = client()) {
      var sent =
          CompletableFuture.runAsync(
              () -> {
                try {
                  client.getOutputStream().write(bytes);
                  client.shutdownOutput();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              },
              task -> Thread.ofVirtual().start(task));
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(bytes);
      sent.get();
    }
  }

  @Test
  void latency_setOnAnOpenConnection_holdsForTheNextAnswer() throws Exception {
    try (var client = client()) {
      send(client, "a");
      assertThat(receive(client, 1)).isEqualTo("a");
      faults.set(Direction.INPUT, o -> o.withLatency(Duration.ofMillis(300)));
      long start = System.nanoTime();
      send(client, "b");
      assertThat(receive(client, 1)).isEqualTo("b");
      assertThat(millis(start)).isGreaterThanOrEqualTo(300);
      faults.set(Direction.INPUT, o -> o.withLatency(Duration.ofHours(1)));
      send(client, "c");
      client.setSoTimeout(100);
      assertThatThrownBy(() -> receive(client, 1)).hasMessageContaining("timed out");
      client.setSoTimeout(20_000);
      faults.clear();
      assertThat(receive(client, 1)).isEqualTo("c");
    }
  }

  @Test
  void latency_keepsMessagesApartAsTheyCame() throws Exception {
    faults.set(Direction.OUTPUT, o -> o.withLatency(Duration.ofSeconds(1)));
    try (var client = client()) {
      long start = System.nanoTime();
      send(client, "a");
      LockSupport.parkNanos(300_000_000); // the time between the two is what this is about
      send(client, "b");
      assertThat(receive(client, 2)).isEqualTo("ab");
      assertThat(millis(start)).isBetween(1300L, 1990L); // one after the other it would be 2000
    }
  }

  @Test
  void rate_isKept() throws Exception {
    faults.set(Direction.OUTPUT, o -> o.withRate(200_000));
    try (var client = client()) {
      long start = System.nanoTime();
      client.getOutputStream().write(new byte[100_000]);
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).hasSize(100_000);
      assertThat(millis(start)).isGreaterThan(400);
    }
  }

  @Test
  void stall_holdsBackUntilItIsOver() throws Exception {
    faults.set(o -> o.withStall(true));
    try (var client = client()) {
      send(client, "a");
      client.shutdownOutput();
      client.setSoTimeout(100);
      assertThatThrownBy(() -> receive(client, 1)).hasMessageContaining("timed out");
      client.setSoTimeout(20_000);
      faults.clear();
      assertThat(receive(client, 10)).isEqualTo("a");
    }
  }

  @Test
  void cut_isAnEndAfterSoManyBytes() throws Exception {
    try (var client = client()) {
      send(client, "ab");
      assertThat(receive(client, 2)).isEqualTo("ab");
      faults.set(Direction.INPUT, o -> o.withCut(5));
      send(client, "cdefgh");
      assertThat(receive(client, 100)).isEqualTo("cde");
      faults.clear();
      client.shutdownOutput();
    }
    assertThat(proxy.stop(Duration.ofSeconds(10))).isEqualTo(io.netsvc.net.Stopped.GRACEFUL);
  }

  @Test
  void reset_isOneAfterSoManyBytes() throws Exception {
    faults.set(Direction.OUTPUT, o -> o.withReset(3));
    try (var client = client()) {
      send(client, "abcdef");
      var got = client.getInputStream();
      assertThatThrownBy(() -> got.readNBytes(100)).hasMessageContaining("reset");
    }
  }

  @Test
  void resetAll_resetsWhatIsOpen() throws Exception {
    try (var client = client()) {
      send(client, "a");
      assertThat(receive(client, 1)).isEqualTo("a");
      faults.resetAll();
      assertThatThrownBy(() -> receive(client, 1)).hasMessageContaining("reset");
    }
  }

  @Test
  void datagrams_areLostAndOvertakeEachOther() throws Exception {
    try (var peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        var connection = faults.end(Ends.of("udp://127.0.0.1:" + peer.getLocalPort())).open()) {
      peer.setSoTimeout(1000);
      faults.set(o -> o.withReordering(0.3).withLoss(0.2));
      for (int i = 0; i < 200; i++) {
        connection.write(ByteBuffer.wrap(new byte[] {(byte) i}));
      }
      connection.shutdownOutput(); // returns when all have gone
      var order = new ArrayList<Integer>();
      var packet = new DatagramPacket(new byte[10], 10);
      peer.setSoTimeout(300);
      try {
        while (true) {
          peer.receive(packet);
          order.add(packet.getData()[0] & 255);
        }
      } catch (java.net.SocketTimeoutException e) {
        // These were all.
      }
      assertThat(order).hasSizeBetween(130, 190).doesNotHaveDuplicates();
      assertThat(order).isNotEqualTo(order.stream().sorted().toList());
    }
  }

  @Test
  void packets_areNeitherLostNorCut_whateverIsOnTheWay() throws Exception {
    var path = directory.resolve("socket");
    try (var end = Ends.of("unix-seqpacket-listen:" + path)) {
      var listener = end.listener().orElseThrow();
      var connection = faults.end(Ends.of("unix-seqpacket:" + path)).open();
      try (var far = end.greet(listener.accept())) {
        faults.set(o -> o.withLatency(Duration.ofMillis(50)));
        var sent = new byte[60_000];
        new Random(4).nextBytes(sent);
        var sending =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (connection) {
                        for (int i = 0; i < 50; i++) { // three times what may be on the way
                          connection.write(ByteBuffer.wrap(sent));
                        }
                      } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                      }
                    });
        var got = ByteBuffer.allocate(100_000);
        for (int i = 0; i < 50; i++) {
          assertThat(far.read(got.clear())).isEqualTo(sent.length);
          assertThat(Arrays.copyOf(got.array(), sent.length)).isEqualTo(sent);
        }
        assertThat(far.read(got.clear())).isEqualTo(-1);
        sending.join();
      }
    }
  }

  @Test
  void reset_comesWithTheLastByte_notWithTheNext() throws Exception {
    faults.set(Direction.INPUT, o -> o.withReset(3));
    try (var client = client()) {
      send(client, "abc");
      var got = client.getInputStream();
      assertThatThrownBy(() -> got.readNBytes(4)).hasMessageContaining("reset");
    }
  }

  @Test
  void rate_raised_holdsForWhatIsOnTheWay() throws Exception {
    faults.set(Direction.OUTPUT, o -> o.withRate(1));
    try (var client = client()) {
      send(client, "abcdefghij");
      assertThat(receive(client, 1)).isEqualTo("a");
      long start = System.nanoTime();
      faults.set(Direction.OUTPUT, o -> o.withRate(1000));
      assertThat(receive(client, 9)).isEqualTo("bcdefghij");
      assertThat(millis(start)).isLessThan(900);
    }
  }

  @Test
  void closed_keepsNothing() throws Exception {
    faults.set(o -> o.withLatency(Duration.ofMillis(50)));
    var pair = Connection.pair();
    try (var far = pair.second()) {
      var near = faults.on(pair.first());
      near.write(ByteBuffer.wrap("last".getBytes(UTF_8)));
      near.close();
      var all = ByteBuffer.allocate(100);
      while (far.read(all) >= 0) {
        // what was written arrives all the same
      }
      assertThat(Arrays.copyOf(all.array(), all.position())).asString().isEqualTo("last");
    }
    assertThatThrownBy(() -> faults.set(o -> o.withRate(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rate out of range: 0");
  }
}
