package io.netsvc.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An address where nothing answers: a listening socket that is full and accepts nobody. */
final class Blackhole implements AutoCloseable {
  private final ServerSocketChannel listening;
  private final List<SocketChannel> waiting = new ArrayList<>();

  Blackhole(SocketAddress at) throws Exception {
    listening =
        at instanceof UnixDomainSocketAddress
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    listening.bind(at, 1);
    while (fill()) {
      // until it is full
    }
  }

  private boolean fill() throws IOException, InterruptedException {
    var address = address();
    if (address instanceof UnixDomainSocketAddress) {
      var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      waiting.add(channel);
      channel.configureBlocking(false);
      try {
        return channel.connect(address);
      } catch (SocketException _) {
        return false; // EAGAIN
      }
    }
    var channel = SocketChannel.open();
    waiting.add(channel);
    channel.configureBlocking(false);
    boolean connected = channel.connect(address);
    long untilNanos = System.nanoTime() + Duration.ofMillis(100).toNanos();
    while (!connected && untilNanos - System.nanoTime() > 0) {
      Thread.onSpinWait();
      connected = channel.finishConnect();
    }
    return connected;
  }

  SocketAddress address() throws IOException {
    return listening.getLocalAddress();
  }

  /** Takes those that wait, so that others can come. */
  void accept() throws IOException {
    listening.accept().close();
  }

  /** Listens no more. */
  void abandon() throws IOException {
    listening.close();
  }

  @Override
  public void close() throws IOException {
    for (var channel : waiting) {
      channel.close();
    }
    listening.close();
  }
}
