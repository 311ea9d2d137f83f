package io.netsvc.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.net.DatagramPort;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts beside what could take their fds away: a close, or a process that has none left. */
@Timeout(120)
class SpawnRacesTest {

  /** A number that is looked up, closed and opened again would give the child another file. */
  @Test
  void spawn_whileTheSocketIsClosed_childHasItOrIsNotStarted() throws Exception {
    var readlink =
        ProcessSpawner.of(
            Path.of("/usr/bin/readlink"),
            o -> o.withArguments(List.of("readlink", "/proc/self/fd/0")));
    int started = 0;
    for (int i = 0; i < 300; i++) {
      var port = DatagramPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var go = new CountDownLatch(1);
      var closing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      go.await();
                      port.close();
                      new FileInputStream("/etc/passwd").close(); // takes the number
                    } catch (IOException | InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  });
      go.countDown();
      try {
        var process = readlink.spawn(ChildFd.of(port), ChildFd.pipe(), ChildFd.devNull());
        try (var stream = process.stdout()) {
          assertThat(new String(stream.readAllBytes(), UTF_8)).startsWith("socket:[");
          started++;
        }
        process.awaitExit();
      } catch (ClosedChannelException e) {
        // The close came first.
      }
      closing.join();
    }
    assertThat(started).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"system-calls", "posix-spawn"})
  void spawn_withNoFdLeft_failsAndLaterSucceeds(String engine, @TempDir Path directory)
      throws Exception {
    var command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n 120; exec \"$@\"", "sh"));
    var java = new Jvm(directory).command(OutOfFds.class);
    command.add(java.removeFirst());
    command.add("-Dio.netsvc.spawn=" + engine);
    command.addAll(java);
    assertThat(Jvm.output(command)).endsWith("exit status 7\nchildren 0\n");
  }

  /** Starts for the first time with none, one, two … fds left, and then with all of them. */
  static final class OutOfFds {
    private OutOfFds() {}

    public static void main(String[] arguments) throws Exception {
      // Linking C functions needs fds, once; what is left to fail is the start itself.
      var prepared = Child.spawner(o -> o, "exit 7");
      int failed = 0;
      for (int left = 0; left < 12; left++) {
        var taken = new ArrayList<FileInputStream>();
        exhaust(taken);
        for (int i = 0; i < left; i++) {
          taken.removeLast().close();
        }
        try {
          Child.run(prepared);
        } catch (IOException | UncheckedIOException e) {
          failed++;
        }
        for (var each : taken) {
          each.close();
        }
      }
      if (failed == 0) {
        throw new AssertionError("never out of fds");
      }
      System.out.println(Child.run("exit 7").exit());
      // A zombie has no command. Those that were started have all been awaited or killed.
      System.out.println("children " + ProcessHandle.current().children().count());
    }

    private static void exhaust(List<FileInputStream> taken) {
      try {
        while (true) {
          taken.add(new FileInputStream("/dev/null"));
        }
      } catch (IOException e) {
        // None is left.
      }
    }
  }
}
