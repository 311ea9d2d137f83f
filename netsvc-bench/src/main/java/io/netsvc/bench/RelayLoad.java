package io.netsvc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;

/**
 * What relays are loaded with: the C program {@code relayload}, a process of its own with both the
 * clients before a relay and the server behind it.
 */
final class RelayLoad implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final int port;

  RelayLoad(String program) throws IOException {
    process = new ProcessBuilder(program).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    answers = process.inputReader(StandardCharsets.US_ASCII);
    port = Integer.parseInt(answer());
  }

  /**
   * What one turn gave.
   *
   * @param amount bytes, rounds or connections
   * @param p50Micros the median of a round's time; 0 where there are no rounds
   */
  record Turn(double amount, double nanos, double cpuNanos, double p50Micros) {
    double perSecond() {
      return amount * 1e9 / nanos;
    }
  }

  /**
   * A kind of load.
   *
   * @param size of a round, in bytes
   */
  record Work(String name, Kind kind, int connections, int size) {}

  enum Kind {
    BULK,
    PINGPONG,
    CONNECT,
    /** Connections that stay open until the next turn. */
    IDLE
  }

  static final List<Work> ALL =
      List.of(
          new Work("bulk, 1 connection", Kind.BULK, 1, 0),
          new Work("bulk, 8 connections", Kind.BULK, 8, 0),
          new Work("64 B ping-pong, 1 connection", Kind.PINGPONG, 1, 64),
          new Work("64 B ping-pong, 32 connections", Kind.PINGPONG, 32, 64),
          new Work("connect, 1 byte, close", Kind.CONNECT, 2, 0));

  /** {@return the port of the server} */
  int port() {
    return port;
  }

  /** Loads a relay for some time. */
  Turn run(Work work, RelayPeer peer, long nanos) throws IOException {
    long cpu = peer.cpuNanos();
    var question =
        String.format(
            Locale.ROOT,
            "%s %d %d %d %d%n",
            work.kind().name().toLowerCase(Locale.ROOT),
            work.connections(),
            peer.port(),
            TimeUnit.NANOSECONDS.toMillis(nanos),
            work.size());
    var stream = process.getOutputStream();
    stream.write(question.getBytes(StandardCharsets.US_ASCII));
    stream.flush();
    try (var words = new Scanner(answer())) {
      return new Turn(
          words.nextDouble(),
          words.nextDouble(),
          peer.cpuNanos() - cpu,
          words.nextDouble() / 1e3);
    }
  }

  private String answer() throws IOException {
    var answer = answers.readLine();
    if (answer == null) {
      throw new IOException("relayload ended: " + process);
    }
    return answer;
  }

  /** Lets the relays see the ends of a turn before the next one. */
  static void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(50);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
