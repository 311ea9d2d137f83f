package io.netsvc.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.Credentials;
import io.netsvc.linux.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A failure before the program is an exception that names step and errno, and nothing else runs. */
@Timeout(60)
class SpawnErrorsTest {
  @TempDir Path directory;

  private static SpawnException failure(Path program, UnaryOperator<SpawnOptions> options) {
    var spawner = ProcessSpawner.of(program, options);
    var failure =
        catchThrowableOfType(SpawnException.class, () -> spawner.spawn(ChildFd.devNull()));
    assertThat(failure).isNotNull();
    assertThat(failure.program()).isEqualTo(program.toString());
    return failure;
  }

  private Path script(String name, String text) throws Exception {
    var file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void spawn_brokenPrograms_eachErrnoIsTheKernels() throws Exception {
    var plain = Files.writeString(directory.resolve("plain"), "echo hi\n");
    var loop = Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
    assertThat(failure(plain, o -> o).errno()).isEqualTo(Errno.EACCES);
    assertThat(failure(directory, o -> o).errno()).isEqualTo(Errno.EACCES);
    assertThat(failure(plain.resolve("below"), o -> o).errno()).isEqualTo(20); // ENOTDIR
    assertThat(failure(loop, o -> o).errno()).isEqualTo(40); // ELOOP
    assertThat(failure(script("text", "echo hi\n"), o -> o).errno()).isEqualTo(Errno.ENOEXEC);
    assertThat(failure(script("lost", "#!/no/interpreter\n"), o -> o).errno())
        .isEqualTo(Errno.ENOENT);
    assertThat(failure(Path.of("/" + "x".repeat(300)), o -> o).errno()).isEqualTo(36);
  }

  @Test
  void spawn_argumentsTooLong_isE2Big() {
    var big = List.of("true", "x".repeat(200_000));
    assertThat(failure(Path.of("/bin/true"), o -> o.withArguments(big)).errno())
        .isEqualTo(Errno.E2BIG);
    var many = Collections.nCopies(1_000_000, "word");
    assertThat(failure(Path.of("/bin/true"), o -> o.withArguments(many)).errno())
        .isEqualTo(Errno.E2BIG);
  }

  @Test
  void spawn_missingRoot_namesStep() {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root");
    var failure = failure(Path.of("/bin/true"), o -> o.withChroot(Path.of("/no/root")));
    assertThat(failure.step()).isEqualTo("chroot /no/root");
    assertThat(failure.errno()).isEqualTo(Errno.ENOENT);
  }

  @Test
  void spawn_limitAboveTheHardOne_namesStep() {
    // RLIMIT_NOFILE above fs.nr_open is refused even to root.
    var failure =
        failure(
            Path.of("/bin/true"),
            o -> o.withLimit(Limit.OPEN_FILES, Limit.UNLIMITED, Limit.UNLIMITED));
    assertThat(failure.step()).isEqualTo("prlimit 7");
    assertThat(failure.errno()).isEqualTo(Errno.EPERM);
  }

  @Test
  void spawn_userOverItsProcessLimit_isEagainAtExec() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "needs root");
    // A uid that nothing else has; one process of it must live for the limit to bite.
    UnaryOperator<SpawnOptions> options =
        o -> o.withUser("54321").withGroup("54321").withLimit(Limit.PROCESSES, 0, 0);
    var first =
        ProcessSpawner.of(
                Path.of("/bin/sleep"), o -> options.apply(o.withArguments(List.of("sleep", "60"))))
            .spawn(ChildFd.devNull());
    try {
      var failure = failure(Path.of("/bin/true"), options);
      assertThat(failure.step()).isEqualTo("execve /bin/true");
      assertThat(failure.errno()).isEqualTo(Errno.EAGAIN);
    } finally {
      first.signal(9);
      first.awaitExit();
    }
  }

  @Test
  void spawn_programJustWrittenWhileOthersStart_isRetried() throws Exception {
    var busy = new AtomicBoolean(true);
    var other = ProcessSpawner.of(Path.of("/bin/true"), o -> o);
    var noise =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (busy.get()) {
                    try {
                      other.spawn(ChildFd.devNull()).awaitExit();
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  }
                });
    try {
      for (int i = 0; i < 200; i++) {
        var program = script("fresh" + i, "#!/bin/sh\nexit 3\n");
        var exit = ProcessSpawner.of(program, o -> o).spawn(ChildFd.devNull()).awaitExit();
        assertThat(exit).isInstanceOfSatisfying(
            ExitStatus.Exited.class, e -> assertThat(e.code()).isEqualTo(3));
      }
    } finally {
      busy.set(false);
      noise.join();
    }
  }

  @Test
  void spawn_programHeldOpenForWriting_isTextFileBusy() throws Exception {
    var program = Files.copy(Path.of("/bin/true"), directory.resolve("held"));
    try (var held = java.nio.channels.FileChannel.open(program, java.nio.file.StandardOpenOption.WRITE)) {
      assertThat(held.isOpen()).isTrue();
      assertThat(failure(program, o -> o).errno()).isEqualTo(Errno.ETXTBSY);
    }
  }

  @Test
  void spawn_failedManyTimes_leavesNoFdAndNoZombie() throws Exception {
    failure(Path.of("/no/program"), o -> o);
    long before = SpawnFdsTest.fds();
    for (int i = 0; i < 50; i++) {
      var spawner = ProcessSpawner.of(Path.of("/no/program"), o -> o);
      assertThatThrownBy(() -> spawner.spawn(ChildFd.pipe(), ChildFd.pipe(), ChildFd.pipe()))
          .isInstanceOf(SpawnException.class);
    }
    assertThat(SpawnFdsTest.fds()).isLessThanOrEqualTo(before);
    assertThat(ProcessHandle.current().children().filter(p -> p.info().command().isEmpty())).isEmpty();
  }

  @Test
  void of_programByName_isLookedUpInTheGivenPathOnly() throws Exception {
    script("tool", "#!/bin/sh\necho found\n");
    var spawner =
        ProcessSpawner.of(Path.of("tool"), o -> o.withSearchPath("/no/dir::relative:" + directory));
    assertThat(Child.run(spawner).output()).isEqualTo("found\n");
    assertThatThrownBy(() -> ProcessSpawner.of(Path.of("tool"), o -> o.withSearchPath("/bin")))
        .hasMessage("no program tool in /bin");
    assertThatThrownBy(() -> ProcessSpawner.of(Path.of("sh"), o -> o))
        .hasMessage("program is not an absolute path: sh");
  }

  @Test
  void of_programByNameBelowARoot_followsItsLinksThere() throws Exception {
    var bin = Files.createDirectories(directory.resolve("usr/real"));
    Files.createSymbolicLink(directory.resolve("usr/bin"), Path.of("/usr/real"));
    Files.createSymbolicLink(directory.resolve("usr/out"), Path.of("../../../usr/real"));
    Files.createSymbolicLink(directory.resolve("usr/loop"), Path.of("loop"));
    Files.createSymbolicLink(bin.resolve("sh"), Path.of("/bin/sh")); // not below this root
    script("usr/real/tool", "#!/bin/sh\n");
    for (var search : List.of("/usr/bin", "/usr/out", "/usr/loop:/usr/real")) {
      assertThat(
              ProcessSpawner.of(
                      Path.of("tool"), o -> o.withChroot(directory).withSearchPath(search))
                  .toString())
          .endsWith("/tool");
      assertThatThrownBy(
              () ->
                  ProcessSpawner.of(
                      Path.of("sh"), o -> o.withChroot(directory).withSearchPath(search)))
          .hasMessage("no program sh in " + search);
    }
  }

  @Test
  void options_thatNoChildCouldHave_areRefused() {
    var options = new SpawnSettings();
    assertThatThrownBy(() -> options.withUmask(01000)).hasMessage("umask out of range: 512");
    assertThatThrownBy(() -> options.withNice(20)).hasMessage("nice value out of range: 20");
    assertThatThrownBy(() -> options.withArguments(List.of("a\0b")))
        .hasMessage("argument with a NUL in it");
    assertThatThrownBy(() -> options.withEnvironment(Map.of("A=B", "c")))
        .hasMessage("environment name: \"A=B\"");
    assertThatThrownBy(() -> options.withDirectory(Path.of("here")))
        .hasMessage("directory is not an absolute path: here");
    assertThatThrownBy(() -> options.withPassedFds(List.of("a:b")))
        .hasMessage("name of a passed fd: \"a:b\"");
    assertThatThrownBy(() -> options.withLimit(Limit.CORE, Limit.UNLIMITED, 5))
        .hasMessage("soft limit above the hard one: CORE -1 > 5");
    assertThatThrownBy(() -> options.withLimit(Limit.CORE, 6, 5))
        .hasMessage("soft limit above the hard one: CORE 6 > 5");
  }
}
