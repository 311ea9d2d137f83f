package io.netsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/**
 * Connections per second to a service, from clients in this JVM, of each server in turn, round after
 * round, for each {@link InetdLoad}. Arguments: this jar, the directory of the peers' unpacked
 * packages, the number of rounds, and the seconds of a turn.
 */
final class InetdBench {
  private static final int CLIENTS = 4;

  private InetdBench() {}

  public static void main(String[] args) throws Exception {
    var packages = Path.of(args[1]);
    int rounds = Integer.parseInt(args[2]);
    long turn = (long) (Double.parseDouble(args[3]) * 1e9);
    for (var load : InetdLoad.values()) {
      System.out.println(
          "Inetd, " + load.title() + ": " + CLIENTS + " clients, " + rounds + " rounds of " + args[3] + " s");
      print(run(load, Path.of(args[0]), packages, rounds, turn));
    }
  }

  private static Map<String, Optional<InetdPeer>> run(
      InetdLoad load, Path jar, Path packages, int rounds, long turn) throws Exception {
    var directory = Files.createTempDirectory("netsvc-bench");
    Map<String, Optional<InetdPeer>> peers = new LinkedHashMap<>();
    try {
      peers.put("netsvc", InetdPeer.netsvc(load, directory, jar));
      peers.put(
          "openbsd-inetd",
          InetdPeer.openbsd(load, directory, packages.resolve("openbsd-inetd/usr/sbin/inetd")));
      peers.put(
          "xinetd", InetdPeer.xinetd(load, directory, packages.resolve("xinetd/usr/sbin/xinetd")));
      for (int round = 0; round <= rounds; round++) {
        for (var peer : peers.values()) {
          if (peer.isPresent()) {
            turn(peer.get(), turn, round > 0); // the first round warms up
          }
        }
      }
    } finally {
      peers.values().forEach(peer -> peer.ifPresent(InetdPeer::close));
      remove(directory);
    }
    return peers;
  }

  private static void turn(InetdPeer peer, long nanos, boolean counts) throws Exception {
    long used = peer.stat().cpuNanos();
    long begun = System.nanoTime();
    long connections = 0;
    try (var pool = Executors.newFixedThreadPool(CLIENTS)) {
      var clients = new ArrayList<Callable<Long>>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(() -> client(peer, begun + nanos));
      }
      for (var client : pool.invokeAll(clients)) {
        connections += client.get();
      }
    }
    if (counts) {
      peer.rate.add(connections * 1e9 / (System.nanoTime() - begun));
      peer.cpuMillis.add((peer.stat().cpuNanos() - used) / 1e6 / connections);
    }
  }

  private static long client(InetdPeer peer, long end) throws IOException {
    long connections = 0;
    for (; System.nanoTime() - end < 0; connections++) {
      peer.connectOnce();
    }
    return connections;
  }

  private static void print(Map<String, Optional<InetdPeer>> peers) {
    var own = peers.getOrDefault("netsvc", Optional.empty()).orElseThrow();
    var table =
        new Table("", "conn/s", "min-max", "CPU ms/conn", "netsvc's rate", "netsvc's CPU");
    peers.forEach(
        (name, peer) -> {
          if (peer.isEmpty()) {
            table.row(name, "-", "-", "-", "-", "-");
            return;
          }
          var rate = peer.get().rate;
          var cpu = peer.get().cpuMillis;
          table.row(
              name,
              Samples.text("%.0f", rate.median()),
              rate.spread("%.0f"),
              Samples.text("%.3f", cpu.median()),
              Samples.text("%.2f x", own.rate.median() / rate.median()),
              Samples.text("%.2f x", own.cpuMillis.median() / cpu.median()));
        });
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
