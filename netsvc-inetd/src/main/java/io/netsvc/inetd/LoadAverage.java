package io.netsvc.inetd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** The machine's load average of the last minute, read at most once a second; see proc_loadavg(5). */
final class LoadAverage {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final Path file;
  private final LongSupplier nanoTime;
  private long readNanos;
  private boolean known;
  private double load;

  LoadAverage() {
    this(Path.of("/proc/loadavg"), System::nanoTime);
  }

  LoadAverage(Path file, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
  }

  /** Returns whether it is above that; never where the system does not tell. */
  synchronized boolean isAbove(int hundredths) {
    long now = nanoTime.getAsLong();
    if (!known || now - readNanos >= SECOND_NANOS) {
      known = true;
      readNanos = now;
      load = read();
    }
    return load * 100 > hundredths;
  }

  private double read() {
    try {
      return Double.parseDouble(Files.readString(file).split(" ", 2)[0]);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
