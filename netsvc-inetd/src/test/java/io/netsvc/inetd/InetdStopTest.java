package io.netsvc.inetd;

import static io.netsvc.inetd.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.Stopped;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InetdStopTest {
  @TempDir private Path directory;

  private static InetdServer serve(int port, String rest) {
    var server =
        InetdServer.start(InetdConfig.parse("c", "127.0.0.1:" + port + ' ' + rest + '\n'));
    assertThat(server.diagnostics()).isEmpty();
    return server;
  }

  /** Reads the pid that a test's program writes first. */
  private static long pid(Socket client) throws Exception {
    var in = new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII);
    return Long.parseLong(new BufferedReader(in).readLine());
  }

  @Test
  void close_waitProgramLingers_endsIt() throws Exception {
    Programs.require("/usr/bin/perl");
    int port = Programs.freePort();
    var linger = "open(S,'+<&=0');accept(C,S);syswrite(C,qq($$\\n));sleep(900)";
    long pid;
    try (var _ = serve(port, "stream tcp wait - /usr/bin/perl perl -e \"" + linger + '"');
        var client = connect(port)) {
      pid = pid(client);
      assertThat(Programs.gone(pid)).isFalse();
    }
    assertThat(Programs.gone(pid)).isTrue();
    assertThat(Clients.refuses(port)).isTrue();
  }

  @Test
  void handOver_toWhatDoesNotServe_endsItAndGoesOn() throws Exception {
    int port = Programs.freePort();
    var hangs = Programs.script(directory.resolve("hangs"), "echo $$ > " + directory.resolve("pid") + "; exec sleep 600\n");
    try (var server = serve(port, "stream tcp nowait - /bin/cat cat")) {
      assertThatThrownBy(() -> server.handOver(List.of("false"), Map.of(), Duration.ofSeconds(20)))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the new process does not serve: it has ended: ");
      assertThatThrownBy(() -> server.handOver(List.of("/no/such"), Map.of(), Duration.ofSeconds(20)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/no/such");
      assertThatThrownBy(() -> server.handOver(List.of(hangs.toString()), Map.of(), Duration.ofSeconds(1)))
          .isInstanceOf(IOException.class)
          .hasMessage("the new process does not serve after 1 s");
      assertThat(Programs.gone(Long.parseLong(Files.readString(directory.resolve("pid")).strip()))).isTrue();
      assertThat(Clients.ask(port, "on")).isEqualTo("on");
    }
  }

  @Test
  void close_programIgnoresSigterm_isKilled() throws Exception {
    var script = Programs.script(directory.resolve("stubborn"), "trap '' TERM; echo $$; while :; do read x; done\n");
    int port = Programs.freePort();
    var server =
        InetdServer.start(
            InetdConfig.parse("c", "127.0.0.1:" + port + " stream tcp nowait - " + script + '\n'),
            o -> o.withKillDelay(Duration.ofMillis(200)));
    try (var client = connect(port)) {
      long pid = pid(client);
      server.close();
      assertThat(Programs.gone(pid)).isTrue();
    }
  }

  @Test
  void stop_programEndsInTime_isGraceful() throws Exception {
    int port = Programs.freePort();
    try (var server = serve(port, "stream tcp nowait - /bin/cat cat");
        var client = connect(port)) {
      client.getOutputStream().write('a');
      assertThat(client.getInputStream().read()).isEqualTo('a');
      var result = new AtomicReference<Stopped>();
      var stopper = Thread.ofVirtual().start(() -> result.set(server.stop(Duration.ofMinutes(1))));
      Programs.await(
          "sockets closed at once",
          () -> {
            try {
              return Clients.refuses(port);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      client.getOutputStream().write('b'); // served on
      assertThat(client.getInputStream().read()).isEqualTo('b');
      assertThat(result.get()).isNull();
      client.shutdownOutput();
      stopper.join();
      assertThat(result.get()).isEqualTo(Stopped.GRACEFUL);
    }
  }

  @Test
  void stop_graceOver_isForced() throws Exception {
    int port = Programs.freePort();
    try (var server = serve(port, "stream tcp nowait - /bin/sh sh -c \"echo $$; exec cat\"");
        var client = connect(port)) {
      long pid = pid(client);
      assertThat(server.stop(Duration.ofMillis(50))).isEqualTo(Stopped.FORCED);
      assertThat(Programs.gone(pid)).isTrue();
      assertThat(server.stop(Duration.ZERO)).isEqualTo(Stopped.GRACEFUL); // nothing left
      assertThatThrownBy(() -> server.reload(InetdConfig.parse("c", "")))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void stop_interrupted_forcesAndKeepsTheInterrupt() throws Exception {
    int port = Programs.freePort();
    try (var server = serve(port, "stream tcp nowait - /bin/sh sh -c \"echo $$; exec cat\"");
        var client = connect(port)) {
      long pid = pid(client);
      Thread.currentThread().interrupt();
      assertThat(server.stop(Duration.ofDays(1))).isEqualTo(Stopped.FORCED);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(Programs.gone(pid)).isTrue();
    }
  }

  @Test
  void close_handlerWaits_isInterrupted() throws Exception {
    int port = Programs.freePort();
    var ended = new CountDownLatch(1);
    var server =
        InetdServer.start(
            InetdConfig.parse("c", "127.0.0.1:" + port + " stream tcp nowait - internal slow\n"),
            o ->
                o.withHandler(
                    "slow",
                    c -> {
                      c.write(ByteBuffer.wrap(new byte[1]));
                      try {
                        new CountDownLatch(1).await();
                      } finally {
                        ended.countDown();
                      }
                    }));
    try (var client = connect(port)) {
      assertThat(client.getInputStream().read()).isZero();
      assertThat(server.services().getFirst().running()).isEqualTo(1);
      server.close();
      assertThat(ended.getCount()).isZero();
    }
  }

  @Test
  void close_byItsOwnHandler_returns() throws Exception {
    int port = Programs.freePort();
    var own = new CompletableFuture<InetdServer>();
    var closed = new CountDownLatch(1);
    var server =
        InetdServer.start(
            InetdConfig.parse("c", "127.0.0.1:" + port + " stream tcp nowait - internal quit\n"),
            o ->
                o.withHandler(
                    "quit",
                    _ -> {
                      own.join().close();
                      closed.countDown();
                    }));
    own.complete(server);
    try (server;
        var _ = connect(port)) {
      closed.await();
    }
  }
}
