package io.netsvc.bench;

import io.netsvc.sockets.Holders;
import io.netsvc.sockets.SocketEntry;
import io.netsvc.sockets.SocketProtocol;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import oshi.SystemInfo;
import oshi.software.os.InternetProtocolStats;

/** What listens, and who holds it, of TCP alone. What ss takes includes the start of its process. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Xmx1g"
    })
public class SocketsBenchmark {
  private static final Set<SocketProtocol> TCP = Set.of(SocketProtocol.TCP);
  private static final String LISTEN = "0A";

  private final SocketTable table = SocketTable.system();
  private final InternetProtocolStats oshi =
      new SystemInfo().getOperatingSystem().getInternetProtocolStats();

  private List<SocketEntry> listeners() throws IOException {
    return table.query(q -> q.withProtocols(TCP).withWaiting());
  }

  /** What listens. */
  @Benchmark
  public List<SocketEntry> listNetsvc() throws IOException {
    return listeners();
  }

  /** What listens, by reading and splitting the lines of /proc/net. */
  @Benchmark
  public List<String[]> listProc() throws IOException {
    var found = new ArrayList<String[]>();
    for (var name : List.of("tcp", "tcp6")) {
      try (var lines = Files.lines(Path.of("/proc/net", name))) {
        lines
            .map(line -> line.strip().split("\\s+", -1))
            .filter(words -> words[3].equals(LISTEN))
            .forEach(found::add);
      }
    }
    return found;
  }

  /** What listens. */
  @Benchmark
  public int listSs() throws IOException, InterruptedException {
    return run("-Hlnt");
  }

  /** What listens, and one holder of each. */
  @Benchmark
  public Holders firstNetsvc() throws IOException {
    return table.firstHolders(listeners());
  }

  /** What listens, and every holder. */
  @Benchmark
  public Holders holdersNetsvc() throws IOException {
    return table.holders(listeners());
  }

  /** What listens, and every holder. */
  @Benchmark
  public int holdersSs() throws IOException, InterruptedException {
    return run("-Hlntp");
  }

  /** Every connection, with one holder; oshi cannot be asked for less. */
  @Benchmark
  public int holdersOshi() {
    return oshi.getConnections().size();
  }

  /** Sockets in every state. */
  @Benchmark
  public List<SocketEntry> allNetsvc() throws IOException {
    return table.query(q -> q.withProtocols(TCP));
  }

  /** Sockets in every state. */
  @Benchmark
  public int allSs() throws IOException, InterruptedException {
    return run("-Hant");
  }

  private static int run(String flags) throws IOException, InterruptedException {
    return new ProcessBuilder("ss", flags)
        .redirectOutput(Redirect.DISCARD)
        .redirectError(Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
