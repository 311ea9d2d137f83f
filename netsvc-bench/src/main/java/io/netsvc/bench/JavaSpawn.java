package io.netsvc.bench;

import com.zaxxer.nuprocess.NuAbstractProcessHandler;
import com.zaxxer.nuprocess.NuProcessBuilder;
import io.netsvc.process.ChildFd;
import io.netsvc.process.ExitStatus;
import io.netsvc.process.Limit;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.process.SpawnOptions;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A way to start programs from this JVM, on one or more threads. Each start waits for its program's
 * end.
 */
record JavaSpawn(int threads, Callable<Boolean> once) implements Contestant {
  static JavaSpawn netsvc(UnaryOperator<SpawnOptions> options) {
    var spawner = ProcessSpawner.of(Path.of(Program.PATH), options);
    var nothing = ChildFd.devNull();
    return new JavaSpawn(
        1,
        () -> spawner.spawn(nothing).awaitExit() instanceof ExitStatus.Exited e && e.code() == 0);
  }

  /** Another user, two limits and a file mode mask: what takes root. */
  static SpawnOptions full(SpawnOptions options) {
    return options
        .withUser("nobody")
        .withLimit(Limit.OPEN_FILES, 256, 256)
        .withLimit(Limit.CORE, 0, 0)
        .withUmask(0077);
  }

  static JavaSpawn processBuilder() {
    var builder =
        new ProcessBuilder(Program.PATH)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    return new JavaSpawn(1, () -> builder.start().waitFor() == 0);
  }

  /** NuProcess polls for the end of its processes, so that one at a time means waiting for it. */
  static JavaSpawn nuProcess(int threads) {
    return new JavaSpawn(
        threads,
        () -> {
          var builder = new NuProcessBuilder(new NuAbstractProcessHandler() {}, Program.PATH);
          return builder.start().waitFor(10, TimeUnit.SECONDS) == 0;
        });
  }

  @Override
  public Round run(long nanos) throws Exception {
    long begun = System.nanoTime();
    long used = ProcStat.self().cpuNanos();
    long spawns = 0;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var loops = new ArrayList<Callable<Long>>();
      for (int i = 0; i < threads; i++) {
        loops.add(() -> loop(begun + nanos));
      }
      for (var loop : pool.invokeAll(loops)) {
        spawns += loop.get();
      }
    }
    return new Round(spawns, System.nanoTime() - begun, ProcStat.self().cpuNanos() - used);
  }

  private long loop(long end) throws Exception {
    long spawns = 0;
    for (; System.nanoTime() - end < 0; spawns++) {
      if (!once.call()) {
        throw new IllegalStateException(Program.PATH + " did not succeed");
      }
    }
    return spawns;
  }
}
