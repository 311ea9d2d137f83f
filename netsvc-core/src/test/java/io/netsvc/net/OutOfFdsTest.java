package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.Jvm;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM that has no fd left: clients wait in the backlog, and are served once there is one. */
@Timeout(60)
class OutOfFdsTest {

  @ParameterizedTest
  @ValueSource(strings = {"linux", "nio"})
  void serve_withNoFdLeft_pausesAndGoesOn(String transport, @TempDir Path directory)
      throws Exception {
    var command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"));
    var java = new Jvm(directory).command(Program.class);
    command.add(java.removeFirst());
    command.add("-Dio.netsvc.transport=" + transport);
    command.addAll(java);
    assertThat(Jvm.output(command))
        .contains("accepting pauses listener=/127.0.0.1:")
        .contains("Too many open files")
        .endsWith("served\n");
  }

  /** Takes every fd there is, has a client connect, and gives the fds back when accept has failed. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      var log = new java.io.ByteArrayOutputStream();
      var err = System.err;
      System.setErr(new java.io.PrintStream(log, true, UTF_8));
      var taken = new ArrayList<FileInputStream>();
      try (var listener = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
          var client = SocketChannel.open()) {
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        try (var warmUp = SocketChannel.open(listener.localAddress())) {
          warmUp.read(ByteBuffer.allocate(1));
        }
        exhaust(taken);
        client.connect(listener.localAddress());
        long deadlineNanos = System.nanoTime() + 10_000_000_000L;
        while (!log.toString(UTF_8).contains("pauses") && deadlineNanos - System.nanoTime() > 0) {
          Thread.onSpinWait(); // no class of ours can be loaded here
        }
        for (var each : taken) {
          each.close();
        }
        int n = client.read(ByteBuffer.allocate(1));
        err.print(log.toString(UTF_8));
        System.out.println(n == 1 ? "served" : "not served");
      }
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
