package io.netsvc.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;

/** What a process and those of its children that were waited for have used, from /proc/PID/stat. */
record ProcStat(long cpuNanos) {
  private static final int FIELDS_BEFORE_TIMES = 11; // from the state, the first after the name
  private static final long TICK_NANOS = 10_000_000; // USER_HZ is 100 wherever this runs

  static ProcStat self() throws IOException {
    return of("self");
  }

  static ProcStat of(String pid) throws IOException {
    var text = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
    // The name is in parentheses and may hold anything, parentheses and blanks included.
    try (var fields = new Scanner(text.substring(text.lastIndexOf(')') + 1))) {
      for (int i = 0; i < FIELDS_BEFORE_TIMES; i++) {
        fields.next();
      }
      long ticks = 0;
      for (int i = 0; i < 4; i++) { // utime, stime, cutime, cstime
        ticks += fields.nextLong();
      }
      return new ProcStat(ticks * TICK_NANOS);
    }
  }
}
