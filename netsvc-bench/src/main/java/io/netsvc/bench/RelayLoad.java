package io.netsvc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What relays are loaded with: the C program {@code relayload}, a process of its own with both the
 * clients before a relay and the server behind it. It ends when a relay fails, and is started again,
 * with the same port, for the next turn.
 */
final class RelayLoad implements AutoCloseable {
  private static final String FAILED = "! ";

  private final String program;
  private final int port;
  private @Nullable Running running;

  RelayLoad(String program) throws IOException {
    this.program = program;
    var first = new Running(program, 0);
    this.running = first;
    this.port = first.port;
  }

  private static final class Running {
    final Process process;
    final BufferedReader answers;
    final int port;

    Running(String program, int port) throws IOException {
      process =
          new ProcessBuilder(program, Integer.toString(port))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // after a Ctrl-C, too
      answers = process.inputReader(StandardCharsets.US_ASCII);
      this.port = Integer.parseInt(answer());
    }

    String ask(String question) throws IOException {
      var stream = process.getOutputStream();
      stream.write(question.getBytes(StandardCharsets.US_ASCII));
      stream.flush();
      return answer();
    }

    private String answer() throws IOException {
      var answer = answers.readLine();
      if (answer == null) {
        throw new IOException("relayload ended");
      }
      if (answer.startsWith(FAILED)) {
        throw new IOException(answer.substring(FAILED.length()));
      }
      return answer;
    }
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

  /**
   * Loads a relay for some time.
   *
   * @throws IOException if the relay fails, or this program
   */
  Turn run(Work work, RelayPeer peer, long nanos) throws IOException {
    if (!peer.isAlive()) {
      throw new IOException("the relay has ended");
    }
    long cpu = peer.cpuNanos();
    try (var words = new Scanner(ask(work, peer.port(), nanos))) {
      return new Turn(
          words.nextDouble(),
          words.nextDouble(),
          peer.cpuNanos() - cpu,
          words.nextDouble() / 1e3);
    }
  }

  private String ask(Work work, int to, long nanos) throws IOException {
    var question =
        String.format(
            Locale.ROOT,
            "%s %d %d %d %d%n",
            work.kind().name().toLowerCase(Locale.ROOT),
            work.connections(),
            to,
            TimeUnit.NANOSECONDS.toMillis(nanos),
            work.size());
    var asked = running;
    if (asked == null) {
      asked = new Running(program, port);
      running = asked;
    }
    try {
      return asked.ask(question);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Lets the relays see the ends of a turn before the next one. */
  static void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(50);
  }

  /** Ends the program, and with it what the last turn left open. */
  @Override
  public void close() {
    var ended = running;
    if (ended != null) {
      ended.process.destroyForcibly().onExit().join();
      running = null;
    }
  }
}
