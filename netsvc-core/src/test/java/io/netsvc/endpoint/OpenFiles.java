package io.netsvc.endpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files this process may have open. */
final class OpenFiles {
  private static final int OTHERS = 1000;

  private OpenFiles() {}

  /**
   * Returns for how many things of so many fds each there is room: as many as wanted, where root may
   * have the limit raised.
   */
  static int room(int wanted, int each) throws IOException, InterruptedException {
    int needed = wanted * each + OTHERS;
    if (limit() < needed && Files.isExecutable(Path.of("/usr/bin/prlimit"))) {
      new ProcessBuilder(
              "prlimit", "--pid", Long.toString(ProcessHandle.current().pid()),
              "--nofile=" + needed + ":" + needed)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
    return Math.min(wanted, (limit() - OTHERS) / each);
  }

  private static int limit() throws IOException {
    var limit =
        Files.readAllLines(Path.of("/proc/self/limits")).stream()
            .filter(line -> line.startsWith("Max open files"))
            .findFirst()
            .orElseThrow();
    var soft = limit.split(" {2,}", -1)[1].strip();
    return soft.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(soft);
  }
}
