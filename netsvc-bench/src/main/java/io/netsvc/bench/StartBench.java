package io.netsvc.bench;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs short commands from their start to their end. Arguments: the launcher, the directory of this
 * module's classes, and how many runs each has.
 */
final class StartBench {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int WARMUP = 2;

  private StartBench() {}

  /** What a JVM takes that does nothing. */
  static final class Hello {
    private Hello() {}

    public static void main(String[] args) {
      System.out.println("hello");
    }
  }

  private record Contestant(String name, List<String> command, Samples wall) {}

  public static void main(String[] args) throws IOException, InterruptedException {
    var netsvc = args[0];
    var java = ProcessHandle.current().info().command().orElseThrow();
    int runs = Integer.parseInt(args[2]);
    var contestants =
        List.of(
            contestant("ss -lntp", "ss", "-lntp"),
            contestant("netsvc ss -lntp", netsvc, "ss", "-lntp"),
            contestant("netsvc services 443", netsvc, "services", "443"),
            contestant("java, hello world", java, "-cp", args[1], Hello.class.getName()));
    for (int i = 0; i < WARMUP + runs; i++) {
      for (var contestant : contestants) {
        double millis = run(contestant);
        if (i >= WARMUP && !Double.isNaN(millis)) {
          contestant.wall.add(millis);
        }
      }
    }
    System.out.println("Start: from the start of a command to its end, " + runs + " runs, ms");
    var table = new Table("", "median", "min-max");
    for (var contestant : contestants) {
      table.row(
          contestant.name,
          Samples.text("%.0f", contestant.wall.median()),
          contestant.wall.spread("%.0f"));
    }
    table.print();
  }

  private static Contestant contestant(String name, String... command) {
    return new Contestant(name, List.of(command), new Samples());
  }

  /** {@return its time; NaN if there is no such program} */
  private static double run(Contestant contestant) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(contestant.command)
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT);
    long begun = System.nanoTime();
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Double.NaN;
    }
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(contestant.name + " failed: " + process);
    }
    return (System.nanoTime() - begun) / NANOS_PER_MILLI;
  }
}
