package io.netsvc.net;

import io.netsvc.linux.DatagramBatch;
import io.netsvc.linux.DatagramFlow;
import io.netsvc.linux.DatagramOutbox;
import io.netsvc.linux.Errno;
import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Fd;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.Loops;
import io.netsvc.linux.SocketOption;
import io.netsvc.net.DatagramPort.Datagram;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bound datagram socket of ours. */
final class LinuxPort extends LinuxTransport.Socket implements BoundSocket {
  private final Optional<InetAddress> bound;
  private final boolean wildcard;
  private final boolean ipv6;

  /** Whether the kernel cuts what is sent as one. */
  private final boolean cuts;

  LinuxPort(EventLoop loop, Fd fd, boolean shared) throws IOException {
    super(loop, fd, shared);
    bound =
        localAddress() instanceof InetSocketAddress inet
            ? Optional.of(inet.getAddress())
            : Optional.empty();
    wildcard = bound.isPresent() && bound.get().isAnyLocalAddress();
    ipv6 = bound.isPresent() && bound.get() instanceof Inet6Address;
    cuts = bound.isPresent() && joins(fd);
  }

  private static boolean joins(Fd fd) {
    try {
      return SocketOption.JOINED_RECEIVE.get(fd) >= 0;
    } catch (LinuxException e) {
      return false; // before 5.0
    }
  }

  /** Has the kernel tell which address a datagram was sent to, where that is not known anyway. */
  static void tellAsked(SocketAddress address, Map<SocketOption, Integer> options) {
    if (address instanceof InetSocketAddress inet
        && !inet.isUnresolved()
        && inet.getAddress().isAnyLocalAddress()) {
      options.put(
          inet.getAddress() instanceof Inet6Address
              ? SocketOption.IPV6_PACKET_INFO
              : SocketOption.PACKET_INFO,
          1);
    }
  }

  @Override
  public synchronized List<Datagram> receive(int max) throws IOException {
    if (fd.isClosed()) {
      return List.of();
    }
    try (var batch = DatagramBatch.borrow()) {
      return taken(batch, batch.receive(fd, Math.min(max, DatagramBatch.MESSAGES)));
    }
  }

  private List<Datagram> taken(DatagramBatch batch, int n) throws IOException {
    var datagrams = new ArrayList<Datagram>(n);
    for (int i = 0; i < n; i++) {
      if (batch.cut(i)) {
        throw new IOException("receive " + localAddress() + ": a datagram is too long");
      }
      for (int k = 0; k < batch.datagrams(i); k++) {
        datagrams.add(new Datagram(batch.copy(i, k), batch.peer(i), asked(batch, i)));
      }
    }
    return datagrams;
  }

  @Override
  public synchronized Optional<Datagram> peek() throws IOException {
    if (fd.isClosed()) {
      return Optional.empty();
    }
    try (var batch = DatagramBatch.borrow()) {
      return taken(batch, batch.peek(fd)).stream().findFirst();
    }
  }

  private Optional<InetAddress> asked(DatagramBatch batch, int message) {
    return wildcard ? batch.askedAddress(message) : bound;
  }

  @Override
  public void send(List<Datagram> datagrams) throws IOException {
    var failures = new Failures();
    for (int from = 0; from < datagrams.size(); from += DatagramBatch.MESSAGES) {
      failures.datagrams =
          datagrams.subList(from, Math.min(datagrams.size(), from + DatagramBatch.MESSAGES));
      try (var batch = DatagramBatch.borrow()) {
        fill(batch, failures.datagrams);
        flush(batch, failures);
      }
    }
    if (failures.first != null) {
      throw failures.first;
    }
  }

  private void fill(DatagramBatch batch, List<Datagram> datagrams) throws IOException {
    DatagramFlow flow = null;
    int begun = 0;
    for (int i = 0; i < datagrams.size(); i++) {
      var next = flow(datagrams.get(i));
      if (flow != null && !flow.equals(next)) {
        batch.outbox().add(begun, i, flow, cuts);
        begun = i;
      }
      flow = next;
      batch.put(datagrams.get(i).data());
    }
    batch.outbox().add(begun, datagrams.size(), flow, cuts);
  }

  private DatagramFlow flow(Datagram datagram) {
    return wildcard && datagram.asked().isPresent()
        ? DatagramFlow.to(datagram.peer(), datagram.asked().get(), ipv6)
        : DatagramFlow.to(datagram.peer());
  }

  private static final class Failures implements DatagramOutbox.Report {
    List<Datagram> datagrams = List.of();
    @Nullable LinuxException first;

    @Override
    public void sent(int count, long bytes) {}

    @Override
    public void failed(int message, int count, int errno) {
      if (first == null && errno != Errno.EAGAIN && errno != Errno.ENOBUFS) {
        first = new LinuxException("sendmmsg " + datagrams.get(message).peer(), errno);
      }
    }
  }

  /** Receives for a relay; 0 when closed. */
  synchronized int receive(DatagramBatch batch) throws IOException {
    return fd.isClosed() ? 0 : batch.receive(fd, DatagramBatch.MESSAGES);
  }

  /** Sends what the batch's outbox has; nothing when closed. */
  synchronized void flush(DatagramBatch batch, DatagramOutbox.Report report) throws IOException {
    if (!fd.isClosed()) {
      batch.outbox().flush(fd, report);
    }
  }

  /** {@return whether the kernel cuts what is sent from here as one} */
  boolean cuts() {
    return cuts;
  }

  @Override
  public DatagramHub relay() {
    return new LinuxDatagrams(Loops.next(), this);
  }
}
