package io.netsvc.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs on two pipes. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ExecPipesEndTest {

  @Test
  void execPipes_eachDirectionEndsByItself() throws Exception {
    try (var connection = Ends.of("exec-pipes:tr 'a-z' A-Z").open()) {
      Ended.write(connection, "hello");
      connection.shutdownOutput();
      assertThat(Ended.readAll(connection)).isEqualTo("HELLO");
    }
  }

  @Test
  void shPipes_programThatClosesItsOutputAlone_endsThat() throws Exception {
    try (var connection = Ends.of("sh-pipes:echo out; exec >&-; read line").open()) {
      assertThat(Ended.readAll(connection)).isEqualTo("out\n"); // and the program waits for input
      long before = Ended.children();
      assertThat(before).isPositive();
      Ended.write(connection, "end\n");
      Ended.await("the program has read", () -> Ended.children() < before);
    }
  }

  @Test
  void shPipes_programThatClosesItsInput_isABrokenPipeInOneLine() throws Exception {
    try (var connection = Ends.of("sh-pipes:exec <&-; echo closed; sleep 20").open()) {
      assertThat(Ended.read(connection)).isEqualTo("closed\n");
      assertThatThrownBy(() -> Ended.write(connection, "x"))
          .isInstanceOf(IOException.class)
          .hasMessage("sh-pipes:exec <&-; echo closed; sleep 20: write: Broken pipe (EPIPE)");
    }
  }

  @Test
  void execPipes_directBuffers_areReadAndWritten() throws Exception {
    try (var connection = Ends.of("exec-pipes:cat").open()) {
      var bytes = ByteBuffer.allocateDirect(200_000);
      while (bytes.hasRemaining()) {
        bytes.put((byte) bytes.position());
      }
      var writer = Thread.startVirtualThread(() -> writeAll(connection, bytes.flip()));
      var read = ByteBuffer.allocateDirect(200_000);
      while (read.hasRemaining()) {
        assertThat(connection.read(read)).isPositive();
      }
      writer.join();
      assertThat(read.flip()).isEqualTo(bytes.flip());
    }
  }

  private static void writeAll(io.netsvc.net.Connection connection, ByteBuffer bytes) {
    try {
      connection.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void close_wakesWhoReadsAndWhoWrites_onNoCarrier() throws Exception {
    int many = 2 * Runtime.getRuntime().availableProcessors() + 2;
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var connections = new ArrayList<io.netsvc.net.Connection>();
      var waiting = new ArrayList<java.util.concurrent.Future<?>>();
      for (int i = 0; i < many; i++) {
        var connection = Ends.of("exec-pipes:sleep 20").open();
        connections.add(connection);
        waiting.add(executor.submit(() -> connection.read(ByteBuffer.allocate(10))));
        waiting.add(executor.submit(() -> connection.write(ByteBuffer.allocate(1 << 20))));
      }
      assertThat(executor.submit(() -> "ran").get()).isEqualTo("ran");
      for (var connection : connections) {
        connection.close();
      }
      for (var each : waiting) {
        assertThatThrownBy(each::get)
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(ClosedChannelException.class);
      }
    }
  }

  @Test
  void shutdownInput_wakesTheReader_withTheEnd() throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var connection = Ends.of("exec-pipes:cat").open()) {
      var read = executor.submit(() -> connection.read(ByteBuffer.allocate(10)));
      connection.shutdownInput();
      assertThat(read.get()).isEqualTo(-1);
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void closedConnections_leaveNoFdAndNoZombie() throws Exception {
    Ends.of("exec-pipes:cat").open().close();
    Ended.await("the first has ended", () -> noZombies("cat"));
    long before = Ended.fds();
    for (int i = 0; i < 30; i++) {
      var connection = Ends.of("exec-pipes:cat").open();
      if (i % 2 == 0) {
        connection.close();
      } else {
        connection.abort();
      }
    }
    Ended.await("all have ended", () -> noZombies("cat") && Ended.fds() <= before);
  }

  private static boolean noZombies(String program) {
    return ProcessHandle.current()
        .children()
        .noneMatch(child -> child.info().command().map(c -> c.endsWith(program)).orElse(true));
  }

  @Test
  void missingProgram_isSaidInOneLine() {
    assertThatThrownBy(() -> Ends.of("exec-pipes:/no/such/program").open())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "exec-pipes:/no/such/program: spawn /no/such/program: execve /no/such/program: No such file"
                + " or directory (ENOENT)");
  }
}
