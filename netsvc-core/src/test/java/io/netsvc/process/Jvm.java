package io.netsvc.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A JVM of its own for a test that needs one in another state: another user, ignored signals. */
public final class Jvm {
  private final Path directory;

  /** Puts the classes into a jar that every user can read: a directory needs an fd for each class. */
  public Jvm(Path directory) throws Exception {
    this.directory = directory;
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (var jar = new JarOutputStream(Files.newOutputStream(directory.resolve("classes.jar")))) {
      add(Path.of("target/classes"), jar);
      add(Path.of("target/test-classes"), jar);
    }
    for (Class<?> type : List.of(Logger.class, LoggerFactory.getILoggerFactory().getClass())) {
      var jar = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      Files.copy(jar, directory.resolve(jar.getFileName()));
    }
  }

  private static void add(Path from, JarOutputStream jar) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        // As a class path: the JVM has everything in its unnamed module.
        if (!file.endsWith("module-info.class")) {
          jar.putNextEntry(new ZipEntry(from.relativize(file).toString()));
          Files.copy(file, jar);
        }
      }
    }
  }

  /** The command that runs a class's main method. */
  public List<String> command(Class<?> main, String... arguments) {
    var all = new ArrayList<String>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.add("--enable-native-access=ALL-UNNAMED");
    all.add("-cp");
    all.add(directory + "/*");
    all.add(main.getName());
    all.addAll(List.of(arguments));
    return all;
  }

  /** Runs a command to its end and returns what it wrote. */
  public static String output(List<String> command) throws IOException, InterruptedException {
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
