package io.netsvc.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What relays are loaded with. The server behind them does what the first byte of a connection says:
 * sink, echo, or one byte and a close.
 */
final class RelayLoad implements AutoCloseable {
  private static final int SINK = 'S';
  private static final int ECHO = 'E';
  private static final int ONCE = 'O';
  private static final int CHUNK = 128 * 1024;
  private static final int BALL = 64;

  private final ServerSocket server = new ServerSocket(0, 4096, InetAddress.ofLiteral("127.0.0.1"));
  private final LongAdder sunk = new LongAdder();

  RelayLoad() throws IOException {
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /**
   * What one turn gave.
   *
   * @param amount bytes, rounds or connections
   * @param p50Micros the median of a round's time; NaN where there are no rounds
   */
  record Turn(double amount, double nanos, double cpuNanos, double p50Micros) {
    double perSecond() {
      return amount * 1e9 / nanos;
    }
  }

  /** A kind of load, and on how many connections at a time. */
  record Work(String name, Kind kind, int connections) {}

  enum Kind {
    BULK,
    PING_PONG,
    CONNECT
  }

  static final List<Work> ALL =
      List.of(
          new Work("bulk, 1 connection", Kind.BULK, 1),
          new Work("bulk, 8 connections", Kind.BULK, 8),
          new Work("64 B ping-pong, 1 connection", Kind.PING_PONG, 1),
          new Work("64 B ping-pong, 32 connections", Kind.PING_PONG, 32),
          new Work("connect, 1 byte, close", Kind.CONNECT, 2));

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket accepted) {
    try (var socket = accepted) {
      socket.setTcpNoDelay(true);
      var in = socket.getInputStream();
      var out = socket.getOutputStream();
      byte[] buffer = new byte[CHUNK];
      int kind = in.read();
      if (kind == ONCE) {
        out.write(kind);
        return;
      }
      for (int n; (n = in.read(buffer)) >= 0; ) {
        if (kind == SINK) {
          sunk.add(n);
        } else {
          out.write(buffer, 0, n);
        }
      }
    } catch (IOException e) {
      // The client is gone.
    }
  }

  /** Loads a relay for some time. */
  Turn run(Work work, RelayPeer peer, long nanos) throws Exception {
    var rounds = new ArrayList<long[]>();
    long before = sunk.sum();
    long cpu = peer.cpuNanos();
    long begun = System.nanoTime();
    long amount = 0;
    try (var pool = Executors.newFixedThreadPool(work.connections())) {
      var clients = new ArrayList<Callable<long[]>>();
      for (int i = 0; i < work.connections(); i++) {
        clients.add(() -> client(work.kind(), peer, begun + nanos));
      }
      for (var client : pool.invokeAll(clients)) {
        rounds.add(client.get());
        amount += client.get().length;
      }
    }
    long passed = System.nanoTime() - begun;
    if (work.kind() == Kind.BULK) {
      amount = sunk.sum() - before;
    }
    return new Turn(
        amount,
        passed,
        peer.cpuNanos() - cpu,
        work.kind() == Kind.PING_PONG ? median(rounds) / 1e3 : Double.NaN);
  }

  private static double median(List<long[]> rounds) {
    long[] all = rounds.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return all.length == 0 ? Double.NaN : all[all.length / 2];
  }

  /** Returns the time of each round or connection; nothing for bulk. */
  private static long[] client(Kind kind, RelayPeer peer, long end) throws IOException {
    return switch (kind) {
      case BULK -> bulk(peer, end);
      case PING_PONG -> pingPong(peer, end);
      case CONNECT -> connect(peer, end);
    };
  }

  private static long[] bulk(RelayPeer peer, long end) throws IOException {
    try (var socket = peer.connect()) {
      var out = socket.getOutputStream();
      out.write(SINK);
      byte[] chunk = new byte[CHUNK];
      while (System.nanoTime() - end < 0) {
        out.write(chunk);
      }
      socket.shutdownOutput();
      socket.getInputStream().read(); // all has arrived
      return new long[0];
    }
  }

  private static long[] pingPong(RelayPeer peer, long end) throws IOException {
    try (var socket = peer.connect()) {
      var out = socket.getOutputStream();
      var in = socket.getInputStream();
      out.write(ECHO);
      byte[] ball = new byte[BALL];
      var times = new Times();
      for (long now = System.nanoTime(); now - end < 0; ) {
        out.write(ball);
        in.readNBytes(ball, 0, BALL);
        long then = now;
        now = System.nanoTime();
        times.add(now - then);
      }
      return times.all();
    }
  }

  private static long[] connect(RelayPeer peer, long end) throws IOException {
    var times = new Times();
    for (long now = System.nanoTime(); now - end < 0; ) {
      try (var socket = peer.connect()) {
        socket.getOutputStream().write(ONCE);
        if (socket.getInputStream().read() != ONCE || socket.getInputStream().read() != -1) {
          throw new IOException("not served");
        }
      }
      long then = now;
      now = System.nanoTime();
      times.add(now - then);
    }
    return times.all();
  }

  private static final class Times {
    private long[] values = new long[1024];
    private int count;

    void add(long value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = value;
    }

    long[] all() {
      return Arrays.copyOf(values, count);
    }
  }

  /** Lets the relays see the ends of a turn before the next one. */
  static void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(50);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
