package io.netsvc.inetd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.net.Listener;
import io.netsvc.services.ServicesDatabase;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server in a JVM of its own, which has few fds or nowhere to log to, and does as it is told. */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;

  /**
   * Starts a server.
   *
   * @param directory for the classes and the configuration
   * @param shell what a shell does before it becomes the JVM, such as {@code ulimit -n 100}
   * @param log where its log goes
   */
  ChildJvm(Path directory, String config, String shell, Path log) throws Exception {
    var file = Files.writeString(directory.resolve("inetd.conf"), config);
    var command = new ArrayList<>(List.of("/bin/sh", "-c", shell + "; exec \"$@\"", "sh"));
    command.addAll(command(directory, Program.class, "--enable-native-access=ALL-UNNAMED"));
    command.add(file.toString());
    process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    assertThat(answers.readLine()).isEqualTo("serving []");
  }

  /** Returns how to run a class in a JVM of its own. */
  static List<String> command(Path directory, Class<?> program, String... flags) throws Exception {
    putClasses(directory);
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", directory + "/*", program.getName()));
    return command;
  }

  /** Into jars, since a directory needs an fd for each class that is loaded. */
  private static void putClasses(Path directory) throws Exception {
    var places = new ArrayList<Path>();
    for (Class<?> type :
        List.of(
            ChildJvm.class, InetdServer.class, Listener.class, ServicesDatabase.class,
            Logger.class, LoggerFactory.getILoggerFactory().getClass())) {
      places.add(Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }
    places.add(Path.of("target/test-classes")); // which are within the module when that is tested
    try (var jar = new JarOutputStream(Files.newOutputStream(directory.resolve("classes.jar")))) {
      jar.setLevel(Deflater.NO_COMPRESSION);
      var known = new HashSet<Path>();
      for (var place : places) {
        if (Files.isDirectory(place)) {
          add(place, jar, known);
        } else if (Files.exists(place)) {
          Files.copy(place, directory.resolve("with-" + place.getFileName()));
        }
      }
    }
  }

  private static void add(Path from, JarOutputStream jar, Set<Path> known) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        // As a class path: the JVM has everything in its unnamed module.
        if (!file.endsWith("module-info.class") && known.add(from.relativize(file))) {
          jar.putNextEntry(new ZipEntry(from.relativize(file).toString()));
          Files.copy(file, jar);
        }
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** Has it take every fd but so many, and say when it has. */
  void leaveFds(int free) throws IOException {
    tell("leave " + free);
  }

  /** Has it give back what it took. */
  void giveBack() throws IOException {
    tell("free");
  }

  private void tell(String what) throws IOException {
    process.getOutputStream().write((what + '\n').getBytes(UTF_8));
    process.getOutputStream().flush();
    assertThat(answers.readLine()).isEqualTo("done");
  }

  /** Has it close the server and end. */
  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
      var _ = process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
      answers.close();
    }
  }

  /** What runs there, until its input ends. */
  static final class Program {
    private static final Deque<FileInputStream> taken = new ArrayDeque<>();

    private Program() {}

    public static void main(String[] arguments) throws Exception {
      try (var server = InetdServer.start(InetdConfig.read(Path.of(arguments[0])));
          var in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
        System.out.println("serving " + server.diagnostics());
        leave(0); // has every class loaded that it takes
        leave(Integer.MAX_VALUE);
        for (var line = in.readLine(); line != null; line = in.readLine()) {
          leave(line.equals("free") ? Integer.MAX_VALUE : Integer.parseInt(line.substring(6)));
          System.out.println("done");
        }
      }
    }

    private static void leave(int free) throws IOException {
      try {
        while (free < Integer.MAX_VALUE) {
          taken.add(new FileInputStream("/dev/null"));
        }
      } catch (IOException e) {
        // None is left.
      }
      for (int i = 0; i < free && !taken.isEmpty(); i++) {
        taken.remove().close();
      }
    }
  }
}
