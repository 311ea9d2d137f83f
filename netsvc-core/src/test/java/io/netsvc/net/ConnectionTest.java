package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection is the same over each transport and address family. */
@Timeout(30)
class ConnectionTest {

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

  private static int read(Connection connection) throws IOException {
    return connection.read(ByteBuffer.allocate(10));
  }

  @ParameterizedTest
  @EnumSource
  void write_moreThanTheBuffersHold_blocksUntilAllIsRead(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          byte[] sent = new byte[5_000_000];
          new Random(1).nextBytes(sent);
          var writing =
              CompletableFuture.supplyAsync(
                  () -> {
                    try {
                      int n = connection.write(ByteBuffer.wrap(sent));
                      connection.shutdownOutput();
                      return n;
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
          var received = ByteBuffer.allocate(sent.length + 1);
          while (client.read(received) >= 0) {
            // until the end
          }
          assertThat(writing.get()).isEqualTo(sent.length);
          assertThat(received.flip()).isEqualTo(ByteBuffer.wrap(sent));
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_andWrite_atOnce_losesNoWakeUp(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          int size = 16_000_000;
          var echo =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try (connection) {
                          var writer = new java.util.concurrent.LinkedBlockingQueue<ByteBuffer>();
                          var writing = Thread.ofVirtual().start(() -> writeAll(connection, writer, size));
                          for (int left = size; left > 0; ) {
                            var buffer = ByteBuffer.allocate(30_000);
                            left -= connection.read(buffer);
                            writer.add(buffer.flip());
                          }
                          writing.join();
                        } catch (IOException | InterruptedException e) {
                          throw new AssertionError(e);
                        }
                      });
          var sending =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          for (var all = ByteBuffer.allocate(size); all.hasRemaining(); ) {
                            client.write(all);
                          }
                        } catch (IOException e) {
                          throw new AssertionError(e);
                        }
                      });
          long received = 0;
          var buffer = ByteBuffer.allocate(10_000);
          for (int n; (n = client.read(buffer.clear())) >= 0; ) {
            received += n;
          }
          assertThat(received).isEqualTo(size);
          sending.join();
          echo.join();
        });
  }

  private static void writeAll(
      Connection to, java.util.concurrent.BlockingQueue<ByteBuffer> from, int size) {
    try {
      for (int left = size; left > 0; ) {
        left -= to.write(from.take());
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownOutput_leavesTheOtherDirectionOpen(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          connection.shutdownOutput();
          assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
          client.write(UTF_8.encode("still here"));
          assertThat(read(connection)).isEqualTo(10);
          assertThatThrownBy(() -> connection.write(UTF_8.encode("x")))
              .isInstanceOf(IOException.class);
        });
  }

  @ParameterizedTest
  @EnumSource
  void shutdownInput_withBytesWaiting_readsTheEnd(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          client.write(UTF_8.encode("unread"));
          connection.shutdownInput();
          assertThat(read(connection)).isEqualTo(-1);
          connection.write(UTF_8.encode("out"));
          assertThat(client.read(ByteBuffer.allocate(3))).isEqualTo(3);
        });
  }

  @ParameterizedTest
  @EnumSource
  void shutdownInput_whileReading_wakesWithTheEnd(Contract on) throws Exception {
    with(
        on,
        (connection, _) -> {
          var result = new CompletableFuture<Integer>();
          var thread =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          result.complete(read(connection));
                        } catch (IOException e) {
                          result.completeExceptionally(e);
                        }
                      });
          Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
          connection.shutdownInput();
          assertThat(result.get()).isEqualTo(-1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void close_whileReading_wakesWithAsynchronousClose(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          var thrown = new CompletableFuture<Throwable>();
          var thread =
              Thread.ofVirtual()
                  .start(() -> thrown.complete(catchThrowable(() -> read(connection))));
          Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
          connection.close();
          assertThat(thrown.get()).isInstanceOf(AsynchronousCloseException.class);
          assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
          assertThat(connection.isOpen()).isFalse();
          assertThatThrownBy(() -> read(connection)).isInstanceOf(ClosedChannelException.class);
          connection.close();
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_whenInterrupted_closes(Contract on) throws Exception {
    with(
        on,
        (connection, _) -> {
          var thrown = new CompletableFuture<Throwable>();
          var thread =
              Thread.ofVirtual()
                  .start(() -> thrown.complete(catchThrowable(() -> read(connection))));
          Contract.await("waiting", () -> thread.getState() == Thread.State.WAITING);
          thread.interrupt();
          assertThat(thrown.get()).isInstanceOf(ClosedByInterruptException.class);
          assertThat(connection.isOpen()).isFalse();
        });
  }

  @ParameterizedTest
  @MethodSource("io.netsvc.net.Contract#inet")
  void abort_isAResetToThePeer(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          connection.write(UTF_8.encode("lost"));
          connection.abort();
          assertThat(connection.isOpen()).isFalse();
          var buffer = ByteBuffer.allocate(10);
          assertThatThrownBy(
                  () -> {
                    while (client.read(buffer) >= 0) {
                      // "lost" may come first
                    }
                  })
              .isInstanceOf(IOException.class)
              .hasMessageContaining("reset");
        });
  }

  @ParameterizedTest
  @EnumSource
  void abort_ofAUnixConnectionToo_closes(Contract on) throws Exception {
    with(
        on,
        (connection, _) -> {
          connection.abort();
          connection.abort();
          assertThat(connection.isOpen()).isFalse();
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_andWrite_fromAReadOnlyAndADirectBuffer_work(Contract on) throws Exception {
    with(
        on,
        (connection, client) -> {
          assertThat(connection.write(ByteBuffer.wrap(new byte[] {1, 2, 3}).asReadOnlyBuffer()))
              .isEqualTo(3);
          assertThat(client.read(ByteBuffer.allocate(10))).isEqualTo(3);
          client.write(ByteBuffer.wrap(new byte[] {4, 5}));
          var direct = ByteBuffer.allocateDirect(10).position(3);
          assertThat(connection.read(direct)).isEqualTo(2);
          assertThat(direct.position()).isEqualTo(5);
          assertThat(direct.get(3)).isEqualTo((byte) 4);
          assertThat(connection.read(ByteBuffer.allocate(0))).isZero();
        });
  }
}
