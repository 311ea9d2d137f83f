package io.netsvc.bench;

import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.Relay;
import io.netsvc.net.RelayServer;
import io.netsvc.net.Upstreams;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A relay on one event loop with its client and server in the same JVM, which allocate nothing where
 * a connection stays open: what the GC profiler counts is then the relay's. {@code direct} is without a
 * relay, and shows what the rest costs. The mode is chosen by system properties before the library
 * is loaded, so each takes a fork of its own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
      "-Xmx512m"
    })
public class RelayBenchmark {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final int SMALL = 64;
  private static final int LARGE = 1 << 20;

  /** One way: a whole message, which the server receives and forgets. */
  @Benchmark
  public void oneWay(Sink sink, Message message) throws IOException {
    send(sink.client(), message.bytes);
  }

  /** 64 bytes to the server and back. */
  @Benchmark
  public void pingPong(Echo echo) throws IOException {
    send(echo.client(), echo.bytes);
    receive(echo.client(), echo.bytes);
  }

  /** A connection through a relay server, which the server closes and then the client. */
  @Benchmark
  public int connect(Served served) throws IOException {
    try (var client = SocketChannel.open(served.address())) {
      return client.read(served.bytes.clear());
    }
  }

  private static void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void receive(SocketChannel channel, ByteBuffer bytes) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the stream ended early");
      }
    }
  }

  /** What is between the client and the server. */
  @State(Scope.Benchmark)
  public static class Between {
    /** {@code ring} and {@code epoll} splice large streams, {@code splice} all. */
    @Param({"ring", "epoll", "splice", "nio", "direct"})
    public String mode = "";

    /** Before the library is loaded. */
    @Setup
    public void choose() {
      System.setProperty("io.netsvc.loops", "1");
      System.setProperty("io.netsvc.transport", mode.equals("nio") ? "nio" : "linux");
      System.setProperty("io.netsvc.uring", Boolean.toString(ring()));
    }

    boolean ring() {
      return mode.equals("ring");
    }

    boolean direct() {
      return mode.equals("direct");
    }

    Relay.Mode way() {
      return mode.equals("splice") ? Relay.Mode.SPLICE : Relay.Mode.AUTO;
    }
  }

  /** What is sent one way. */
  @State(Scope.Benchmark)
  public static class Message {
    /** In bytes. */
    @Param({"64", "16384", "1048576"})
    public int size;

    ByteBuffer bytes = ByteBuffer.allocateDirect(0);

    /** Fills it with zeros. */
    @Setup
    public void allocate() {
      bytes = ByteBuffer.allocateDirect(size);
    }
  }

  /** A client and a server that stay connected through a relay. */
  @State(Scope.Benchmark)
  public abstract static class Pair {
    private @Nullable SocketChannel client;
    private @Nullable SocketChannel server;
    private @Nullable Thread serving;
    private volatile @Nullable IOException failed;

    /** Connects them. */
    @Setup
    public void connect(Between between) throws Exception {
      try (var listening = ServerSocketChannel.open().bind(ANY_PORT)) {
        var upstream = listening.getLocalAddress();
        if (between.ring()) {
          makeRing(listening);
        }
        client =
            between.direct()
                ? SocketChannel.open(upstream)
                : relayed(upstream, between.way());
        var accepted = listening.accept();
        server = accepted;
        client().setOption(StandardSocketOptions.TCP_NODELAY, true);
        accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        serving = Thread.ofPlatform().daemon().name("server").start(() -> serve(accepted));
      }
    }

    /** The loop makes its ring because of the first relay, which does without. */
    private static void makeRing(ServerSocketChannel listening) throws Exception {
      try (var first = relayed(listening.getLocalAddress(), Relay.Mode.AUTO);
          var last = listening.accept()) {
        if (!Rings.seen("self")) {
          throw new IOException("no io_uring between " + first + " and " + last);
        }
      }
    }

    private static SocketChannel relayed(SocketAddress upstream, Relay.Mode mode)
        throws IOException, InterruptedException {
      try (var listener = Listener.open(ANY_PORT)) {
        var client = SocketChannel.open(listener.localAddress());
        var accepted = listener.accept();
        var connected = Connector.of(o -> o).connect(upstream);
        Relay.between(accepted, connected, o -> o.withMode(mode));
        return client;
      }
    }

    private void serve(SocketChannel channel) {
      try {
        serveTo(channel);
      } catch (IOException e) {
        failed = e;
      }
    }

    /** Serves until the end of input. */
    abstract void serveTo(SocketChannel channel) throws IOException;

    SocketChannel client() throws IOException {
      var connected = client;
      if (connected == null || failed != null) {
        throw new IOException("not connected", failed);
      }
      return connected;
    }

    /** Ends the client's stream, and then the server's. */
    @TearDown
    public void close() throws Exception {
      client().shutdownOutput();
      if (serving != null) {
        serving.join();
      }
      if (server != null) {
        server.close();
      }
      client().close();
    }
  }

  /** A server that forgets what it receives. */
  public static class Sink extends Pair {
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(LARGE);

    @Override
    void serveTo(SocketChannel channel) throws IOException {
      while (channel.read(bytes.clear()) >= 0) {
        // no more to do
      }
    }
  }

  /** A server that sends back what it receives. */
  public static class Echo extends Pair {
    final ByteBuffer bytes = ByteBuffer.allocateDirect(SMALL);
    private final ByteBuffer echoed = ByteBuffer.allocateDirect(SMALL);

    @Override
    void serveTo(SocketChannel channel) throws IOException {
      while (channel.read(echoed.clear()) >= 0) {
        echoed.flip();
        while (echoed.hasRemaining()) {
          channel.write(echoed);
        }
      }
    }
  }

  /** A relay server, and behind it a server that closes each connection at once. */
  @State(Scope.Benchmark)
  public static class Served {
    final ByteBuffer bytes = ByteBuffer.allocateDirect(SMALL);
    private @Nullable ServerSocketChannel listening;
    private @Nullable RelayServer relay;
    private @Nullable SocketAddress address;

    /** Starts both. */
    @Setup
    public void start(Between between) throws IOException {
      var server = ServerSocketChannel.open().bind(ANY_PORT, LARGE);
      listening = server;
      Thread.ofPlatform().daemon().name("server").start(() -> closeAll(server));
      address = server.getLocalAddress();
      if (!between.direct()) {
        var listener = Listener.open(ANY_PORT);
        var upstreams = Upstreams.inTurn(Connector.of(o -> o), List.of(server.getLocalAddress()));
        var way = between.way();
        relay = RelayServer.serve(listener, upstreams, o -> o.withRelay(r -> r.withMode(way)));
        address = listener.localAddress();
      }
    }

    private static void closeAll(ServerSocketChannel server) {
      try {
        while (true) {
          server.accept().close();
        }
      } catch (IOException e) {
        // closed at the end
      }
    }

    SocketAddress address() throws IOException {
      var to = address;
      if (to == null) {
        throw new IOException("not started");
      }
      return to;
    }

    /** Ends both. */
    @TearDown
    public void stop() throws IOException {
      if (relay != null) {
        relay.close();
      }
      if (listening != null) {
        listening.close();
      }
    }
  }
}
