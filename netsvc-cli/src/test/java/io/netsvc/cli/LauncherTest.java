package io.netsvc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, in a source tree of its own whose jar tells what it was called with. */
@Timeout(60)
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "netsvc");

  @TempDir private Path directory;

  private Path tree = Path.of("");
  private Path jar = Path.of("");

  /** What the tree's jar runs. */
  static final class Told {
    private Told() {}

    public static void main(String[] args) {
      System.out.println(System.getProperty("user.dir") + ' ' + List.of(args));
      System.exit(args.length);
    }
  }

  private record Ran(int status, String out, String err) {}

  @BeforeEach
  void makeTree() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
    directory = directory.toRealPath();
    tree = Files.createDirectories(directory.resolve("a tree"));
    jar = tree.resolve("netsvc-cli/target/netsvc.jar");
    Files.createDirectories(jar.getParent());
    Files.copy(SCRIPT, tree.resolve("netsvc"));
    var shared = Files.createDirectories(tree.resolve("netsvc-cli/src/main/sh"));
    Files.copy(Path.of("src/main/sh/launch.sh"), shared.resolve("launch.sh"));
    Files.writeString(tree.resolve("pom.xml"), "");
    writeJar(jar);
    Files.setLastModifiedTime(tree.resolve("pom.xml"), FileTime.from(Instant.now().minusSeconds(60)));
  }

  private static void writeJar(Path jar) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Told.class.getName());
    var name = Told.class.getName().replace('.', '/') + ".class";
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        var in = Told.class.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      assertThat(in).isNotNull();
      out.write(in.readAllBytes());
    }
  }

  private Ran run(Path script, String... args) throws Exception {
    return runWith(System.getenv("PATH"), script, args);
  }

  private Ran runWith(String path, Path script, String... args) throws Exception {
    var command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("PATH", path);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    var out = Files.createTempFile(directory, "out", "");
    var err = Files.createTempFile(directory, "err", "");
    var process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    boolean ended = process.waitFor(50, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).isTrue();
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void run_fromElsewhere_keepsDirectoryArgumentsAndStatus() throws Exception {
    assertThat(run(tree.resolve("netsvc"), "a b", "*", "c"))
        .isEqualTo(new Ran(3, directory + " [a b, *, c]\n", ""));
  }

  @Test
  void run_throughSymlinks_findsTheTree() throws Exception {
    var bin = Files.createDirectories(directory.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("one"), Path.of("../a tree/netsvc"));
    var two = Files.createSymbolicLink(directory.resolve("two"), bin.resolve("one"));
    assertThat(run(two, "x")).isEqualTo(new Ran(1, directory + " [x]\n", ""));
  }

  @Test
  void run_noJdkThatIsNewEnough_isOneLineThatSaysWhatToInstall() throws Exception {
    var shared = tree.resolve("netsvc-cli/src/main/sh/launch.sh");
    var text = Files.readString(shared);
    assertThat(text).contains("\nneeded=25\n");
    Files.writeString(shared, text.replace("\nneeded=25\n", "\nneeded=2500\n"));
    var ran = run(tree.resolve("netsvc"), "x");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err().lines())
        .singleElement()
        .asString()
        .startsWith("netsvc: no JDK 2500 or newer found: install one")
        .contains("JAVA_HOME");
  }

  @Test
  void run_sourcesChanged_buildsFirstAndSaysSo() throws Exception {
    var good = Files.move(jar, directory.resolve("good.jar"));
    var path = maven("cp '%s' netsvc-cli/target/netsvc.jar".formatted(good));
    assertThat(runWith(path, tree.resolve("netsvc")))
        .isEqualTo(
            new Ran(
                0,
                directory + " []\n",
                "netsvc: building the command line (first run or changed sources) ...\n"));
    assertThat(runWith(path, tree.resolve("netsvc")).err()).isEmpty();
  }

  @Test
  void run_afterABuild_keepsACacheAndNothingElse() throws Exception {
    addTraining();
    var good = Files.move(jar, directory.resolve("good.jar"));
    var path = maven("cp '%s' netsvc-cli/target/netsvc.jar".formatted(good));
    assertThat(runWith(path, tree.resolve("netsvc")).status()).isZero();
    try (var files = Files.list(jar.getParent())) {
      assertThat(files).containsExactlyInAnyOrder(jar, jar.resolveSibling("netsvc.aot"));
    }
    assertThat(run(tree.resolve("netsvc"), "x")).isEqualTo(new Ran(1, directory + " [x]\n", ""));
  }

  @Test
  void run_cacheIsNone_doesWithoutAndSaysNothing() throws Exception {
    Files.writeString(jar.resolveSibling("netsvc.aot"), "no cache".repeat(1000));
    assertThat(run(tree.resolve("netsvc"), "x")).isEqualTo(new Ran(1, directory + " [x]\n", ""));
  }

  /** Has the jar contain what the launcher makes the cache with. */
  private void addTraining() throws IOException {
    var source = directory.resolve("Training.java");
    Files.writeString(
        source,
        "package io.netsvc.cli; class Training { public static void main(String[] a) {} }");
    var compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler.run(null, null, null, "-d", directory.toString(), source.toString())).isZero();
    try (var zip = FileSystems.newFileSystem(jar)) {
      Files.copy(
          directory.resolve("io/netsvc/cli/Training.class"),
          zip.getPath("io/netsvc/cli/Training.class"));
    }
  }

  @Test
  void run_buildFails_showsItsEndAndWhereTheRestIs() throws Exception {
    Files.delete(jar);
    var ran = runWith(maven("echo broken source; exit 1"), tree.resolve("netsvc"));
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err().lines())
        .hasSize(3)
        .contains("broken source")
        .last()
        .asString()
        .startsWith("netsvc: the build failed; all of Maven's output is in " + tree);
  }

  /** Returns a PATH whose mvn does that in the tree's root. */
  private String maven(String action) throws IOException {
    var bin = Files.createDirectories(directory.resolve("maven"));
    var mvn = bin.resolve("mvn");
    Files.writeString(mvn, "#!/bin/sh\n" + action + "\n", StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin + ":" + System.getenv("PATH");
  }
}
