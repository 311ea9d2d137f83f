package io.netsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Relays side by side, each in a process of its own and on one thread, loaded in turn. Arguments:
 * this jar, the load generator, the number of rounds, the seconds of a turn, those of each warm-up,
 * and the directory of the report.
 */
final class RelayBench {
  private static final double GIB = 1 << 30;
  private static final String IDLE = "idle pairs";

  private final RelayLoad load;
  private final RelayReport report;
  private final int rounds;
  private final long turnNanos;
  private final long warmupNanos;

  private RelayBench(RelayLoad load, RelayReport report, String[] args) {
    this.load = load;
    this.report = report;
    this.rounds = Integer.parseInt(args[2]);
    this.turnNanos = nanos(args[3]);
    this.warmupNanos = nanos(args[4]);
  }

  private static long nanos(String seconds) {
    return (long) (Double.parseDouble(seconds) * 1e9);
  }

  public static void main(String[] args) throws Exception {
    var directory = Files.createTempDirectory("netsvc-bench");
    var how = args[2] + " rounds of " + args[3] + " s after " + args[4] + " s of warm-up";
    var only = System.getenv().getOrDefault("WORK", "");
    var report = new RelayReport(Path.of(args[5]), how);
    try (var load = new RelayLoad(args[1])) {
      var all = new RelayPeers(Path.of(args[0]), directory, load.port()).all();
      var peers = new LinkedHashMap<String, RelayPeer>();
      try {
        start(all, peers, report);
        all.keySet().retainAll(peers.keySet());
        var bench = new RelayBench(load, report, args);
        for (var work : RelayLoad.ALL) {
          if (work.name().contains(only)) {
            bench.measure(work, peers);
          }
        }
      } finally {
        peers.values().forEach(RelayPeer::close);
      }
      if (IDLE.contains(only)) {
        all.remove(RelayPeers.DIRECT);
        all.remove(RelayPeers.SOCAT); // thousands of processes
        new RelayMemory(load, report).measure(all);
      }
      report.close();
    } finally {
      remove(directory);
    }
  }

  private static void start(
      Map<String, RelayPeers.Start> all, Map<String, RelayPeer> started, RelayReport report) {
    all.forEach(
        (name, start) -> {
          try {
            started.put(name, start.start());
          } catch (IOException e) {
            report.skip(name, String.valueOf(e.getMessage()));
          }
        });
  }

  /** Says that a contestant has no numbers in a table, and why. */
  static void failed(String name, String work, IOException cause) {
    System.err.println("bench: " + name + ", " + work + ": " + cause.getMessage());
  }

  private void measure(RelayLoad.Work work, Map<String, RelayPeer> peers)
      throws IOException, InterruptedException {
    var all = new LinkedHashMap<String, Measured>();
    var running = new LinkedHashMap<String, RelayPeer>();
    for (var peer : peers.entrySet()) {
      all.put(peer.getKey(), new Measured());
      if (turn(work, peer.getKey(), peer.getValue(), warmupNanos, new Measured())) {
        running.put(peer.getKey(), peer.getValue());
      }
    }
    for (int round = 0; round < rounds; round++) {
      running
          .entrySet()
          .removeIf(
              peer -> {
                var name = peer.getKey();
                var measured = all.getOrDefault(name, new Measured());
                boolean whole = turn(work, name, peer.getValue(), turnNanos, measured);
                if (!whole) {
                  all.put(name, new Measured());
                }
                return !whole;
              });
    }
    print(work, all);
  }

  /** {@return whether the relay did its work} */
  private boolean turn(
      RelayLoad.Work work, String name, RelayPeer peer, long nanos, Measured measured) {
    try {
      measured.add(load.run(work, peer, nanos));
      RelayLoad.settle();
      return true;
    } catch (IOException e) {
      failed(name, work.name(), e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static final class Measured {
    final Samples rate = new Samples();
    final Samples cpu = new Samples();
    final Samples p50 = new Samples();

    void add(RelayLoad.Turn turn) {
      rate.add(turn.perSecond());
      if (turn.cpuNanos() > 0) {
        cpu.add(turn.cpuNanos() / turn.amount());
      }
      if (turn.p50Micros() > 0) {
        p50.add(turn.p50Micros());
      }
    }
  }

  private void print(RelayLoad.Work work, Map<String, Measured> all) throws IOException {
    boolean bulk = work.kind() == RelayLoad.Kind.BULK;
    var table =
        new Table(
            "",
            bulk ? "GiB/s" : "per second",
            "min-max",
            bulk ? "CPU s/GiB" : "CPU us each",
            "p50 us",
            "rate, x " + RelayPeers.REFERENCE,
            "CPU, x " + RelayPeers.REFERENCE,
            "p50, x " + RelayPeers.REFERENCE);
    var reference = all.getOrDefault(RelayPeers.REFERENCE, new Measured());
    var format = bulk ? "%.2f" : "%.0f";
    double unit = bulk ? GIB : 1;
    all.forEach(
        (name, m) ->
            table.row(
                name,
                Samples.text(format, m.rate.median() / unit),
                m.rate.scaled(1 / unit).spread(format),
                Samples.text("%.2f", m.cpu.median() * (bulk ? GIB / 1e9 : 1e-3)),
                Samples.text("%.1f", m.p50.median()),
                Samples.text("%.2f", m.rate.median() / reference.rate.median()),
                Samples.text("%.2f", m.cpu.median() / reference.cpu.median()),
                Samples.text("%.2f", m.p50.median() / reference.p50.median())));
    if (!Double.isNaN(reference.rate.median())) {
      report.chart().add(work.name(), bars(all, reference));
    }
    report.table(work.name(), table);
  }

  private static List<RelayChart.Bar> bars(
      Map<String, Measured> all, Measured reference) {
    return all.entrySet().stream()
        .map(
            row ->
                new RelayChart.Bar(
                    row.getKey(),
                    row.getValue().rate.median() / reference.rate.median(),
                    row.getValue().cpu.median() / reference.cpu.median()))
        .toList();
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (var file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }
}
