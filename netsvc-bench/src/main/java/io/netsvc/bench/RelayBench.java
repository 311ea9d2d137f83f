package io.netsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Relays side by side, each in a process of its own and on one thread, loaded in turn.
 * Arguments: this jar, the load generator, the number of rounds, and the seconds of a turn.
 */
final class RelayBench {
  private static final String REFERENCE = "HAProxy";
  private static final double GIB = 1 << 30;

  private RelayBench() {}

  private static final class Measured {
    final Samples rate = new Samples();
    final Samples cpu = new Samples();
    final Samples p50 = new Samples();
  }

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[2]);
    long turn = (long) (Double.parseDouble(args[3]) * 1e9);
    var directory = Files.createTempDirectory("netsvc-bench");
    Map<String, Optional<RelayPeer>> peers = new LinkedHashMap<>();
    try (var load = new RelayLoad(args[1])) {
      int upstream = load.port();
      try {
        peers.put("direct", Optional.of(RelayPeer.direct(upstream)));
        peers.put("netsvc", RelayPeer.netsvc(Path.of(args[0]), "linux", upstream));
        peers.put("netsvc, nio", RelayPeer.netsvc(Path.of(args[0]), "nio", upstream));
        peers.put(REFERENCE, RelayPeer.haproxy(directory, upstream));
        peers.put("nginx stream", RelayPeer.nginx(directory, upstream));
        peers.put("socat", RelayPeer.socat(upstream));
        var only = System.getenv().getOrDefault("WORK", "");
        for (var work : RelayLoad.ALL) {
          if (work.name().contains(only)) {
            measure(work, load, peers, rounds, turn);
          }
        }
      } finally {
        peers.values().forEach(peer -> peer.ifPresent(RelayPeer::close));
      }
    }
    remove(directory);
  }

  private static void measure(
      RelayLoad.Work work,
      RelayLoad load,
      Map<String, Optional<RelayPeer>> peers,
      int rounds,
      long turn)
      throws Exception {
    var all = new LinkedHashMap<String, Measured>();
    peers.keySet().forEach(name -> all.put(name, new Measured()));
    for (int round = 0; round <= rounds; round++) { // the first warms up
      for (var peer : peers.entrySet()) {
        if (peer.getValue().isEmpty()) {
          continue;
        }
        var result = load.run(work, peer.getValue().get(), turn);
        RelayLoad.settle();
        var measured = all.get(peer.getKey());
        if (round > 0 && measured != null) {
          measured.rate.add(result.perSecond());
          measured.cpu.add(result.cpuNanos() / result.amount());
          if (result.p50Micros() > 0) {
            measured.p50.add(result.p50Micros());
          }
        }
      }
    }
    print(work, all, rounds);
  }

  private static void print(RelayLoad.Work work, Map<String, Measured> all, int rounds) {
    System.out.println("Relay: " + work.name() + ", " + rounds + " rounds");
    boolean bulk = work.kind() == RelayLoad.Kind.BULK;
    var table =
        new Table(
            "",
            bulk ? "GiB/s" : "per second",
            "min-max",
            bulk ? "CPU s/GiB" : "CPU us each",
            "p50 us",
            "rate, x " + REFERENCE,
            "CPU, x " + REFERENCE,
            "p50, x " + REFERENCE);
    var reference = all.getOrDefault(REFERENCE, new Measured());
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
    table.print();
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
