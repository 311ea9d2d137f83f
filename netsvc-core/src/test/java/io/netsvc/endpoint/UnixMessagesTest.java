package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unix sockets that keep messages apart. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UnixMessagesTest {
  @TempDir private Path directory;

  private String place(boolean named) {
    return named ? directory.resolve("socket").toString() : "@netsvc-messages-" + System.nanoTime();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void seqpacket_keepsMessagesApart_andEndsByHalves(boolean named) throws Exception {
    var place = place(named);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var listening = Ends.of("unix-seqpacket-listen:" + place)) {
      assertThat(listening.isDatagram()).isFalse(); // it has an end
      assertThat(listening.listener()).isPresent();
      try (var near = Ends.of("unix-seqpacket:" + place).open();
          var far = listening.open()) {
        var sent = executor.submit(() -> sendMany(near));
        receiveMany(far);
        sent.get();
        near.shutdownOutput();
        assertThat(far.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        Ended.write(far, "reply");
        assertThat(read(near, 2)).isEqualTo(2); // the rest comes with the next read
        assertThat(read(near, 10)).isEqualTo(3);
        far.shutdownOutput();
        assertThat(near.read(ByteBuffer.allocate(10))).isEqualTo(-1);
      }
    }
    assertThat(Files.exists(directory.resolve("socket"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dgram_keepsMessagesApart_andLosesNone(boolean named) throws Exception {
    var place = place(named);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var listening = Ends.of("unix-dgram-listen:" + place)) {
      var opened = executor.submit(listening::open);
      try (var near = connected(place)) {
        var sent = executor.submit(() -> sendMany(near));
        try (var far = opened.get()) {
          receiveMany(far);
          sent.get();
          var back = executor.submit(() -> sendMany(far));
          receiveMany(near);
          back.get();
          assertThat(far.remoteAddress()).isEqualTo(near.localAddress());
        }
      }
    }
    assertThat(Files.exists(directory.resolve("socket"))).isFalse();
  }

  /** Once it is bound there. */
  private static Connection connected(String place) throws Exception {
    while (true) {
      try {
        return Ends.of("unix-dgram:" + place).open();
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
  }

  private static int read(Connection connection, int most) throws IOException {
    return connection.read(ByteBuffer.allocate(most));
  }

  private static int length(int message) {
    return message % 3 == 0 ? 60_000 : 1 + 7 * message;
  }

  private static Void sendMany(Connection connection) throws IOException {
    for (int i = 0; i < 100; i++) {
      var bytes = new byte[length(i)];
      new Random(i).nextBytes(bytes);
      assertThat(connection.write(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
    }
    return null;
  }

  private static void receiveMany(Connection connection) throws IOException {
    for (int i = 0; i < 100; i++) {
      var bytes = new byte[length(i)];
      new Random(i).nextBytes(bytes);
      var buffer = ByteBuffer.allocate(100_000);
      connection.read(buffer);
      assertThat(buffer.flip()).isEqualTo(ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void datagramOfASenderThatHasGone_isStillRead() throws Exception {
    var path = directory.resolve("gone");
    try (var end = Ends.of("unix-dgram-listen:" + path);
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var opened = executor.submit(end::open);
      while (!Files.exists(path)) {
        Thread.onSpinWait();
      }
      try (var sender = Ends.of("unix-dgram:" + path).open()) {
        sender.write(ByteBuffer.wrap("last words".getBytes(UTF_8)));
      }
      try (var connection = opened.get(10, TimeUnit.SECONDS)) {
        var words = ByteBuffer.allocate(100);
        connection.read(words);
        assertThat(new String(words.array(), 0, words.position(), UTF_8)).isEqualTo("last words");
      }
    }
  }

  @Test
  void seqpacket_withSocat() throws Exception {
    Programs.need("socat");
    var place = place(true);
    try (var listening = Ends.of("unix-seqpacket-listen:" + place + "?mode=600")) {
      assertThat(listening.listener()).isPresent();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(place))))
          .isEqualTo("rw-------");
      var socat = Programs.start(List.of("socat", "-", "UNIX-CONNECT:" + place + ",type=5"));
      try (var connection = listening.open();
          var in = socat.getOutputStream()) {
        in.write('x');
        in.flush();
        assertThat(Ended.read(connection)).isEqualTo("x");
        Ended.write(connection, "answer");
        connection.shutdownOutput();
        assertThat(socat.getInputStream().readAllBytes()).isEqualTo("answer".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      } finally {
        socat.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void dgram_withSocat() throws Exception {
    Programs.need("socat");
    var place = place(true);
    var socat =
        Programs.start(List.of("socat", "UNIX-RECVFROM:" + place + ",fork", "EXEC:tr a-z A-Z"));
    try (var connection = connected(place)) {
      Ended.write(connection, "hello");
      assertThat(Ended.read(connection)).isEqualTo("HELLO");
    } finally {
      socat.destroyForcibly().waitFor();
    }
    Files.deleteIfExists(Path.of(place));
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var end = Ends.of("unix-dgram-listen:" + place)) {
      var opened = executor.submit(end::open);
      Ended.await("it is bound", () -> Files.exists(Path.of(place)));
      var own = directory.resolve("own");
      socat = Programs.start(List.of("socat", "-", "UNIX-SENDTO:" + place + ",bind=" + own));
      try (var in = socat.getOutputStream()) {
        in.write('x');
        in.flush();
        try (var connection = opened.get()) {
          assertThat(Ended.read(connection)).isEqualTo("x");
          Ended.write(connection, "answer");
          assertThat(socat.getInputStream().readNBytes(6)).isEqualTo("answer".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
      } finally {
        socat.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void dgramListen_closed_wakesWhoWaits_andRemovesTheFile() throws Exception {
    var place = place(true);
    var end = Ends.of("unix-dgram-listen:" + place + "?mode=640");
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var opened = executor.submit(end::open);
      Ended.await("it is bound", () -> Files.exists(Path.of(place)));
      end.close();
      assertThatThrownBy(opened::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ClosedChannelException.class);
    }
    assertThat(Path.of(place)).doesNotExist();
  }

  @Test
  void seqpacket_nobodyThere_saysSo() {
    assertThatThrownBy(() -> Ends.of("unix-seqpacket:" + place(true)).open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No such file or directory");
    assertThatThrownBy(() -> Ends.of("unix-dgram:" + place(true)).open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No such file or directory");
  }
}
