package io.netsvc.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts fresh JVMs for {@link ColdLookup}. Arguments: the jar with everything, the jar of
 * netsvc-services, and the directory of this module's classes alone.
 */
final class ColdBench {
  private static final int RUNS = 20;
  private static final double NANOS_PER_MILLI = 1e6;

  private ColdBench() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    var all = args[0];
    var own = args[1];
    var classes = args[2];
    System.out.println("Cold start: the first find by name in a fresh JVM, " + RUNS + " runs, ms");
    var table = new Table("", "median", "min", "max", "whole JVM");
    run(table, "in the program's jar", List.of("-cp", all));
    run(
        table,
        "on the module path",
        List.of("-cp", all, "-p", own, "--add-modules", "io.netsvc.services"));
    // The first jar of a JVM's life to be opened, which takes longer than the lookup.
    run(table, "in a jar not opened yet", List.of("-cp", classes + ":" + own));
    table.print();
  }

  private static void run(Table table, String name, List<String> flags)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(flags);
    command.add(ColdLookup.class.getName());
    var lookup = new Samples();
    var whole = new Samples();
    for (int i = 0; i < RUNS; i++) {
      long begun = System.nanoTime();
      lookup.add(Long.parseLong(output(command)) / NANOS_PER_MILLI);
      whole.add((System.nanoTime() - begun) / NANOS_PER_MILLI);
    }
    table.row(
        name,
        Samples.text("%.2f", lookup.median()),
        Samples.text("%.2f", lookup.min()),
        Samples.text("%.2f", lookup.max()),
        Samples.text("%.0f", whole.median()));
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var stream = process.getInputStream()) {
      var text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII).strip();
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(command + " failed: " + process);
      }
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
