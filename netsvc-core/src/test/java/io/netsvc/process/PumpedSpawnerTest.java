package io.netsvc.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.net.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PumpedSpawnerTest {

  private record Session(String output, int code) {}

  /** Serves one connection with the program; the client sends, ends its output if told, and reads. */
  private static Session session(String script, String input, boolean halfClose) throws Exception {
    var spawner =
        PumpedSpawner.of(
            Path.of("/bin/sh"),
            o ->
                o.withArguments(List.of("/bin/sh", "-c", script))
                    .withEnvironment(Map.of("A", "1"))
                    .withDirectory(Path.of("/usr")));
    var code = new CompletableFuture<Integer>();
    try (var listener =
        Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      listener.serve(connection -> code.complete(spawner.spawn(connection).awaitExit()));
      var address = (InetSocketAddress) listener.localAddress();
      try (var client = new Socket(address.getAddress(), address.getPort())) {
        client.getOutputStream().write(input.getBytes(UTF_8));
        if (halfClose) {
          client.shutdownOutput();
        }
        var output = new String(client.getInputStream().readAllBytes(), UTF_8);
        return new Session(output, code.get());
      }
    }
  }

  @Test
  void spawn_halfClosedInput_programSeesItsEndAndAnswers() throws Exception {
    assertThat(session("wc -c; exit 3", "x".repeat(100_000), true))
        .isEqualTo(new Session("100000\n", 3));
  }

  @Test
  void spawn_idlePeer_programEndsAllTheSame() throws Exception {
    assertThat(session("echo out; echo err >&2; echo $A; pwd", "", false))
        .isEqualTo(new Session("out\nerr\n1\n/usr\n", 0));
  }

  @Test
  void awaitExit_connectionClosedMeanwhile_returns() throws Exception {
    try (var listener =
            Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var _ = java.nio.channels.SocketChannel.open(listener.localAddress());
        var connection = listener.accept()) {
      var process =
          PumpedSpawner.of(Path.of("/bin/cat"), o -> o).spawn(connection);
      connection.abort();
      assertThat(process.awaitExit()).isZero();
    }
  }

  @Test
  void of_moreThanPipesCanDo_isRefused() {
    assertThatThrownBy(
            () ->
                PumpedSpawner.of(
                    Path.of("/bin/sh"),
                    o ->
                        o.withUser("nobody")
                            .withUmask(0)
                            .withNice(1)
                            .withLimit(Limit.CORE, 0, 0)
                            .withChroot(Path.of("/"))
                            .withNoNewPrivileges()
                            .withPassedFds(List.of("one"))
                            .withArguments(List.of("-sh"))))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "a program on pumped pipes cannot have: an argv[0] that is not the program's path, "
                + "another identity, a umask, a nice value, limits, a chroot, no_new_privs, passed fds");
  }
}
