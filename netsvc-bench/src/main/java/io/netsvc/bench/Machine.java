package io.netsvc.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What the benchmarks run on, and when. */
final class Machine {
  private static final String CPU = "model name";
  private static final String MEMORY = "MemTotal:";
  private static final long KIB_PER_GIB = 1 << 20;

  private Machine() {}

  /** {@return the date, and the size of the machine, in one line} */
  static String line() throws IOException {
    var cpu = value(Path.of("/proc/cpuinfo"), CPU).replaceFirst("^:\\s*", "");
    var kib = Long.parseLong(value(Path.of("/proc/meminfo"), MEMORY).replace(" kB", ""));
    var kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    return Instant.now().truncatedTo(ChronoUnit.MINUTES)
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors"
        + (cpu.isEmpty() ? "" : " (" + cpu + ")")
        + ", "
        + Math.round((double) kib / KIB_PER_GIB)
        + " GiB, Linux "
        + kernel
        + ", Java "
        + Runtime.version();
  }

  /** The rest of the first line that begins so; empty where none does. */
  private static String value(Path file, String name) throws IOException {
    try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> line.substring(name.length()).strip())
          .orElse("");
    }
  }
}
