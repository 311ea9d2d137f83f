package io.netsvc.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * What relays keep for pairs that say nothing: the growth of a fresh process's resident set, and in
 * a JVM that of the live objects.
 */
final class RelayMemory {
  private static final int PAIRS = 4_000;
  private static final int FIRST_PAIRS = 200;
  private static final int FDS_BESIDE = 500;
  private static final long IDLE_NANOS = 100_000_000;
  private static final long SETTLE_MILLIS = 500;
  private static final double KIB = 1024;
  private static final Pattern BLANKS = Pattern.compile(" +");

  private final RelayLoad load;
  private final RelayReport report;
  private final int pairs;

  RelayMemory(RelayLoad load, RelayReport report) throws IOException {
    this.load = load;
    this.report = report;
    this.pairs = Math.clamp((fdLimit() - FDS_BESIDE) / 2, 1, PAIRS);
  }

  /** Both the relays and the load take two fds for a pair; children have the limit of this JVM. */
  private static long fdLimit() throws IOException {
    for (var line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        var soft = word(line, 3);
        return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
      }
    }
    throw new IOException("no limit of fds in /proc/self/limits");
  }

  private static String word(String line, int index) {
    return BLANKS.splitAsStream(line).skip(index).findFirst().orElse("");
  }

  void measure(Map<String, RelayPeers.Start> peers) throws IOException, InterruptedException {
    var table = new Table("", "RSS KiB", "a pair", "heap KiB", "a pair");
    for (var peer : peers.entrySet()) {
      try (var started = peer.getValue().start()) {
        row(table, peer.getKey(), started);
      } catch (IOException e) {
        RelayBench.failed(peer.getKey(), "idle pairs", e);
        table.row(peer.getKey(), "-", "-", "-", "-");
      }
    }
    report.table(pairs + " idle pairs", table);
  }

  private void row(Table table, String name, RelayPeer peer)
      throws IOException, InterruptedException {
    idle(peer, FIRST_PAIRS); // what is loaded once is no pair's
    load.close();
    TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
    double heapBefore = heap(peer);
    double rssBefore = rss(peer);
    idle(peer, pairs);
    TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
    double rss = (rss(peer) - rssBefore) / KIB;
    double heap = (heap(peer) - heapBefore) / KIB;
    load.close();
    table.row(
        name,
        Samples.text("%.0f", rss),
        Samples.text("%.2f", rss / pairs),
        Samples.text("%.0f", heap),
        Samples.text("%.2f", heap / pairs));
  }

  private void idle(RelayPeer peer, int connections) throws IOException {
    load.run(new RelayLoad.Work("idle", RelayLoad.Kind.IDLE, connections, 0), peer, IDLE_NANOS);
  }

  /** From smaps_rollup, which is exact; see proc(5). */
  private static double rss(RelayPeer peer) throws IOException {
    var file = Path.of("/proc", Long.toString(peer.pid()), "smaps_rollup");
    for (var line : Files.readAllLines(file)) {
      if (line.startsWith("Rss:")) {
        return Long.parseLong(word(line, 1)) * KIB;
      }
    }
    throw new IOException(file + ": no Rss");
  }

  /** Bytes of the objects that are live, after a collection; NaN where it is no JVM. */
  private static double heap(RelayPeer peer) throws IOException, InterruptedException {
    var pid = Long.toString(peer.pid());
    if (!Files.readSymbolicLink(Path.of("/proc", pid, "exe")).endsWith("java")) {
      return Double.NaN;
    }
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    var process =
        new ProcessBuilder(jcmd, pid, "GC.class_histogram").redirectErrorStream(true).start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    var total =
        text.lines()
            .filter(line -> line.startsWith("Total"))
            .findFirst()
            .orElseThrow(() -> new IOException("jcmd: " + text.lines().findFirst().orElse("ended")));
    return Long.parseLong(word(total, 2));
  }
}
