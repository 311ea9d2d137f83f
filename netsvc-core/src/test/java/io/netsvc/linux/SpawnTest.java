package io.netsvc.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Children that do not get as far as their program. */
@Timeout(60)
class SpawnTest {
  private static final int PAUSE = 34;

  private static Spawn stuck(SpawnWatchdog watchdog) {
    return new Spawn(3, watchdog)
        .session()
        .placeFds()
        .add("pause", PAUSE)
        .execute("/bin/true", List.of("true"), List.of(), false);
  }

  private static CompletableFuture<SpawnPlan.Result> start(Spawn spawn) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return spawn.run(0, 1, 2);
          } catch (LinuxException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void run_childStuckBeforeItsProgram_isKilledAndTheJvmNeverWaits() throws Exception {
    var result = start(stuck(new SpawnWatchdog(3, 50)));
    System.gc(); // would wait for a thread that cannot reach a safepoint
    assertThat(result.get(30, TimeUnit.SECONDS))
        .isEqualTo(new SpawnPlan.Result.Killed("pause", 9));
  }

  @Test
  void run_childKilledBeforeItsProgram_isNoStart() throws Exception {
    var result = start(stuck(SpawnWatchdog.shared()));
    long pid = pidOfOnlyChild();
    new ProcessBuilder("kill", "-TERM", String.valueOf(pid)).start().waitFor();
    assertThat(result.get(30, TimeUnit.SECONDS))
        .isEqualTo(new SpawnPlan.Result.Killed("pause", 15));
  }

  /** The child that the kernel already lists while its parent waits. */
  private static long pidOfOnlyChild() throws InterruptedException {
    while (true) {
      var child = ProcessHandle.current().children().findFirst();
      if (child.isPresent()) {
        return child.get().pid();
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void run_stepFails_namesItAndLeavesNoFd() throws Exception {
    var spawn =
        new Spawn(3)
            .placeFds()
            .directory("/no/dir")
            .execute("/bin/true", List.of("true"), List.of(), false);
    assertThat(spawn.run(0, 1, 2))
        .isEqualTo(new SpawnPlan.Result.Failed("chdir /no/dir", Errno.ENOENT));
  }
}
