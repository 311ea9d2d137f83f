package io.netsvc.bench;

import io.netsvc.inetd.InetdServer;
import io.netsvc.inetd.config.InetdConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What big configurations cost: to read, to change, and to have. */
final class ConfigBench {
  private static final int READ = 10_000;
  private static final int SERVED = 1_000;
  private static final int WARM = 30;
  private static final int ROUNDS = 15;
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  private ConfigBench() {}

  public static void main(String[] args) {
    var table = new Table("", "ms", "min-max");
    var classic = text(READ, i -> (i + 1) + " stream tcp4 nowait nobody /bin/cat cat -u file" + i + "\n");
    row(table, "read " + READ + " entries of inetd.conf", () -> InetdConfig.parse("bench", classic));
    var sections =
        text(
            READ,
            i ->
                "service s" + i + "\n{\n  type = UNLISTED\n  socket_type = stream\n  protocol = tcp\n  port = "
                    + (i + 1) + "\n  wait = no\n  user = nobody\n  server = /bin/cat\n  only_from = 10.0.0.0/8\n}\n");
    row(table, "read " + READ + " sections of xinetd.conf", () -> InetdConfig.parse("bench", sections));
    serve(table);
    table.print();
  }

  private static String text(int count, IntFunction<String> entry) {
    return IntStream.range(0, count).mapToObj(entry).collect(Collectors.joining());
  }

  private static String services(int count, String program) {
    return text(count, i -> "@netsvc-bench-" + i + " stream unix nowait - " + program + "\n");
  }

  private static void serve(Table table) {
    var one = InetdConfig.parse("bench", services(SERVED, "/bin/cat cat"));
    var other = InetdConfig.parse("bench", services(SERVED, "/bin/cat cat -u"));
    try (var server = InetdServer.start(InetdConfig.parse("bench", services(1, "/bin/cat cat")))) {
      long before = used();
      server.reload(one);
      long after = used();
      System.out.printf(
          "%,d idle services: %,d bytes of heap each%n", SERVED, (after - before) / SERVED);
      row(table, "reload of " + SERVED + " services, none changed", () -> server.reload(one));
      var turns = new boolean[1];
      row(
          table,
          "reload of " + SERVED + " services, all changed",
          () -> {
            turns[0] = !turns[0];
            server.reload(turns[0] ? other : one);
          });
    }
  }

  /** The heap in use after collections. */
  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return MEMORY.getHeapMemoryUsage().getUsed();
  }

  private static void row(Table table, String name, Runnable work) {
    var samples = new Samples();
    for (int i = 0; i < WARM + ROUNDS; i++) {
      long begun = System.nanoTime();
      work.run();
      if (i >= WARM) {
        samples.add((System.nanoTime() - begun) / 1e6);
      }
    }
    table.row(name, Samples.text("%.1f", samples.median()), samples.spread("%.1f"));
  }
}
