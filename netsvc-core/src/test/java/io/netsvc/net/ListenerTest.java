package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A listener is the same over each transport and address family. */
@Timeout(30)
class ListenerTest {

  @ParameterizedTest
  @EnumSource
  void accept_whenClientsCome_givesEachOnce(Contract on) throws Exception {
    try (var listener = on.listen()) {
      for (int i = 0; i < 3; i++) {
        try (var client = Contract.connect(listener);
            var connection = listener.accept()) {
          client.write(UTF_8.encode("n" + i));
          var buffer = ByteBuffer.allocate(2);
          assertThat(connection.read(buffer)).isEqualTo(2);
          assertThat(UTF_8.decode(buffer.flip()).toString()).isEqualTo("n" + i);
          assertThat(connection.localAddress()).isEqualTo(listener.localAddress());
          if (!on.unix()) {
            assertThat(connection.remoteAddress()).isEqualTo(client.getLocalAddress());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void accept_whenTheClientComesLater_wakes(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var accepting = new LinkedBlockingQueue<Connection>();
      var thread = Thread.ofVirtual().start(() -> accepting.add(accepted(listener)));
      Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
      try (var _ = Contract.connect(listener);
          var connection = accepting.take()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
  }

  private static Connection accepted(Listener listener) {
    try {
      return listener.accept();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void accept_whenInterrupted_throwsAndTheListenerStaysOpen(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var thrown = new CompletableFuture<Throwable>();
      var thread =
          Thread.ofVirtual()
              .start(() -> thrown.complete(catchThrowable(listener::accept)));
      Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
      thread.interrupt();
      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      try (var _ = Contract.connect(listener);
          var connection = listener.accept()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_whileAccepting_wakesWithAsynchronousClose(Contract on) throws Exception {
    var listener = on.listen();
    var thrown = new CompletableFuture<Throwable>();
    var thread =
        Thread.ofVirtual()
            .start(() -> thrown.complete(catchThrowable(listener::accept)));
    Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
    listener.close();
    assertThat(thrown.get()).isInstanceOf(AsynchronousCloseException.class);
    assertThatThrownBy(listener::accept).isInstanceOf(AsynchronousCloseException.class);
  }

  @ParameterizedTest
  @EnumSource
  void serve_thenClose_leavesNoSocketAndAFreeAddress(Contract on) throws Exception {
    var before = Contract.sockets();
    var address = on.address();
    for (int i = 0; i < 3; i++) {
      try (var listener = on.listen(address, o -> o)) {
        address = listener.localAddress();
        listener.serve(ListenerTest::echo);
        try (var client = Contract.connect(listener)) {
          client.write(UTF_8.encode("hello"));
          client.shutdownOutput();
          assertThat(readAll(client)).isEqualTo("hello");
        }
      }
      if (address instanceof java.net.UnixDomainSocketAddress unix) {
        assertThat(unix.getPath()).doesNotExist();
      }
    }
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  private static void echo(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(1024);
    while (connection.read(buffer) >= 0) {
      connection.write(buffer.flip());
      buffer.clear();
    }
  }

  private static String readAll(SocketChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(1024);
    while (channel.read(buffer) >= 0 && buffer.hasRemaining()) {
      // until the end
    }
    return UTF_8.decode(buffer.flip()).toString();
  }

  @ParameterizedTest
  @EnumSource
  void close_withAnIdleHandler_interruptsAndAwaitsIt(Contract on) throws Exception {
    var listener = on.listen();
    var entered = new CountDownLatch(1);
    var left = new AtomicInteger();
    listener.serve(
        connection -> {
          try {
            entered.countDown();
            connection.read(ByteBuffer.allocate(1));
          } finally {
            left.incrementAndGet();
          }
        });
    try (var client = Contract.connect(listener)) {
      entered.await();
      listener.close();
      assertThat(left).hasValue(1);
      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void stop_whenHandlersEndInTime_isGraceful(Contract on) throws Exception {
    var listener = on.listen();
    var entered = new CountDownLatch(1);
    listener.serve(
        connection -> {
          entered.countDown();
          echo(connection);
        });
    try (var client = Contract.connect(listener)) {
      entered.await();
      var stopping = CompletableFuture.supplyAsync(() -> listener.stop(Duration.ofSeconds(20)));
      Contract.await("refusal", () -> refuses(listener));
      assertThat(stopping).isNotDone();
      client.write(UTF_8.encode("last words"));
      client.shutdownOutput();
      assertThat(readAll(client)).isEqualTo("last words");
      assertThat(stopping.get()).isEqualTo(Stopped.GRACEFUL);
    }
  }

  private static boolean refuses(Listener listener) {
    try (var _ = Contract.connect(listener)) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource
  void stop_whenTheTimeRunsOut_isForced(Contract on) throws Exception {
    var listener = on.listen();
    var entered = new CountDownLatch(1);
    listener.serve(
        connection -> {
          entered.countDown();
          echo(connection);
        });
    try (var client = Contract.connect(listener)) {
      entered.await();
      assertThat(listener.stop(Duration.ofMillis(20))).isEqualTo(Stopped.FORCED);
      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_fromAHandler_doesNotWaitForItself(Contract on) throws Exception {
    var listener = on.listen();
    var closed = new CountDownLatch(1);
    listener.serve(
        _ -> {
          listener.close();
          closed.countDown();
        });
    try (var _ = Contract.connect(listener)) {
      assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void pause_thenResume_keepsClientsInTheBacklog(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var accepted = new LinkedBlockingQueue<Connection>();
      listener.onAccept(accepted::add);
      listener.pause();
      try (var _ = Contract.connect(listener)) {
        assertThat(accepted.poll(100, TimeUnit.MILLISECONDS)).isNull();
        listener.resume();
        try (var connection = accepted.take()) {
          assertThat(connection.isOpen()).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void onAccept_again_replacesTheConsumer(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var first = new LinkedBlockingQueue<Connection>();
      var second = new LinkedBlockingQueue<Connection>();
      listener.onAccept(first::add);
      try (var _ = Contract.connect(listener);
          var _ = first.take()) {
        listener.onAccept(second::add);
      }
      try (var _ = Contract.connect(listener);
          var connection = second.take()) {
        assertThat(connection.isOpen()).isTrue();
        assertThat(first).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void onAccept_whenTheConsumerThrows_goesOnWithTheNext(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var second = new LinkedBlockingQueue<Connection>();
      var calls = new AtomicInteger();
      listener.onAccept(
          connection -> {
            if (calls.incrementAndGet() == 1) {
              connection.close();
              throw new IllegalStateException("expected by the test");
            }
            second.add(connection);
          });
      try (var _ = Contract.connect(listener);
          var _ = Contract.connect(listener);
          var connection = second.take()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void open_whenTheAddressIsTaken_saysWhichAndWhy(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var taken = listener.localAddress();
      assertThatThrownBy(() -> on.listen(taken, o -> o))
          .isInstanceOf(BindFailedException.class)
          .hasMessageStartingWith("bind " + AddressText.of(taken) + ": Address already in use");
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void reusePort_whenBothSayIt_sharesThePort(Contract on) throws Exception {
    try (var first = on.listen(on.address(), o -> o.withReusePort(true));
        var second = on.listen(first.localAddress(), o -> o.withReusePort(true))) {
      assertThat(second.localAddress()).isEqualTo(first.localAddress());
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void dualStack_wildcard_takesIpv4AsIpv4(Contract on) throws Exception {
    var wildcard = new InetSocketAddress(InetAddress.ofLiteral("::"), 0);
    try (var listener = on.listen(wildcard, o -> o.withDualStack(true))) {
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      try (var client = SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
          var connection = listener.accept()) {
        assertThat(connection.remoteAddress()).isEqualTo(client.getLocalAddress());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void open_wildcardWithoutDualStack_takesIpv6AloneOrRefuses(Contract on) throws Exception {
    var wildcard = new InetSocketAddress(InetAddress.ofLiteral("::"), 0);
    if (!on.linux()) {
      assertThatThrownBy(() -> on.listen(wildcard, o -> o))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("linux transport");
      return;
    }
    try (var listener = on.listen(wildcard, o -> o)) {
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      assertThatThrownBy(() -> SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port)))
          .isInstanceOf(java.net.ConnectException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void remoteAddress_afterTheClientsReset_isStillKnown(Contract on) throws Exception {
    try (var listener = on.listen()) {
      var client = Contract.connect(listener);
      var expected = client.getLocalAddress();
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      var connection = listener.accept();
      client.close();
      assertThatThrownBy(() -> connection.read(ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
      assertThat(connection.remoteAddress()).isEqualTo(expected);
      connection.close();
      assertThat(connection.remoteAddress()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void handOver_isTheLinuxTransportsAlone(Contract on) throws Exception {
    try (var listener = on.listen()) {
      if (on.linux()) {
        try (var fd = listener.handOver()) {
          assertThat(fd.number()).isGreaterThan(2);
        }
      } else {
        assertThatThrownBy(listener::handOver)
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("needs the linux transport");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "LINUX_.*", mode = EnumSource.Mode.MATCH_ALL)
  void handOver_ofOneThatAccepts_isRefusedUnlessPaused(Contract on) throws Exception {
    var listener = on.listen();
    try (listener) {
      var accepted = new LinkedBlockingQueue<Connection>();
      listener.onAccept(accepted::add);
      assertThatThrownBy(listener::handOver)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("pause it first");
      listener.pause();
      listener.handOver().close();
      listener.resume();
      try (var _ = Contract.connect(listener);
          var connection = accepted.take()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
    assertThatThrownBy(listener::handOver).isInstanceOf(ClosedChannelException.class);
  }

  @ParameterizedTest
  @EnumSource(names = "LINUX_.*", mode = EnumSource.Mode.MATCH_ALL)
  void accept_afterAHandOver_doesNotBlockTheLoop(Contract on) throws Exception {
    try (var listener = on.listen()) {
      listener.handOver().close(); // the socket is in blocking mode now
      var accepting = new LinkedBlockingQueue<Connection>();
      var thread = Thread.ofVirtual().start(() -> accepting.add(accepted(listener)));
      Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
      try (var _ = Contract.connect(listener);
          var connection = accepting.take()) {
        assertThat(connection.isOpen()).isTrue();
      }
    }
  }
}
