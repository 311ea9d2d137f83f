package io.netsvc.net;

import io.netsvc.net.DatagramRelay.Drop;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A datagram relay over a selector, one datagram at a time. Sockets to upstreams are not connected,
 * for a connected channel never sends an empty datagram; so nobody tells of ICMP errors.
 */
final class NioDatagrams implements DatagramHub {
  /** How many one wake-up takes from a socket. */
  private static final int BATCH = 32;

  private final NioLoop loop;
  private final Side port;

  NioDatagrams(NioLoop loop, NioPort port) {
    this.loop = loop;
    this.port = new Port(loop, port);
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    return loop.schedule(task, delayNanos);
  }

  @Override
  public long nanoTime() {
    return loop.nanoTime();
  }

  @Override
  public DatagramSide port() {
    return port;
  }

  @Override
  public DatagramSide connect(SocketAddress upstream) throws IOException {
    if (upstream instanceof UnixDomainSocketAddress) {
      throw new IOException(
          Transports.onlyLinux("a Unix datagram socket, " + upstream + ',').getMessage());
    }
    var channel = DatagramChannel.open(NioTransport.family(upstream, true));
    try {
      channel.configureBlocking(false);
      channel.bind(null);
      return new Client(loop, channel, upstream);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private record Peer(SocketAddress peer) implements DatagramSide.Flow {}

  private record One(ByteBuffer data, SocketAddress from) implements DatagramSide.Run {
    @Override
    public DatagramSide.Flow flow() {
      return new Peer(from);
    }

    @Override
    public int datagrams() {
      return 1;
    }

    @Override
    public boolean cut() {
      return false;
    }

    @Override
    public List<ByteBuffer> copies() {
      return List.of(NioPort.copy(data));
    }
  }

  private abstract static class Side implements DatagramSide {
    final NioLoop loop;
    final DatagramChannel channel;

    Side(NioLoop loop, DatagramChannel channel) {
      this.loop = loop;
      this.channel = channel;
    }

    /** {@return whether a datagram is for this side} */
    abstract boolean accepts(SocketAddress from);

    /** {@return whom datagrams go to if nobody is named} */
    abstract SocketAddress peer();

    @Override
    public void receive(Consumer<Run> runs, DatagramTally tally) {
      var into = loop.scratch();
      for (int i = 0; i < BATCH; i++) {
        try {
          var from = channel.receive(into.clear());
          if (from == null) {
            return;
          }
          if (accepts(from)) {
            runs.accept(new One(into.flip(), from));
          }
        } catch (ClosedChannelException e) {
          return;
        } catch (IOException e) {
          tally.dropped(reason(e), 1);
        }
      }
    }

    @Override
    public void send(Run run, @Nullable Flow to, DatagramTally tally) {
      send(((One) run).data(), to == null ? peer() : to.peer(), tally);
    }

    @Override
    public void send(ByteBuffer datagram, DatagramTally tally) {
      send(datagram, peer(), tally);
    }

    private void send(ByteBuffer data, SocketAddress to, DatagramTally tally) {
      int length = data.remaining();
      try {
        if (channel.send(data.duplicate(), to) == length) {
          tally.sent(1, length);
        } else {
          tally.dropped(Drop.CONGESTED, 1);
        }
      } catch (IOException e) {
        tally.dropped(reason(e), 1);
      }
    }

    private static Drop reason(IOException e) {
      return e instanceof NoRouteToHostException ? Drop.UNREACHABLE : Drop.FAILED;
    }

    @Override
    public boolean lost() {
      return false;
    }
  }

  private static final class Port extends Side {
    private final NioPort port;

    Port(NioLoop loop, NioPort port) {
      super(loop, port.channel());
      this.port = port;
    }

    @Override
    public void watch(Runnable readable) throws IOException {
      port.watchOn(loop, readable);
    }

    @Override
    boolean accepts(SocketAddress from) {
      return true;
    }

    @Override
    SocketAddress peer() {
      throw new IllegalArgumentException("the port has many peers");
    }

    @Override
    public void close() {
      port.close();
    }
  }

  private static final class Client extends Side {
    private final SocketAddress upstream;

    Client(NioLoop loop, DatagramChannel channel, SocketAddress upstream) {
      super(loop, channel);
      this.upstream = upstream;
    }

    @Override
    public void watch(Runnable readable) throws IOException {
      loop.register(channel, readable).interestOps(SelectionKey.OP_READ);
    }

    @Override
    boolean accepts(SocketAddress from) {
      return from.equals(upstream);
    }

    @Override
    SocketAddress peer() {
      return upstream;
    }

    /** The fd goes with the next round of the selector, which this thread begins soon. */
    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}
