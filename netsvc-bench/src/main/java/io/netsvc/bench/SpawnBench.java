package io.netsvc.bench;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts of a program, one after the other, by each contestant in turn, round after round. Arguments:
 * the scenario's name, the C program or "-", the fds to hold open, the number of rounds, and the
 * seconds of a turn.
 */
final class SpawnBench {
  private static final String REFERENCE = "C posix_spawn";
  private static final String FULL = "netsvc, uid + limits + umask";
  private static final List<FileInputStream> OPEN = new ArrayList<>(); // for the JVM's life

  private SpawnBench() {}

  private static final class Entry {
    final Samples rate = new Samples();
    final Samples cpu = new Samples();
    final @Nullable Contestant contestant;

    Entry(@Nullable Contestant contestant) {
      this.contestant = contestant;
    }

    void warmUp(long nanos) throws Exception {
      if (contestant != null) {
        contestant.run(nanos);
      }
    }

    void close() {
      if (contestant != null) {
        contestant.close();
      }
    }

    void run(long nanos) throws Exception {
      if (contestant != null) {
        var round = contestant.run(nanos);
        rate.add(round.perSecond());
        cpu.add(round.cpuMillis());
      }
    }
  }

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[3]);
    long turn = (long) (Double.parseDouble(args[4]) * 1e9);
    var entries = entries(args[1]);
    for (var entry : entries.values()) {
      entry.warmUp(turn / 2);
    }
    // After a first spawn, which takes the low fds that later ones are quick with.
    for (int i = Integer.parseInt(args[2]); i > 0; i--) {
      OPEN.add(new FileInputStream("/dev/null"));
    }
    for (int round = 0; round < rounds; round++) {
      for (var entry : entries.values()) {
        entry.run(turn);
      }
    }
    for (var entry : entries.values()) {
      entry.close();
    }
    print("Spawn: " + args[0] + ", " + rounds + " rounds of " + args[4] + " s", entries);
    System.exit(0); // NuProcess leaves threads behind
  }

  private static Map<String, Entry> entries(String program) throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    entries.put(REFERENCE, new Entry(program.equals("-") ? null : new CSpawn(program)));
    entries.put("netsvc", new Entry(JavaSpawn.netsvc(o -> o)));
    boolean root = "root".equals(System.getProperty("user.name"));
    entries.put(FULL, new Entry(root ? JavaSpawn.netsvc(JavaSpawn::full) : null));
    entries.put("ProcessBuilder", new Entry(JavaSpawn.processBuilder()));
    entries.put("NuProcess", new Entry(JavaSpawn.nuProcess(1)));
    entries.put("NuProcess, 8 threads", new Entry(JavaSpawn.nuProcess(8)));
    return entries;
  }

  private static void print(String title, Map<String, Entry> entries) {
    System.out.println(title);
    double base = entries.getOrDefault(REFERENCE, new Entry(null)).rate.median();
    var table = new Table("", "spawns/s", "min-max", "ratio to C", "CPU ms");
    entries.forEach(
        (name, entry) ->
            table.row(
                name,
                Samples.text("%.0f", entry.rate.median()),
                entry.rate.spread("%.0f"),
                Samples.text("%.2f", entry.rate.median() / base),
                Samples.text("%.3f", entry.cpu.median())));
    table.print();
  }
}
