package io.netsvc.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link SocketsBenchmark} in the network namespace that it is started in: with ten listeners,
 * and with as many connections as it is told, in four processes.
 */
final class SocketsBench {
  private static final int PROCESSES = 4;
  private static final List<String> ROWS =
      List.of(
          "list", "what listens", "first", "and one holder of each", "holders", "and every holder", "all", "in every state");

  private SocketsBench() {}

  public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
    var jar = args[0];
    int connections = Integer.parseInt(args[1]);
    System.out.println(Machine.line());
    measure(jar, 0);
    measure(jar, connections);
  }

  private static void measure(String jar, int connections)
      throws IOException, InterruptedException, RunnerException {
    var holders = new ArrayList<Process>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        holders.add(hold(jar, i, connections / PROCESSES));
      }
      print(connections, results());
    } finally {
      for (var holder : holders) {
        holder.getOutputStream().close();
        holder.waitFor();
      }
    }
  }

  /** Starts a process that holds sockets until its input ends, and waits until it does. */
  private static Process hold(String jar, int number, int connections) throws IOException {
    var java = ProcessHandle.current().info().command().orElse("java");
    var holder =
        new ProcessBuilder(
                java, "-Xmx128m", "-XX:+UseSerialGC", "-cp", jar, SocketsHold.class.getName(),
                Integer.toString(number), Integer.toString(connections))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (holder.getInputStream().read() < 0) {
      throw new IOException("a process with " + connections + " connections has failed");
    }
    return holder;
  }

  private static Map<String, RunResult> results() throws RunnerException {
    var options =
        new OptionsBuilder()
            .include(SocketsBenchmark.class.getName())
            .verbosity(VerboseMode.SILENT)
            .build();
    var results = new HashMap<String, RunResult>();
    for (var result : new Runner(options).run()) {
      results.put(result.getPrimaryResult().getLabel(), result);
    }
    return results;
  }

  private static void print(int connections, Map<String, RunResult> results) {
    System.out.printf(
        "Sockets: %,d connections, microseconds: median (5%% to 95%%)%n", connections);
    var table = new Table("", "netsvc", "ss", "netsvc / ss", "oshi", "/proc by lines");
    for (int i = 0; i < ROWS.size(); i += 2) {
      var name = ROWS.get(i);
      // ss has no such thing as one holder of each.
      var ss = results.get(name.equals("first") ? "holdersSs" : name + "Ss");
      var own = results.get(name + "Netsvc");
      table.row(
          ROWS.get(i + 1), text(own), text(ss), ratio(own, ss), text(results.get(name + "Oshi")), text(results.get(name + "Proc")));
    }
    table.print();
  }

  private static String ratio(@Nullable RunResult own, @Nullable RunResult peer) {
    return own == null || peer == null ? "-" : Samples.text("1/%.1f", median(peer) / median(own));
  }

  private static double median(RunResult result) {
    return result.getPrimaryResult().getStatistics().getPercentile(50);
  }

  private static String text(@Nullable RunResult result) {
    if (result == null) {
      return "-";
    }
    var statistics = result.getPrimaryResult().getStatistics();
    return Samples.text("%.0f", median(result))
        + " ("
        + Samples.text("%.0f", statistics.getPercentile(5))
        + "-"
        + Samples.text("%.0f", statistics.getPercentile(95))
        + ")";
  }
}
