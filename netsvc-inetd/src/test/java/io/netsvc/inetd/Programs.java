package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The real programs that tests start. */
final class Programs {
  private Programs() {}

  /** Skips the test when a program is missing, or fails it where all are required. */
  static void require(String... paths) {
    for (var path : paths) {
      boolean there = Files.isExecutable(Path.of(path));
      if (!there && Boolean.getBoolean("netsvc.require")) {
        throw new AssertionError("missing program: " + path);
      }
      assumeTrue(there, "missing program: " + path);
    }
  }

  /** Skips the test for anybody but root, without whom the program does not do its work. */
  static void requireRoot(String program) {
    assumeTrue(Credentials.effectiveUid() == 0, program + " needs root");
  }

  /** Returns whom a program that needs no rights runs as: nobody, where the server may do that. */
  static String nobody() {
    return Credentials.effectiveUid() == 0 ? "nobody" : "-";
  }

  /** Lets any user read a directory and all that is in it. */
  static Path readable(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : (Iterable<Path>) files::iterator) {
        var mode = Files.isDirectory(file) || Files.isExecutable(file) ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      }
    }
    return directory;
  }

  /** Lets any user write into a directory. */
  static Path writable(Path directory) throws IOException {
    return Files.setPosixFilePermissions(
        directory, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  /** Lets nobody but its owner read a file. */
  static Path ownersAlone(Path file) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** Writes an executable shell script that any user may run. */
  static Path script(Path file, String text) throws Exception {
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** Returns whether a process has ended and been reaped. */
  static boolean gone(long pid) {
    return !Files.exists(Path.of("/proc/" + pid));
  }

  /** Returns what a process has had of the processors, in ticks of 1/100 s; see proc_pid_stat(5). */
  static long ticks(long pid) throws IOException {
    var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** Returns the command lines of all processes that have this text in them. */
  static List<String> running(String text) throws Exception {
    var found = new ArrayList<String>();
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var process : processes) {
        try {
          var command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
          if (command.contains(text)) {
            found.add(process + " " + command.replace('\0', ' '));
          }
        } catch (IOException _) {
          // It has ended meanwhile.
        }
      }
    }
    return found;
  }

  /** Waits until no process has this text in its command line. */
  static void awaitNone(String text) throws Exception {
    await(
        "the end of all with " + text,
        () -> {
          try {
            return running(text).isEmpty();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  /** Polls for a condition for at most 20 seconds. */
  static void await(String what, BooleanSupplier condition) throws Exception {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNanos).as("still not: %s", what).isNegative();
      Thread.sleep(5);
    }
  }

  /** Runs a client for at most 30 seconds and returns its output. */
  static String run(Path directory, String... command) throws Exception {
    var output = Files.createTempFile("netsvc", ".out");
    try {
      var process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(30, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      var text = Files.readString(output, StandardCharsets.ISO_8859_1);
      assertThat(ended).as("%s: %s", String.join(" ", command), text).isTrue();
      assertThat(process.exitValue()).as("%s: %s", String.join(" ", command), text).isZero();
      return text;
    } finally {
      Files.delete(output);
    }
  }

  /** Returns a port of 127.0.0.1 that was free a moment ago, for TCP and UDP. */
  static int freePort() throws Exception {
    try (var socket = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
