package io.netsvc.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link ServicesBenchmark} with JMH's allocation profiler and prints one table. */
final class ServicesBench {
  private static final List<String> PEERS = List.of("Registry", "File", "HashMap", "Jnr", "Glibc");

  private ServicesBench() {}

  public static void main(String[] args) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include(ServicesBenchmark.class.getName())
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .build();
    Map<String, String> cells = new HashMap<>();
    for (var result : new Runner(options).run()) {
      var primary = result.getPrimaryResult();
      var bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
      cells.put(
          primary.getLabel(),
          Samples.text("%.2f", primary.getScore())
              + " ± "
              + Samples.text("%.2f", primary.getScoreError())
              + " / "
              + Samples.text("%.0f", bytes == null ? Double.NaN : bytes.getScore()));
    }
    System.out.println("Services: ns per lookup / bytes allocated per lookup");
    var table = new Table("", "netsvc registry", "netsvc file", "HashMap", "jnr-netdb", "glibc");
    for (var operation : List.of("name", "port", "miss")) {
      var row = new String[PEERS.size() + 1];
      row[0] = operation.equals("miss") ? "unknown name" : "by " + operation;
      for (int i = 0; i < PEERS.size(); i++) {
        row[i + 1] = cells.getOrDefault(operation + PEERS.get(i), "-");
      }
      table.row(row);
    }
    table.print();
  }
}
