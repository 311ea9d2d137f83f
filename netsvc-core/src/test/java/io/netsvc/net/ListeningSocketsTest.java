package io.netsvc.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.linux.Errno;
import io.netsvc.linux.Failures;
import io.netsvc.process.Jvm;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One listener for all addresses of an endpoint. */
@Timeout(30)
class ListeningSocketsTest {
  private static final Endpoint ANY = Endpoint.parse("*:0");

  private static Listener open(Contract on, Endpoint endpoint) throws IOException {
    return Listener.open(on.transport(), endpoint, o -> o);
  }

  private static InetSocketAddress at(String literal, Listener listener) {
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void wildcard_withPort0_servesBothFamiliesAtOneRealPort(Contract on) throws Exception {
    var before = Contract.sockets();
    try (var listener = open(on, ANY)) {
      assertThat(listener.localAddress()).isEqualTo(at("::", listener)).isNotEqualTo(at("::1", listener));
      assertThat(listener.localAddresses())
          .containsExactly(at("0.0.0.0", listener), at("::", listener));
      assertThat(listener).hasToString("listener " + listener.localAddresses());
      var peers = new LinkedBlockingQueue<SocketAddress>();
      listener.serve(connection -> peers.add(connection.remoteAddress()));
      for (var literal : List.of("127.0.0.1", "::1", "127.0.0.1")) {
        try (var client = SocketChannel.open(at(literal, listener))) {
          assertThat(peers.take()).isEqualTo(client.getLocalAddress());
        }
      }
      assertThat(listener.snapshot().accepted()).isEqualTo(3);
    }
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void accept_givesClientsOfBothFamilies_andEndsWithTheListener(Contract on) throws Exception {
    var listener = open(on, ANY);
    for (var literal : List.of("::1", "127.0.0.1", "::1")) {
      try (var client = SocketChannel.open(at(literal, listener));
          var connection = listener.accept()) {
        assertThat(connection.remoteAddress()).isEqualTo(client.getLocalAddress());
      }
    }
    var thrown = new CompletableFuture<Throwable>();
    var thread =
        Thread.ofVirtual()
            .start(
                () ->
                    thrown.complete(
                        org.assertj.core.api.Assertions.catchThrowable(listener::accept)));
    Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
    listener.close();
    assertThat(thrown.get()).isInstanceOf(java.nio.channels.AsynchronousCloseException.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void limitAndPause_areOneForBothFamilies(Contract on) throws Exception {
    try (var listener =
        Listener.open(on.transport(), ANY, o -> o.withMaxConnections(2))) {
      var served = new LinkedBlockingQueue<Connection>();
      listener.serve(
          connection -> {
            served.add(connection);
            connection.read(ByteBuffer.allocate(1));
          });
      try (var four = SocketChannel.open(at("127.0.0.1", listener));
          var _ = SocketChannel.open(at("::1", listener))) {
        served.take();
        served.take();
        try (var _ = SocketChannel.open(at("::1", listener));
            var _ = SocketChannel.open(at("127.0.0.1", listener))) {
          assertThat(served.poll(100, TimeUnit.MILLISECONDS)).isNull();
          assertThat(listener.snapshot()).isEqualTo(new Listener.Snapshot(2, 2, 0, 0, true));
          listener.pause();
          four.shutdownOutput();
          assertThat(served.poll(100, TimeUnit.MILLISECONDS)).isNull();
          listener.resume();
          served.take();
          assertThat(listener.stop(Duration.ZERO)).isEqualTo(Stopped.FORCED);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void open_whereOneFamilysPortIsTaken_isRefusedAndLeavesNothing(Contract on) throws Exception {
    for (var taken : List.of("127.0.0.1", "0.0.0.0")) {
      try (var other =
          Contract.LINUX_IPV4.listen(
              new InetSocketAddress(InetAddress.ofLiteral(taken), 0), o -> o)) {
        var before = Contract.sockets();
        int port = ((InetSocketAddress) other.localAddress()).getPort();
        assertThatThrownBy(() -> open(on, Endpoint.parse(":" + port)))
            .isInstanceOfSatisfying(
                BindFailedException.class,
                e -> {
                  assertThat(e.reason()).isEqualTo(BindFailedException.Reason.ADDRESS_IN_USE);
                  // The one that could not be had: without the families apart there is but one.
                  var address = on.linux() ? "0.0.0.0" : "::";
                  assertThat(e.address())
                      .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(address), port));
                });
        assertThat(Contract.sockets()).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void open_anotherEndpoint_listensAtItsAddresses(Contract on) throws Exception {
    try (var listener = open(on, Endpoint.parse("[::1]:0"))) {
      assertThat(listener.localAddresses()).containsExactly(at("::1", listener));
    }
    try (var listener = open(on, Endpoint.parse("localhost:0"))) {
      assertThat(listener.localAddresses())
          .contains(at("127.0.0.1", listener))
          .first()
          .isEqualTo(listener.localAddress());
    }
    var unix = on.linux() ? Contract.LINUX_UNIX.address() : Contract.NIO_UNIX.address();
    try (var listener = open(on, Endpoint.parse("unix:" + unix))) {
      assertThat(listener.localAddress()).isEqualTo(unix);
    }
    for (var text : List.of("udp://127.0.0.1:0", "unix-dgram:/tmp/x")) {
      assertThatThrownBy(() -> open(on, Endpoint.parse(text)))
          .hasMessage("listen " + text + ": not a stream endpoint");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4"})
  void handOver_ofSeveralSockets_isRefused(Contract on) throws Exception {
    try (var listener = open(on, ANY)) {
      assertThatThrownBy(listener::handOver)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageStartingWith("it has no one fd: [/0.0.0.0:")
          .hasMessageEndingWith("; open a listener for each address instead");
    }
  }

  /** The linux transport, but what happens when it listens on IPv6. */
  private record Fake(Failing failing) implements Transport {
    interface Failing {
      void listen(SocketAddress address) throws IOException;
    }

    @Override
    public ListeningSocket listen(SocketAddress address, ListenSettings settings)
        throws IOException {
      if (((InetSocketAddress) address).getAddress() instanceof Inet6Address) {
        failing.listen(address);
      }
      return Contract.LINUX_IPV4.transport().listen(address, settings);
    }

    @Override
    public boolean separatesFamilies() {
      return true;
    }

    @Override
    public BoundSocket bind(SocketAddress address, DatagramSettings settings) {
      throw new AssertionError();
    }

    @Override
    public Connection connect(SocketAddress address, ConnectSettings settings, long deadline) {
      throw new AssertionError();
    }
  }

  private static BindFailedException failed(
      SocketAddress address, BindFailedException.Reason reason) {
    return new BindFailedException(
        address, false, reason, reason.name(), new IOException("expected by the test"));
  }

  @Test
  void port0_whenTheSecondFamilysIsTaken_triesAnother() throws Exception {
    var before = Contract.sockets();
    var tries = new AtomicInteger();
    var ports = new java.util.HashSet<Integer>();
    var transport =
        new Fake(
            address -> {
              ports.add(((InetSocketAddress) address).getPort());
              if (tries.incrementAndGet() < 4) {
                throw failed(address, BindFailedException.Reason.ADDRESS_IN_USE);
              }
            });
    try (var listener = Listener.open(transport, ANY, o -> o)) {
      assertThat(listener.localAddresses()).hasSize(2);
      assertThat(Contract.sockets()).hasSize(before.size() + 2);
      assertThat(ports).contains(at("::", listener).getPort()).doesNotContain(0);
    }
    tries.set(-1000);
    assertThatThrownBy(() -> Listener.open(transport, ANY, o -> o))
        .hasMessageEndingWith("ADDRESS_IN_USE");
    assertThat(tries).hasValue(-990);
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @Test
  void wildcard_withoutIpv6_isIpv4Alone() throws Exception {
    List<Fake.Failing> failures =
        List.of(
            address -> {
              throw Failures.of("socket " + address, Errno.EAFNOSUPPORT);
            },
            address -> {
              throw failed(address, BindFailedException.Reason.ADDRESS_NOT_LOCAL);
            });
    for (var failing : failures) {
      try (var listener = Listener.open(new Fake(failing), ANY, o -> o);
          var _ = listener.handOver()) { // it has one socket
        assertThat(listener.localAddress()).isEqualTo(at("0.0.0.0", listener));
      }
      assertThatThrownBy(() -> Listener.open(new Fake(failing), Endpoint.parse("[::1]:0"), o -> o))
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BindFailedException.Reason.class,
      names = {"NOT_PERMITTED", "OTHER"})
  void port0_whenAnotherPortWouldNotHelp_isRefusedAtOnce(BindFailedException.Reason reason)
      throws Exception {
    var before = Contract.sockets();
    var tries = new AtomicInteger();
    var transport =
        new Fake(
            address -> {
              tries.incrementAndGet();
              throw failed(address, reason);
            });
    assertThatThrownBy(() -> Listener.open(transport, ANY, o -> o))
        .isInstanceOf(BindFailedException.class);
    assertThat(tries).hasValue(1);
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @Test
  void wildcard_withAnotherFailure_isRefused() throws Exception {
    var before = Contract.sockets();
    var transport =
        new Fake(
            address -> {
              throw Failures.of("socket " + address, Errno.EMFILE);
            });
    assertThatThrownBy(() -> Listener.open(transport, ANY, o -> o))
        .hasMessageContaining("Too many open files");
    assertThat(Contract.sockets()).isEqualTo(before);
  }

  @Test
  void wildcard_inANioJvmWithoutIpv6_isIpv4AloneAndSaid(@TempDir Path directory) throws Exception {
    var command = new Jvm(directory).command(Program.class);
    command.addAll(1, List.of("-Dio.netsvc.transport=nio", "-Djava.net.preferIPv4Stack=true"));
    assertThat(Jvm.output(command))
        .containsOnlyOnce("listening without a family listener=/0.0.0.0:")
        .endsWith("served\n");
  }

  /** Serves one client over IPv4. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      try (var listener = Listener.open(ANY, o -> o)) {
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        try (var client = SocketChannel.open(at("127.0.0.1", listener))) {
          System.out.println(client.read(ByteBuffer.allocate(1)) == 1 ? "served" : "not served");
        }
      }
    }
  }
}
