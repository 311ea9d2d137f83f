package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes of a test, with files as their standard streams. */
final class NcProcesses {
  private final Path directory;
  private final Deque<Process> started = new ArrayDeque<>();

  NcProcesses(Path directory) {
    this.directory = directory;
  }

  /** A process, what it wrote, and what it said. */
  record Run(Process process, Path out, Path err) {
    int status() throws InterruptedException {
      assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("has ended").isTrue();
      return process.exitValue();
    }

    String said() throws IOException {
      return Files.readString(err);
    }

    String wrote() throws IOException {
      return Files.readString(out);
    }

    /** Waits until it has said something; the test's own timeout bounds that. */
    void awaits(String text) throws IOException {
      while (!said().contains(text)) {
        assertThat(process.isAlive()).as("still there, having said: %s", said()).isTrue();
        Thread.onSpinWait();
      }
    }
  }

  /** Starts our nc; its standard input is what the file has. */
  Run nc(String name, Path in, String... arguments) throws IOException {
    var all = new ArrayList<>(List.of("nc"));
    all.addAll(List.of(arguments));
    return start(name, in, InetdProcess.command(all.toArray(new String[0])));
  }

  /** Starts a program that others wrote, or skips the test. */
  Run other(String name, Path in, String... command) throws IOException {
    need(command[0]);
    return start(name, in, List.of(command));
  }

  static void need(String... programs) {
    for (var program : programs) {
      boolean there =
          List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin").stream()
              .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
      assertThat(there || !Boolean.getBoolean("netsvc.require")).as(program).isTrue();
      assumeTrue(there, "no " + program);
    }
  }

  Run start(String name, Path in, List<String> command) throws IOException {
    var out = directory.resolve(name + ".out");
    var err = directory.resolve(name + ".err");
    return start(command, in, out, err);
  }

  private Run start(List<String> command, Path in, Path out, Path err) throws IOException {
    var process =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    started.push(process);
    return new Run(process, out, err);
  }

  /** Starts a process whose input and output are the test's. */
  Process open(List<String> command) throws IOException {
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    started.push(process);
    return process;
  }

  Path text(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "in", ""), text);
  }

  static Path nothing() {
    return Path.of("/dev/null");
  }

  /** Waits until a local port is taken: by a TCP listener, or for UDP by anything. */
  static void awaitPort(String protocol, int port) throws IOException {
    var zero = protocol.endsWith("6") ? "0".repeat(32) : "0".repeat(8);
    var hex = ":%04X %s:0000 ".formatted(port, zero);
    while (!Files.readString(Path.of("/proc/net", protocol)).contains(hex)) {
      Thread.onSpinWait();
    }
  }

  /** Ends those that are left. */
  void end() throws InterruptedException {
    for (var process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }
}
