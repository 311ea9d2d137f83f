package io.netsvc.net;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Loops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A client and a server, both blocking sockets of the JDK, with a relay between them. */
record Relayed(SocketChannel client, SocketChannel server, Relay relay) implements AutoCloseable {

  /** The ways that a relay moves bytes. */
  enum Way {
    EPOLL_COPY(Relay.Mode.COPY),
    EPOLL_SPLICE(Relay.Mode.SPLICE),
    EPOLL_AUTO(Relay.Mode.AUTO),
    RING_COPY(Relay.Mode.COPY),
    RING_SPLICE(Relay.Mode.SPLICE),
    RING_AUTO(Relay.Mode.AUTO),
    NIO(Relay.Mode.AUTO),

    /** One connection of each transport, by their blocking calls. */
    MIXED(Relay.Mode.AUTO);

    private final Relay.Mode mode;

    Way(Relay.Mode mode) {
      this.mode = mode;
    }

    /** Whether it can tell all that the kernel knows of a socket. */
    boolean linux() {
      return this != NIO && this != MIXED;
    }

    /** Whether bytes go by splice however few they are. */
    boolean splices() {
      return mode == Relay.Mode.SPLICE;
    }

    private Joining joining() {
      return switch (this) {
        case EPOLL_COPY, EPOLL_SPLICE, EPOLL_AUTO ->
            (a, b, m) ->
                LinuxRelay.join(Loops.next(), (LinuxConnection) a, (LinuxConnection) b, m);
        case RING_COPY, RING_SPLICE, RING_AUTO ->
            (a, b, m) ->
                RingRelay.join(loopWithRing(), (LinuxConnection) a, (LinuxConnection) b, m);
        case NIO, MIXED -> Joining::best;
      };
    }

    private static EventLoop loopWithRing() {
      var loop = Loops.next();
      assumeTrue(loop.hasRing(), "this kernel has no io_uring, or it is not allowed");
      return loop;
    }

    private Contract front() {
      return this == NIO ? Contract.NIO_IPV4 : Contract.LINUX_IPV4;
    }

    private Contract back() {
      return linux() ? Contract.LINUX_IPV4 : Contract.NIO_IPV4;
    }
  }

  static Relayed open(Way way) throws Exception {
    return open(way, options -> options);
  }

  static Relayed open(Way way, UnaryOperator<RelayOptions> options) throws Exception {
    try (var front = way.front().listen();
        var back = way.back().listen()) {
      var client = SocketChannel.open(front.localAddress());
      var server = SocketChannel.open(back.localAddress());
      var relay =
          Relay.between(
              way.joining(),
              front.accept(),
              back.accept(),
              o -> options.apply(o.withMode(way.mode)));
      return new Relayed(client, server, relay);
    }
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static void send(SocketChannel to, byte[] bytes) throws IOException {
    for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
      to.write(buffer);
    }
  }

  /** Sends on a thread of its own; what fails there is in the future. */
  static CompletableFuture<Void> sending(SocketChannel to, byte[] bytes, boolean fin) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            send(to, bytes);
            if (fin) {
              to.shutdownOutput();
            }
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }

  /** Reads to the end of input. */
  static byte[] receive(SocketChannel from) throws IOException {
    return receive(from, Integer.MAX_VALUE - 8);
  }

  /** Reads so many bytes, or to the end of input. */
  static byte[] receive(SocketChannel from, int size) throws IOException {
    var all = new java.io.ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(64 * 1024);
    while (all.size() < size) {
      buffer.clear().limit(Math.min(buffer.capacity(), size - all.size()));
      int n = from.read(buffer);
      if (n < 0) {
        break;
      }
      all.write(buffer.array(), 0, n);
    }
    return all.toByteArray();
  }

  /** What a reader gets until its connection is reset; fails if it ends otherwise. */
  static byte[] receiveUntilReset(SocketChannel from) throws IOException {
    var all = new java.io.ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(64 * 1024);
    try {
      for (int n; (n = from.read(buffer.clear())) >= 0; ) {
        all.write(buffer.array(), 0, n);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("reset")) {
        throw e;
      }
      return all.toByteArray();
    }
    throw new AssertionError("a clean end after " + all.size() + " bytes, no reset");
  }

  static void reset(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** A pair of sockets with no relay between, for a listener that has to be there. */
  static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  static boolean same(byte[] a, byte[] b) {
    return Arrays.equals(a, b);
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
    relay.abort();
    try {
      relay.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
