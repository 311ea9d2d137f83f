package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Relaying an app's own connections, whose calls take their time. */
@Timeout(30)
class BlockingRelayTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final CountDownLatch wakes = new CountDownLatch(1);
  private final CountDownLatch ending = new CountDownLatch(1);

  @BeforeEach
  void onLinux() {
    assumeTrue(Transports.chosen() instanceof LinuxTransport, "a pair of sockets is Linux's");
  }

  @Test
  void abort_whileAnEndIsBeingPassedOn_endsTheRelay() throws Exception {
    var left = Connection.pair();
    var right = Connection.pair();
    try (var client = left.first();
        var server = right.first()) {
      var relay = Relay.between(left.second(), slowToEnd(right.second()));
      client.shutdownOutput();
      ending.await();
      relay.abort();
      assertThat(relay.await(SOON).orElseThrow().cause()).isEqualTo(Outcome.Cause.ABORTED);
      assertThat(server.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void timeouts_whileAnEndIsBeingPassedOn_run() throws Exception {
    var left = Connection.pair();
    var right = Connection.pair();
    try (var client = left.first();
        var _ = right.first()) {
      var relay =
          Relay.between(
              left.second(),
              slowToEnd(right.second()),
              o -> o.withStallTimeout(Duration.ofMillis(50)));
      client.shutdownOutput();
      var outcome = relay.await(SOON).orElseThrow();
      assertThat(outcome.cause()).isEqualTo(Outcome.Cause.STALLED);
      assertThat(outcome.side()).isEqualTo(Outcome.Side.SECOND);
    }
  }

  @Test
  void bothEnded_isOverOnceTheLastEndIsPassedOn() throws Exception {
    var left = Connection.pair();
    var right = Connection.pair();
    try (var client = left.first();
        var server = right.first()) {
      var relay = Relay.between(left.second(), slowToEnd(right.second()));
      server.shutdownOutput();
      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      client.write(ByteBuffer.wrap(new byte[] {7}));
      client.shutdownOutput();
      ending.await();
      assertThat(relay.await(Duration.ofMillis(50))).isEmpty();
      wakes.countDown();
      assertThat(relay.await(SOON).orElseThrow().cause()).isEqualTo(Outcome.Cause.EOF);
      assertThat(server.read(ByteBuffer.allocate(2))).isEqualTo(1);
      assertThat(server.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void readsOfNothing_areMadeAgain() throws Exception {
    var left = Connection.pair();
    var right = Connection.pair();
    var reads = new AtomicInteger();
    try (var client = left.first();
        var server = right.first()) {
      var sometimesNothing =
          wrapped(
              left.second(),
              (target, name) -> name.equals("read") && reads.incrementAndGet() % 2 == 1);
      var relay = Relay.between(sometimesNothing, right.second());
      for (int i = 0; i < 100; i++) {
        client.write(ByteBuffer.wrap(new byte[] {(byte) i}));
        var one = ByteBuffer.allocate(1);
        server.read(one);
        assertThat(one.get(0)).isEqualTo((byte) i);
      }
      client.shutdownOutput();
      server.shutdownOutput();
      assertThat(relay.await(SOON).orElseThrow().cause()).isEqualTo(Outcome.Cause.EOF);
    }
  }

  /** Its end of output takes until it is woken, or closed. */
  private Connection slowToEnd(Connection connection) {
    return wrapped(
        connection,
        (target, name) -> {
          switch (name) {
            case "shutdownOutput" -> {
              ending.countDown();
              wakes.await();
            }
            case "abort", "close" -> wakes.countDown();
            default -> {}
          }
          return false;
        });
  }

  /** Something that happens before a call. */
  @FunctionalInterface
  private interface Before {
    /** {@return whether the call is left out, and gives 0} */
    boolean call(Connection target, String name) throws Exception;
  }

  private static Connection wrapped(Connection connection, Before before) {
    InvocationHandler handler =
        (_, method, arguments) -> {
          if (before.call(connection, method.getName())) {
            return 0;
          }
          try {
            return method.invoke(connection, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, handler);
  }
}
