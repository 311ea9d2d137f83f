package io.netsvc.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the system that tests talk to, without what the environment tells them of proxies. */
final class Programs {
  private Programs() {}

  /** Skips the test where a program is missing, unless all must be there. */
  static void need(String... names) {
    for (var name : names) {
      boolean there =
          List.of("/usr/bin", "/usr/sbin", "/bin").stream()
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
      assertThat(there || !Boolean.getBoolean("netsvc.require")).as(name).isTrue();
      assumeTrue(there, "no " + name);
    }
  }

  static Process start(List<String> command) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/usr/sbin:/bin");
    return builder.start();
  }

  /** What a program writes when it reads this. */
  static String run(List<String> command, String input) throws Exception {
    var process = start(command);
    try {
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      } catch (IOException e) {
        // It has ended, or closed its input; its output says why.
      }
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      return output;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** A port that was free a moment ago, for programs that do not say which one they got. */
  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** Waits until a program listens. */
  static void awaitListening(Process process, int port) {
    while (process.isAlive()) {
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        return;
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
    throw new AssertionError("ended: " + process.info());
  }
}
