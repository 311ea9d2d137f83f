package io.netsvc.bench;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.Outcome;
import io.netsvc.net.RelayEvents;
import io.netsvc.net.RelayServer;
import io.netsvc.net.Upstreams;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients that do anything at random, for a long time, through a relay of this JVM to an echo: what
 * comes back is checked, and fds, threads and heap have to be what they were. Arguments: seconds,
 * and how many clients at a time.
 */
final class RelaySoak {
  private static final int MAX_MESSAGE = 1 << 20;

  private static final LongAdder echoed = new LongAdder();
  private static final AtomicLong wrong = new AtomicLong();
  private static final Map<Outcome.Cause, LongAdder> causes = new ConcurrentHashMap<>();

  private RelaySoak() {}

  private record State(long fds, long threads, long heap) {
    static State now() throws IOException, InterruptedException {
      for (int i = 0; i < 3; i++) {
        System.gc();
        TimeUnit.MILLISECONDS.sleep(500);
      }
      try (var fds = Files.list(Path.of("/proc/self/fd"))) {
        return new State(
            fds.count(),
            ManagementFactory.getThreadMXBean().getThreadCount(),
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    long seconds = Long.parseLong(args[0]);
    int clients = Integer.parseInt(args[1]);
    var events =
        new RelayEvents() {
          @Override
          public void ended(SocketAddress client, Outcome outcome) {
            causes.computeIfAbsent(outcome.cause(), _ -> new LongAdder()).increment();
          }
        };
    var any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    var connector = Connector.of(o -> o);
    State before;
    State after;
    try (var back = Listener.open(any);
        var front = Listener.open(any);
        var server =
            RelayServer.serve(
                front,
                Upstreams.inTurn(connector, List.of(back.localAddress())),
                o ->
                    o.withEvents(events)
                        .withRelay(r -> r.withIdleTimeout(Duration.ofSeconds(5))))) {
      back.serve(RelaySoak::echo);
      run(front.localAddress(), clients, 5); // classes, loops, pipes and buffers are there after this
      settle(server);
      before = State.now();
      run(front.localAddress(), clients, seconds);
      settle(server);
      after = State.now();
    }
    System.out.printf("echoed %d MiB, ends %s%n", echoed.sum() >> 20, causes);
    System.out.println("before: " + before + " (heap in KiB)");
    System.out.println("after:  " + after);
    boolean good =
        wrong.get() == 0
            && after.fds <= before.fds
            && after.threads <= before.threads + 2 // a carrier more or less
            && after.heap <= before.heap + 8 * 1024;
    System.out.println(good ? "good" : "bad: wrong bytes " + wrong.get());
    System.exit(good ? 0 : 1);
  }

  private static void settle(RelayServer server) throws InterruptedException {
    for (int i = 0; i < 600 && server.snapshot().open() > 0; i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    TimeUnit.SECONDS.sleep(1);
  }

  private static void echo(Connection connection) throws IOException {
    var buffer = ByteBuffer.allocate(64 * 1024);
    while (connection.read(buffer.clear()) >= 0) {
      connection.write(buffer.flip());
    }
  }

  private static void run(SocketAddress to, int clients, long seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    var ended = new CountDownLatch(clients);
    for (int i = 0; i < clients; i++) {
      var random = new Random(seconds * 1000 + i);
      Thread.ofVirtual()
          .start(
              () -> {
                while (System.nanoTime() - end < 0) {
                  try {
                    client(to, random);
                  } catch (IOException | InterruptedException e) {
                    // A reset that it asked for, or an idle timeout.
                  }
                }
                ended.countDown();
              });
    }
    ended.await();
  }

  private static void client(SocketAddress to, Random random)
      throws IOException, InterruptedException {
    try (var channel = SocketChannel.open(to)) {
      int rounds = random.nextInt(20);
      for (int i = 0; i < rounds; i++) {
        int size = 1 + random.nextInt(random.nextInt(8) == 0 ? MAX_MESSAGE : 2_000);
        byte[] message = new byte[size];
        random.nextBytes(message);
        round(channel, message);
        if (random.nextInt(10) == 0) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
        }
      }
      switch (random.nextInt(5)) {
        case 0 -> channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        case 1 -> {
          channel.write(ByteBuffer.allocate(random.nextInt(MAX_MESSAGE)));
          channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        case 2 -> {
          channel.shutdownOutput();
          while (channel.read(ByteBuffer.allocate(1024)) >= 0) {
            // to the end
          }
        }
        case 3 -> channel.write(ByteBuffer.allocate(random.nextInt(100_000)));
        default -> {
          // It just closes.
        }
      }
    }
  }

  /** Writes on a thread of its own, since neither side reads while it cannot write. */
  private static void round(SocketChannel channel, byte[] message)
      throws IOException, InterruptedException {
    var writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    for (var from = ByteBuffer.wrap(message); from.hasRemaining(); ) {
                      channel.write(from);
                    }
                  } catch (IOException e) {
                    // The reader fails as well.
                  }
                });
    var back = ByteBuffer.allocate(message.length);
    while (back.hasRemaining() && channel.read(back) >= 0) {
      // until all is back
    }
    writer.join();
    if (!back.hasRemaining() && !java.util.Arrays.equals(back.array(), message)) {
      wrong.incrementAndGet();
    }
    echoed.add(back.position());
  }
}
