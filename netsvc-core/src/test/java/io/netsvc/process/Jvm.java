package io.netsvc.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A JVM of its own for a test that needs one in another state: another user, ignored signals. */
final class Jvm {
  private final Path classes;

  /** Copies the classes to a directory that every user can read. */
  Jvm(Path directory) throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    classes = directory.resolve("classes");
    copy(Path.of("target/classes"), classes);
    copy(Path.of("target/test-classes"), classes);
    for (Class<?> type : List.of(Logger.class, LoggerFactory.getILoggerFactory().getClass())) {
      var jar = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      Files.copy(jar, directory.resolve(jar.getFileName()));
    }
    // As a class path: the JVM has everything in its unnamed module.
    Files.deleteIfExists(classes.resolve("module-info.class"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (var file : (Iterable<Path>) files::iterator) {
        var target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  /** The command that runs a class's main method. */
  List<String> command(Class<?> main, String... arguments) {
    var all = new ArrayList<String>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.add("--enable-native-access=ALL-UNNAMED");
    all.add("-cp");
    all.add(classes + ":" + classes.getParent() + "/*");
    all.add(main.getName());
    all.addAll(List.of(arguments));
    return all;
  }

  /** Runs a command to its end and returns what it wrote. */
  static String output(List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var stream = process.getInputStream()) {
      var text = new String(stream.readAllBytes(), UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(command + ": " + process + ": " + text);
      }
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
