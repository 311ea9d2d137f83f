package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.FdHolder;
import io.netsvc.net.ProxyHeader.Version;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The PROXY protocol on real connections, over each transport and address family. */
@Timeout(30)
class ProxyReadTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final ProxyHeader HEADER =
      ProxyHeader.of(
          new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1234),
          new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 80));

  private interface Pair {
    void use(Connection connection, SocketChannel client) throws Exception;
  }

  private static void with(Contract on, Pair pair) throws Exception {
    try (var listener = on.listen();
        var client = Contract.connect(listener);
        var connection = listener.accept()) {
      pair.use(connection, client);
    }
  }

  @ParameterizedTest
  @EnumSource
  void write_isReadOnTheOtherSide_andNoByteMore(Contract on) throws Exception {
    for (var header : List.of(HEADER, HEADER.withVersion(Version.V1), HEADER.withTlv(5, new byte[9]))) {
      try (var listener = on.listen();
          var client = on.connector(o -> o).connect(listener.localAddress());
          var server = listener.accept()) {
        header.write(client);
        client.write(UTF_8.encode("follows"));
        assertThat(ProxyHeader.read(server, LONG)).isEqualTo(header);
        var connection = header.applied(server);
        assertThat(connection.remoteAddress()).isEqualTo(HEADER.source().orElseThrow());
        assertThat(connection.localAddress()).isEqualTo(HEADER.destination().orElseThrow());
        var buffer = ByteBuffer.allocate(99);
        assertThat(connection.read(buffer)).isEqualTo(7);
        assertThat(buffer.flip()).isEqualTo(UTF_8.encode("follows"));
        connection.write(UTF_8.encode("back"));
        connection.shutdownOutput();
        assertThat(client.read(buffer.clear())).isEqualTo(4);
        assertThat(client.read(buffer.clear())).isEqualTo(-1);
        connection.close();
        assertThat(server.isOpen()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void applied_givesTheFdWhereThereIsOne(Contract on) throws Exception {
    with(
        on,
        (connection, _) -> {
          var holder = (FdHolder) HEADER.applied(connection);
          if (on.linux()) {
            holder.handOver().close();
          } else {
            assertThatThrownBy(holder::handOver)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("needs the linux transport");
          }
          assertThat(ProxyHeader.local().applied(connection)).isSameAs(connection);
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_oneByteAtATime_works(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          var result = new CompletableFuture<ProxyHeader>();
          var reading =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          result.complete(ProxyHeader.read(connection, LONG));
                        } catch (IOException e) {
                          result.completeExceptionally(e);
                        }
                      });
          for (byte each : HEADER.withVersion(Version.V1).encode()) {
            Contract.await("waiting", () -> reading.getState() == Thread.State.WAITING);
            client.write(ByteBuffer.wrap(new byte[] {each}));
          }
          assertThat(result.get().source()).isEqualTo(HEADER.source());
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_fromOneWhoTrickles_endsAtTheDeadline(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          var timeout = Duration.ofMillis(300);
          var ended = new CountDownLatch(1);
          byte[] bytes = HEADER.encode();
          var trickling =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          for (int i = 0; !ended.await(100, TimeUnit.MILLISECONDS); i++) {
                            client.write(ByteBuffer.wrap(bytes, i, 1));
                          }
                        } catch (IOException | InterruptedException _) {
                          // The connection is aborted.
                        }
                      });
          long startNanos = System.nanoTime();
          assertThatThrownBy(() -> ProxyHeader.read(connection, timeout))
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessage(
                  "proxy header " + connection.remoteAddress() + ": timed out after 300 ms");
          assertThat(System.nanoTime() - startNanos)
              .isBetween(timeout.toNanos(), timeout.multipliedBy(10).toNanos());
          assertThat(connection.isOpen()).isFalse();
          ended.countDown();
          trickling.join();
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_ofSomethingElseOrTooLittle_leavesTheConnectionOpen(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          client.write(UTF_8.encode("GET / HTTP/1.1\r\n"));
          assertThatThrownBy(() -> ProxyHeader.read(connection, LONG))
              .isInstanceOf(ProtocolException.class)
              .hasMessage(
                  "proxy header " + connection.remoteAddress() + ": byte 0: no PROXY header");
          assertThat(connection.isOpen()).isTrue();
        });
    with(
        on,
        (connection, client) -> {
          client.write(UTF_8.encode("PROXY"));
          client.shutdownOutput();
          assertThatThrownBy(() -> ProxyHeader.read(connection, LONG))
              .isInstanceOf(EOFException.class)
              .hasMessage(
                  "proxy header "
                      + connection.remoteAddress()
                      + ": end of input after 5 bytes");
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_afterIt_noDeadlineHolds(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          client.write(ByteBuffer.wrap(HEADER.encode()));
          long untilNanos = System.nanoTime() + Duration.ofMillis(600).toNanos();
          ProxyHeader.read(connection, Duration.ofMillis(500));
          Contract.await("the deadline is over", () -> untilNanos - System.nanoTime() < 0);
          client.write(UTF_8.encode("x"));
          assertThat(connection.read(ByteBuffer.allocate(9))).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_IPV4", "NIO_IPV4", "LINUX_IPV6", "NIO_IPV6"})
  void read_fromCurl_leavesItsRequest(Contract on) throws Exception {
    boolean curl = Files.isExecutable(Path.of("/usr/bin/curl"));
    assertThat(curl || !Boolean.getBoolean("netsvc.require")).as("curl is there").isTrue();
    assumeTrue(curl, "no curl");
    try (var listener = on.listen()) {
      var address = (InetSocketAddress) listener.localAddress();
      var host = address.getAddress().getHostAddress();
      var url = "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
      var process =
          new ProcessBuilder("/usr/bin/curl", "-gsS", "--noproxy", "*", "--haproxy-protocol", url)
              .redirectErrorStream(true)
              .start();
      try (var connection = listener.accept()) {
        var header = ProxyHeader.read(connection, LONG);
        assertThat(header.version()).isEqualTo(Version.V1);
        assertThat(header.source()).hasValue(connection.remoteAddress());
        assertThat(header.destination()).hasValue(address);
        var buffer = ByteBuffer.allocate(4);
        assertThat(connection.read(buffer)).isEqualTo(4);
        assertThat(buffer.flip()).isEqualTo(UTF_8.encode("GET "));
        connection.write(UTF_8.encode("HTTP/1.0 200 OK\r\n\r\nserved"));
        connection.shutdownOutput();
        assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("served");
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
