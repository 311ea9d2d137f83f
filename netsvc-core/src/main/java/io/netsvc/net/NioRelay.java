package io.netsvc.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Relaying over a selector, by copies. It cannot tell a reset from a side that is not read for
 * back-pressure, nor whether the peer has everything before a reset.
 */
final class NioRelay {
  private NioRelay() {}

  static Joined join(NioConnection first, NioConnection second) throws IOException {
    var loop = NioLoop.next();
    var a = first.channel();
    var b = second.channel();
    a.configureBlocking(false);
    b.configureBlocking(false);
    return new Joined(
        loop,
        new Socket(loop, a, first.remoteAddress() instanceof InetSocketAddress),
        new Socket(loop, b, second.remoteAddress() instanceof InetSocketAddress),
        new Way(loop, a, b),
        new Way(loop, b, a));
  }

  private static final class Socket implements RelaySocket {
    private final NioLoop loop;
    private final SocketChannel channel;
    private final boolean diesWhole;
    private @Nullable SelectionKey key;

    Socket(NioLoop loop, SocketChannel channel, boolean diesWhole) {
      this.loop = loop;
      this.channel = channel;
      this.diesWhole = diesWhole;
    }

    @Override
    public void register(Ready ready) throws IOException {
      key =
          loop.register(
              channel,
              () -> {
                int events = Objects.requireNonNull(key).readyOps();
                ready.ready(
                    (events & SelectionKey.OP_READ) != 0,
                    (events & SelectionKey.OP_WRITE) != 0,
                    false);
              });
      watch(true, false);
    }

    @Override
    public void watch(boolean readable, boolean writable) {
      int wanted =
          (readable ? SelectionKey.OP_READ : 0) | (writable ? SelectionKey.OP_WRITE : 0);
      if (key != null && key.isValid() && key.interestOps() != wanted) {
        key.interestOps(wanted); // on the loop's own thread: no wake-up is needed
      }
    }

    @Override
    public void ignore() {
      watch(false, false);
    }

    @Override
    public boolean diesWhole() {
      return diesWhole;
    }

    @Override
    public boolean unsent() {
      return false;
    }

    @Override
    public boolean endOutput(boolean closes) throws IOException {
      if (!closes) {
        channel.shutdownOutput();
      }
      return true;
    }

    @Override
    public void reset() {
      try {
        if (channel.isOpen() && !(channel.getLocalAddress() instanceof UnixDomainSocketAddress)) {
          channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
      } catch (IOException e) {
        // Gone already.
      }
      close();
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }

  private static final class Way implements Mover {
    private static final int FIRST_SIZE = 16 * 1024;

    private final NioLoop loop;
    private final SocketChannel source;
    private final SocketChannel sink;
    private @Nullable ByteBuffer kept;
    private long held;

    Way(NioLoop loop, SocketChannel source, SocketChannel sink) {
      this.loop = loop;
      this.source = source;
      this.sink = sink;
    }

    @Override
    public long receive(long most) throws IOException {
      var scratch = loop.scratch().clear();
      scratch.limit((int) Math.min(most, scratch.capacity()));
      int n = source.read(scratch);
      if (n == 0) {
        return PENDING;
      }
      if (n < 0) {
        return END;
      }
      scratch.flip();
      held = n;
      return n;
    }

    @Override
    public long send() throws IOException {
      var from = kept == null ? loop.scratch() : kept;
      int n = sink.write(from);
      held = from.remaining();
      if (held == 0) {
        kept = null;
      } else if (kept == null) {
        kept = ByteBuffer.allocateDirect(Math.max(FIRST_SIZE, (int) held)).put(from).flip();
      }
      return n == 0 ? PENDING : n;
    }

    @Override
    public ByteBuffer view() {
      return loop.scratch().asReadOnlyBuffer();
    }

    @Override
    public long held() {
      return held;
    }

    @Override
    public boolean spliced() {
      return false;
    }

    @Override
    public void close() {
      kept = null;
      held = 0;
    }
  }
}
