package io.netsvc.sockets;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.SocketDiag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A JVM that is the user nobody. */
final class NobodyJvm {
  private static final String NOBODY = "65534";

  private final Path directory;

  /** Copies the classes to where every user can read them. */
  NobodyJvm(Path directory) throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root, to become nobody");
    PerlHolder.requireProgram("setpriv");
    this.directory = directory;
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Class<?> type : List.of(SocketDiag.class, SocketTable.class, NobodyJvm.class)) {
      var from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      var to = directory.resolve(type.getSimpleName() + ".jar");
      if (Files.isDirectory(from)) {
        pack(from, to);
      } else {
        Files.copy(from, to);
      }
    }
    // The tests' classes, which a module was patched with.
    pack(Path.of("target/test-classes"), directory.resolve("tests.jar"));
  }

  private static void pack(Path from, Path to) throws IOException {
    try (var jar = new JarOutputStream(Files.newOutputStream(to));
        Stream<Path> files = Files.walk(from)) {
      for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        // As a class path: the JVM has everything in its unnamed module.
        if (!file.endsWith("module-info.class")) {
          jar.putNextEntry(new ZipEntry(from.relativize(file).toString()));
          Files.copy(file, jar);
        }
      }
    }
  }

  /** Runs a class's main method and returns what it wrote. */
  String run(Class<?> main, String... arguments) throws Exception {
    return run(List.of(), main, arguments);
  }

  /** Runs it in the network namespace of a holder. */
  String runIn(PerlHolder holder, Class<?> main, String... arguments) throws Exception {
    var before = List.of("nsenter", "-t", Integer.toString(holder.pid()), "-n");
    return run(before, main, arguments);
  }

  /** Runs it there, where /proc lists no process but its own: hidepid of proc(5). */
  String runAlone(PerlHolder holder, Class<?> main, String... arguments) throws Exception {
    var hide = "mount -t proc -o hidepid=2 proc /proc && exec \"$@\"";
    var before =
        List.of(
            "nsenter", "-t", Integer.toString(holder.pid()), "-n",
            "unshare", "-m", "sh", "-c", hide, "sh");
    return run(before, main, arguments);
  }

  private String run(List<String> before, Class<?> main, String... arguments) throws Exception {
    var command = new ArrayList<>(before);
    command.addAll(
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(directory + "/*");
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return PerlHolder.output(command.toArray(String[]::new));
  }
}
