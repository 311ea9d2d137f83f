package io.netsvc.net;

import io.netsvc.linux.DatagramBatch;
import io.netsvc.linux.DatagramFlow;
import io.netsvc.linux.DatagramOutbox;
import io.netsvc.linux.Errno;
import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Fd;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.SocketOption;
import io.netsvc.linux.Sockets;
import io.netsvc.net.DatagramRelay.Drop;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A datagram relay over epoll: what one system call received is sent on by another, without a copy. */
final class LinuxDatagrams implements DatagramHub {
  private final EventLoop loop;
  private final Side port;

  LinuxDatagrams(EventLoop loop, LinuxPort port) {
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
    return System.nanoTime();
  }

  @Override
  public DatagramSide port() {
    return port;
  }

  @Override
  public DatagramSide connect(SocketAddress upstream) throws IOException {
    boolean unix = upstream instanceof UnixDomainSocketAddress;
    var fd = Sockets.connectedDatagram(upstream);
    return new Connected(loop, fd, unix, !unix && join(fd));
  }

  /** Has what arrives joined, where the kernel can. */
  private static boolean join(Fd fd) {
    try {
      SocketOption.JOINED_RECEIVE.set(fd, 1);
      return true;
    } catch (LinuxException e) {
      return false; // before 5.0
    }
  }

  private record Peer(DatagramFlow flow) implements DatagramSide.Flow, Comparable<Peer> {
    @Override
    public SocketAddress peer() {
      return flow.peer();
    }

    @Override
    public int compareTo(Peer other) {
      return flow.compareTo(other.flow);
    }
  }

  private record Messages(DatagramBatch batch, int first, int end) implements DatagramSide.Run {
    @Override
    public DatagramSide.Flow flow() {
      return new Peer(batch.flow(first));
    }

    @Override
    public int datagrams() {
      int count = 0;
      for (int i = first; i < end; i++) {
        count += batch.datagrams(i);
      }
      return count;
    }

    @Override
    public boolean cut() {
      return batch.cut(first);
    }

    @Override
    public List<ByteBuffer> copies() {
      var copies = new ArrayList<ByteBuffer>();
      for (int i = first; i < end; i++) {
        for (int k = 0; k < batch.datagrams(i); k++) {
          copies.add(batch.copy(i, k));
        }
      }
      return copies;
    }
  }

  private record Report(DatagramTally tally, Side side) implements DatagramOutbox.Report {
    @Override
    public void sent(int datagrams, long bytes) {
      tally.sent(datagrams, bytes);
    }

    @Override
    public void failed(int message, int datagrams, int errno) {
      side.failed(errno);
      tally.dropped(reason(errno), Math.max(1, datagrams));
    }
  }

  private static Drop reason(int errno) {
    return switch (errno) {
      case Errno.EAGAIN, Errno.ENOBUFS -> Drop.CONGESTED;
      case Errno.EMSGSIZE -> Drop.TOO_LONG;
      case Errno.ECONNREFUSED,
          Errno.ECONNRESET,
          Errno.ENOTCONN,
          Errno.EHOSTUNREACH,
          Errno.ENETUNREACH,
          Errno.EHOSTDOWN,
          Errno.ENETDOWN,
          Errno.ENONET ->
          Drop.UNREACHABLE;
      default -> Drop.FAILED;
    };
  }

  private abstract static class Side implements DatagramSide {
    private final boolean cuts;

    Side(boolean cuts) {
      this.cuts = cuts;
    }

    abstract int receive(DatagramBatch batch) throws IOException;

    abstract void flush(DatagramBatch batch, DatagramOutbox.Report report) throws IOException;

    void failed(int errno) {}

    @Override
    public void receive(Consumer<Run> runs, DatagramTally tally) {
      try (var batch = DatagramBatch.borrow()) {
        int n = receive(batch);
        for (int first = 0; first < n; ) {
          int end = batch.run(first);
          runs.accept(new Messages(batch, first, end));
          first = end;
        }
      } catch (IOException e) {
        failed(e, tally);
      }
    }

    @Override
    public void send(Run run, @Nullable Flow to, DatagramTally tally) {
      var messages = (Messages) run;
      var flow = to == null ? null : ((Peer) to).flow();
      send(messages.batch(), messages.first(), messages.end(), flow, tally);
    }

    @Override
    public void send(ByteBuffer datagram, DatagramTally tally) {
      try (var batch = DatagramBatch.borrow()) {
        batch.put(datagram);
        send(batch, 0, 1, null, tally);
      } catch (IOException e) {
        failed(e, tally);
      }
    }

    private void send(
        DatagramBatch batch, int from, int end, @Nullable DatagramFlow to, DatagramTally tally) {
      batch.outbox().add(from, end, to, cuts);
      try {
        flush(batch, new Report(tally, this));
      } catch (IOException e) {
        failed(e, tally);
      }
    }

    private void failed(IOException e, DatagramTally tally) {
      int errno = e instanceof LinuxException linux ? linux.errno() : 0;
      failed(errno);
      tally.dropped(reason(errno), 1);
    }

    @Override
    public boolean lost() {
      return false;
    }
  }

  private static final class Port extends Side {
    private final EventLoop loop;
    private final LinuxPort port;

    Port(EventLoop loop, LinuxPort port) {
      super(port.cuts());
      this.loop = loop;
      this.port = port;
    }

    @Override
    public void watch(Runnable readable) throws IOException {
      if (port.cuts()) {
        SocketOption.JOINED_RECEIVE.set(port.fd, 1); // only now: a program would not expect it
      }
      port.watchOn(loop, readable);
    }

    @Override
    int receive(DatagramBatch batch) throws IOException {
      return port.receive(batch);
    }

    @Override
    void flush(DatagramBatch batch, DatagramOutbox.Report report) throws IOException {
      port.flush(batch, report);
    }

    @Override
    public void close() {
      port.close();
    }
  }

  private static final class Connected extends Side {
    private final EventLoop loop;
    private final Fd fd;
    private final boolean unix;
    private EventLoop.@Nullable Registration registration;
    private boolean lost;

    Connected(EventLoop loop, Fd fd, boolean unix, boolean cuts) {
      super(cuts);
      this.loop = loop;
      this.fd = fd;
      this.unix = unix;
    }

    @Override
    public void watch(Runnable readable) throws IOException {
      registration = loop.register(fd, EventLoop.IN, readable);
    }

    @Override
    int receive(DatagramBatch batch) throws IOException {
      return batch.receive(fd, DatagramBatch.MESSAGES);
    }

    @Override
    void flush(DatagramBatch batch, DatagramOutbox.Report report) {
      batch.outbox().flush(fd, report);
    }

    /** A Unix socket is connected to another, not to its name. */
    @Override
    void failed(int errno) {
      lost |= unix && reason(errno) == Drop.UNREACHABLE;
    }

    @Override
    public boolean lost() {
      return lost;
    }

    @Override
    public void close() {
      if (registration != null) {
        registration.cancel();
        registration = null;
      }
      fd.close();
    }
  }
}
