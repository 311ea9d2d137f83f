package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.process.ChildFd;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnedProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code netsvc inetd} in a JVM of its own. */
final class InetdProcess {
  private static final int SIGKILL = 9;

  private final Path file;
  private final Path log;
  private final List<SpawnedProcess> started = new ArrayList<>();

  /** What its environment has beside the tests' own. */
  final Map<String, String> environment = new HashMap<>();

  InetdProcess(Path directory) {
    this.file = directory.resolve("inetd.conf");
    this.log = directory.resolve("log");
  }

  static int freePort() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  Path file() {
    return file;
  }

  SpawnedProcess process() {
    return started.getLast();
  }

  /** {@return the command line, up to the options of {@code netsvc}} */
  static List<String> command(String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "io.netsvc.cli.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Starts the command by our own spawner, which gives it no signal that is ignored. */
  void start(String config, String... options) throws Exception {
    Files.writeString(file, config);
    var argv = command("inetd");
    argv.addAll(List.of(options));
    argv.add(file.toString());
    var all = new HashMap<>(System.getenv());
    all.putAll(environment);
    var spawner =
        ProcessSpawner.of(
            Path.of(argv.getFirst()), o -> o.withArguments(argv).withEnvironment(all));
    started.add(spawner.spawn(ChildFd.devNull(), ChildFd.devNull(), ChildFd.appending(log)));
    awaitLog("listening service=");
  }

  String log() throws Exception {
    return Files.readString(log);
  }

  void awaitLog(String text) throws Exception {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!log().contains(text)) {
      assertThat(System.nanoTime() - deadlineNanos).as("no \"%s\" in: %s", text, log()).isNegative();
      assertThat(process().awaitExit(Duration.ofMillis(20))).as(log()).isEmpty();
    }
  }

  /** Ends what was started. */
  void kill() throws Exception {
    for (var process : started) {
      process.signal(SIGKILL);
      process.awaitExit();
    }
  }
}
