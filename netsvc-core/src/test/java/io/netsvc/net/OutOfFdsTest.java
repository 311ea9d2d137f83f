package io.netsvc.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netsvc.process.Jvm;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM that has no fd left: clients wait in the backlog, and are served once there is one. */
@Timeout(60)
class OutOfFdsTest {

  private static List<String> command(
      String transport, Path directory, String program, String... options) throws Exception {
    var command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"));
    var java = new Jvm(directory).command(Program.class, program);
    command.add(java.removeFirst());
    command.add("-Dio.netsvc.transport=" + transport);
    command.addAll(List.of(options));
    command.addAll(java);
    return command;
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux", "nio"})
  void serve_withNoFdLeft_pausesAndGoesOn(String transport, @TempDir Path directory)
      throws Exception {
    assertThat(Jvm.output(command(transport, directory, "simple")))
        .contains("accepting pauses listener=/127.0.0.1:")
        .contains("Too many open files")
        .endsWith("served\n");
  }

  /** What java.util.logging is by default needs an fd for the time zones, at its first line. */
  @ParameterizedTest
  @ValueSource(strings = {"linux", "nio"})
  void serve_withNoFdForTheLogEither_idlesAndRecoversWithinASecond(
      String transport, @TempDir Path directory) throws Exception {
    var log = directory.resolve("log");
    var process =
        new ProcessBuilder(
                command(
                    transport,
                    directory,
                    "jul",
                    "-Dslf4j.provider=io.netsvc.net.JulProvider",
                    "-Dslf4j.internal.verbosity=WARN"))
            .redirectError(log.toFile())
            .start();
    try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      int port = Integer.parseInt(output.readLine());
      assertThat(output.readLine()).isEqualTo("exhausted");
      try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        long startTicks = ticks(process);
        client.setSoTimeout(2_500);
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        assertThat(ticks(process) - startTicks).as("CPU time, 1/100 s").isLessThan(50);
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        assertThat(output.readLine()).isEqualTo("freed");
        client.setSoTimeout(1_500);
        assertThat(client.getInputStream().read()).isZero();
      }
      try (var again = new Socket(InetAddress.getLoopbackAddress(), port)) {
        again.setSoTimeout(5_000);
        assertThat(again.getInputStream().read()).isZero();
      }
      process.getOutputStream().close();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(log)).doesNotContain("Exception", "Error");
      assertThat(Files.readAllLines(log).stream().filter(l -> l.contains("accepting pauses")))
          .hasSizeBetween(1, 5); // one a second, while it lasted
    } finally {
      process.destroyForcibly();
    }
  }

  /** What a process has had of the processors, in ticks of 1/100 s; see proc_pid_stat(5). */
  private static long ticks(Process process) throws IOException {
    var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** Takes every fd there is, has a client connect, and gives the fds back when accept has failed. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      if (arguments[0].equals("jul")) {
        withoutALog();
      } else {
        withALog();
      }
    }

    /** Has no fd until it is told, and ends when its input does. */
    private static void withoutALog() throws IOException {
      var taken = new ArrayList<FileInputStream>();
      try (var listener =
          Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        warmUp(listener);
        System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
        exhaust(taken);
        System.out.println("exhausted");
        int told = System.in.read();
        for (var each : taken) {
          each.close();
        }
        System.out.println("freed");
        while (told >= 0) {
          told = System.in.read();
        }
      }
    }

    private static void withALog() throws Exception {
      var log = new java.io.ByteArrayOutputStream();
      var err = System.err;
      System.setErr(new java.io.PrintStream(log, true, UTF_8));
      var taken = new ArrayList<FileInputStream>();
      try (var listener = Listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
          var client = SocketChannel.open()) {
        listener.serve(connection -> connection.write(ByteBuffer.allocate(1)));
        warmUp(listener);
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

    private static void warmUp(Listener listener) throws IOException {
      try (var client = SocketChannel.open(listener.localAddress())) {
        client.read(ByteBuffer.allocate(1));
      }
      while (listener.snapshot().open() > 0) { // its fd would be free a moment later
        Thread.onSpinWait();
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
