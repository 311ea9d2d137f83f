package io.netsvc.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Connection;
import io.netsvc.net.Outcome;
import io.netsvc.net.Relay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs on a terminal of their own. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TerminalEndTest {

  private static String output(String command) throws Exception {
    try (var connection = Ends.of("pty:" + command).open()) {
      return Ended.readAll(connection);
    }
  }

  private static Connection shell(String script) throws Exception {
    return Ends.of("pty:sh -c '" + script + "'").open();
  }

  @Test
  void program_hasATerminalThatControlsItsSession() throws Exception {
    Programs.need("tty", "stty", "ps");
    assertThat(output("tty")).matches("/dev/pts/[0-9]+\r\n");
    assertThat(output("stty size")).isEqualTo("0 0\r\n");
    assertThat(output("sh -c 'ps -o tty= -o sid= -o tpgid= -p $$; echo $$; tty'"))
        .matches("(pts/[0-9]+) +([0-9]+) +\\2\r\n\\2\r\n/dev/\\1\r\n");
    assertThat(output("sh -c 'tty <&2; tty <&1'")).matches("(/dev/pts/[0-9]+\r\n)\\1");
  }

  @Test
  void program_opensDevTty_andReadsWhatIsTyped() throws Exception {
    try (var connection = shell("read x < /dev/tty; echo got $x")) {
      Ended.write(connection, "word\n");
      assertThat(Ended.readAll(connection)).isEqualTo("word\r\ngot word\r\n"); // the first is the echo
    }
  }

  @Test
  void controlC_interruptsTheForegroundJob() throws Exception {
    try (var connection = shell("trap \"echo caught\" INT; echo ready; sleep 20; echo after")) {
      Ended.readUntil(connection, "ready\r\n");
      Ended.write(connection, "\u0003");
      assertThat(Ended.readAll(connection)).isEqualTo("^Ccaught\r\nafter\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "line\n", "line\nrest", "\r"})
  void shutdownOutput_isTheEndOfInput(String typed) throws Exception {
    try (var connection = shell("stty -echo; echo ready; cat; echo end")) {
      Ended.readUntil(connection, "ready\r\n");
      Ended.write(connection, typed);
      connection.shutdownOutput();
      connection.shutdownOutput();
      assertThat(Ended.readAll(connection))
          .isEqualTo(typed.replace("\r", "\n").replace("\n", "\r\n") + "end\r\n");
      assertThatThrownBy(() -> Ended.write(connection, "x")).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void shutdownOutput_programThatDoesNotRead_doesNotWaitForIt() throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var connection = shell("stty -echo; echo ready; sleep 20");
      Ended.readUntil(connection, "ready\r\n");
      var lines = ByteBuffer.wrap("0123456789\n".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      var written = executor.submit(() -> connection.write(lines));
      connection.shutdownOutput();
      connection.close();
      assertThatThrownBy(written::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void close_hangsUp(@TempDir Path directory) throws Exception {
    var hungUp = directory.resolve("hungup");
    var connection =
        shell("trap \"echo > " + hungUp + "; exit\" HUP; echo ready; while :; do sleep 20 & wait; done");
    Ended.readUntil(connection, "ready\r\n");
    connection.close();
    Ended.await("SIGHUP", () -> Files.exists(hungUp));
  }

  @Test
  void close_wakesWhoReads_andLeavesNoFd() throws Exception {
    output("true");
    Ended.await("the first has ended", () -> Ended.children() == 0 || noneOf("cat"));
    long before = Ended.fds();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10; i++) {
        var connection = Ends.of("pty:cat").open();
        var read = executor.submit(() -> connection.read(ByteBuffer.allocate(10)));
        connection.close();
        assertThatThrownBy(read::get).hasCauseInstanceOf(ClosedChannelException.class);
      }
    }
    Ended.await("all have ended", () -> noneOf("cat") && Ended.fds() <= before);
  }

  private static boolean noneOf(String program) {
    return ProcessHandle.current()
        .children()
        .noneMatch(child -> child.info().command().map(c -> c.endsWith(program)).orElse(true));
  }

  @Test
  void relay_withAFile_typesItAndEnds(@TempDir Path directory) throws Exception {
    var script = directory.resolve("script");
    var far = directory.resolve("far");
    Files.writeString(script, "stty -echo\necho $((6 * 7)) > " + far + "\n");
    var relay =
        Relay.between(Ends.of("file:" + script).open(), Ends.of("pty:sh").open());
    assertThat(relay.await().cause()).isEqualTo(Outcome.Cause.EOF);
    assertThat(far).hasContent("42");
  }

  @Test
  void missingProgram_isSaidInOneLine_andLeavesNothing() throws Exception {
    long before = Ended.fds();
    assertThatThrownBy(() -> Ends.of("pty:/no/such/program").open())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "pty:/no/such/program: spawn /no/such/program: execve /no/such/program: No such file or"
                + " directory (ENOENT)");
    assertThat(Ended.fds()).isLessThanOrEqualTo(before + 1); // the shared loop's, at most
  }
}
