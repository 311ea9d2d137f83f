package io.netsvc.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signals and sessions, from JVMs that were started with some of them ignored. */
@Timeout(120)
class SpawnSignalsTest {

  /** Runs {@link Program} in a JVM that perl starts with some signals ignored; no shell ignores CHLD. */
  private static String underIgnored(String signals, Path directory) throws Exception {
    var ignore = "$SIG{$_} = 'IGNORE' for qw(" + signals + "); exec @ARGV";
    var command = new ArrayList<>(List.of("/usr/bin/perl", "-e", ignore));
    command.addAll(new Jvm(directory).command(Program.class));
    return Jvm.output(command);
  }

  @Test
  void spawn_hupAndPipeIgnoredInTheJvm_childHasThemDefault(@TempDir Path directory) throws Exception {
    assertThat(underIgnored("HUP PIPE", directory))
        .isEqualTo("exit status 4\nSigBlk:0000000000000000\nSigIgn:0000000000000000\nexit status 9\nsignal 9\n");
  }

  @Test
  void awaitExit_childSignalIgnoredInTheJvm_statusIsKnown(@TempDir Path directory) throws Exception {
    assertThat(underIgnored("CHLD", directory))
        .isEqualTo("exit status 4\nSigBlk:0000000000000000\nSigIgn:0000000000000000\nexit status 9\nsignal 9\n");
  }

  /** What that JVM does. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      // The first child is the one whose status would be lost.
      System.out.println(Child.run("exit 4").exit());
      System.out.print(
          Child.run("grep -E '^Sig(Blk|Ign)' /proc/self/status").output().replace("\t", ""));
      System.out.println(Child.run("exit 9").exit());
      System.out.println(Child.run("kill -9 $$").exit());
    }
  }

  @Test
  void spawn_byDefault_leadsASessionOfItsOwnWithoutTerminal() throws Exception {
    var stat = Child.run("echo $$; cut -d' ' -f5,6,7 /proc/$$/stat; : </dev/tty").lines();
    assertThat(stat.get(1)).isEqualTo(stat.get(0) + " " + stat.get(0) + " 0");
    assertThat(stat.get(2)).contains("/dev/tty");
  }

  @Test
  void spawn_withSharedSession_staysInTheJvms() throws Exception {
    var ids = "cut -d' ' -f5,6 /proc/%s/stat";
    var own = Jvm.output(List.of("sh", "-c", ids.formatted(ProcessHandle.current().pid())));
    assertThat(Child.run(SpawnOptions::withSharedSession, ids.formatted("$$")).output())
        .isEqualTo(own);
  }

  @Test
  void awaitExit_everyCode_isExact() throws Exception {
    for (int code : new int[] {0, 1, 9, 126, 127, 128, 137, 255}) {
      assertThat(Child.run("exit " + code).exit().toString()).isEqualTo("exit status " + code);
    }
    assertThat(Child.run("kill -TERM $$").exit().toString()).isEqualTo("signal 15");
  }

  @Test
  void awaitExit_busyChild_tellsItsCpuTime() throws Exception {
    var exit = Child.run("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done").exit();
    assertThat(exit.userTime().plus(exit.systemTime()).toNanos()).isPositive();
  }

  @Test
  void awaitExit_withAnyDuration_waits() throws Exception {
    var process = Child.spawner(o -> o, "exit 0").spawn(ChildFd.devNull());
    assertThat(process.awaitExit(java.time.Duration.ofSeconds(Long.MAX_VALUE))).isPresent();
    assertThat(process.awaitExit(java.time.Duration.ofSeconds(Long.MIN_VALUE))).isPresent();
  }

  @Test
  void onExit_listenersThatThrow_doNotKeepOthersFromTheirs() throws Exception {
    var process = Child.spawner(o -> o, "exit 3").spawn(ChildFd.devNull());
    var seen = new java.util.concurrent.LinkedBlockingQueue<ExitStatus>();
    process.onExit(
        _ -> {
          throw new IllegalStateException("expected by the test");
        });
    process.onExit(seen::add);
    assertThat(seen.take().toString()).isEqualTo("exit status 3");
    process.onExit(seen::add); // at once, now
    assertThat(seen.remove().toString()).isEqualTo("exit status 3");
  }

  @Test
  void awaitExit_manyAtOnce_allAreReapedWithTheirOwnStatus() throws Exception {
    var processes = new ArrayList<SpawnedProcess>();
    for (int i = 0; i < 100; i++) {
      processes.add(Child.spawner(o -> o, "exit " + i).spawn(ChildFd.devNull()));
    }
    for (int i = 0; i < 100; i++) {
      assertThat(processes.get(i).awaitExit().toString()).isEqualTo("exit status " + i);
    }
    assertThat(ProcessHandle.current().children().filter(p -> p.info().command().isEmpty())).isEmpty();
  }
}
