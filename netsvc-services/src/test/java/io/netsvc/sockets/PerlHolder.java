package io.netsvc.sockets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A program that holds sockets until this is closed; see {@code prelude.pl}. */
final class PerlHolder implements AutoCloseable {
  private final Process process;
  private final Map<String, String> said = new HashMap<>();

  private PerlHolder(Path directory, List<String> command) throws IOException {
    process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      // Its children have the other end of this too, so there may be no end of it to read to.
      var reader = new BufferedReader(process.inputReader(ISO_8859_1));
      while (true) {
        var line = reader.readLine();
        if (line == null) {
          throw new AssertionError("not ready: " + command.getLast() + " said " + said);
        }
        if (line.equals("ready")) {
          break;
        }
        var words = line.split(" ", 2);
        said.put(words[0], words[1]);
      }
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Runs a script of ours, or a text, here. */
  static PerlHolder here(Path directory, String script, String... arguments) throws IOException {
    return new PerlHolder(directory, command(List.of(), script, arguments));
  }

  /** Runs it in a network namespace of its own, or skips the test where that may not be. */
  static PerlHolder apart(Path directory, String script, String... arguments)
      throws IOException, InterruptedException {
    requireNamespaces();
    return new PerlHolder(directory, command(List.of("unshare", "-n"), script, arguments));
  }

  static void requireNamespaces() throws IOException, InterruptedException {
    requireProgram("perl", "unshare", "nsenter", "ip", "ss");
    var probe = new ProcessBuilder("unshare", "-n", "true").redirectErrorStream(true).start();
    assumeTrue(probe.waitFor() == 0, "no network namespace of our own");
  }

  private static List<String> command(List<String> before, String script, String... arguments)
      throws IOException {
    requireProgram("perl");
    var command = new ArrayList<>(before);
    var text = script.endsWith(".pl") ? resource(script) : script;
    command.addAll(List.of("perl", "-e", resource("prelude.pl") + text));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String resource(String name) throws IOException {
    try (var in = PerlHolder.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    }
  }

  /** Skips the test when a program is missing, or fails it where all are required. */
  static void requireProgram(String... names) {
    for (var name : names) {
      boolean there =
          List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin").stream()
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
      if (!there && Boolean.getBoolean("netsvc.require")) {
        throw new AssertionError("missing program: " + name);
      }
      assumeTrue(there, "missing program: " + name);
    }
  }

  /** Runs a program to its end; each byte of its output is one character. */
  static String output(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var stream = process.getInputStream()) {
      var text = new String(stream.readAllBytes(), ISO_8859_1);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + text);
      }
      return text;
    } finally {
      process.destroyForcibly();
    }
  }

  int pid() {
    return number("pid");
  }

  int number(String key) {
    return Integer.parseInt(Objects.requireNonNull(said.get(key), key));
  }

  SocketTable table() {
    return SocketTable.ofProcess(pid());
  }

  /** The one socket with a local port. */
  InetEntry socket(int port) throws IOException {
    var found = sockets(port);
    if (found.size() != 1) {
      throw new AssertionError("not one: " + found);
    }
    return found.getFirst();
  }

  List<InetEntry> sockets(int port) throws IOException {
    return table().query(q -> q.withLocalPort(port)).stream()
        .map(InetEntry.class::cast)
        .toList();
  }

  @Override
  public void close() {
    // They have this end of it; what does not end by that is killed.
    var all = process.descendants().toList();
    try {
      process.getOutputStream().close();
      process.getInputStream().close();
    } catch (IOException _) {
      // It is gone.
    }
    all.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    boolean interrupted = false;
    while (true) {
      try {
        process.waitFor();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
