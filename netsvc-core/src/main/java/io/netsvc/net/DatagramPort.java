package io.netsvc.net;

import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.Loops;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bound datagram socket, UDP or Unix. Safe for use by multiple concurrent threads. */
public final class DatagramPort implements AutoCloseable, FdHolder {
  private static final int MAX = 65_535;

  private final Fd fd;
  private final SocketAddress address;
  private EventLoop.@Nullable Registration registration;
  private volatile Runnable ready = () -> {};

  private DatagramPort(Fd fd) throws IOException {
    this.fd = fd;
    this.address = Sockets.localAddress(fd);
  }

  /**
   * One datagram.
   *
   * @param data its bytes, from position to limit: 0 to 65,507 for UDP
   * @param peer who sent it, or gets it
   */
  public record Datagram(ByteBuffer data, SocketAddress peer) {}

  /**
   * Binds a datagram socket; an IPv6 one takes IPv6 alone.
   *
   * @throws java.net.BindException if the address is taken or not ours
   */
  public static DatagramPort open(SocketAddress address) throws IOException {
    return open(address, false);
  }

  /** As {@link #open(SocketAddress)}, but an IPv6 address takes IPv4 datagrams too if wanted. */
  public static DatagramPort open(SocketAddress address, boolean dualStack) throws IOException {
    var fd = Sockets.datagram(address, dualStack);
    try {
      return new DatagramPort(fd);
    } catch (IOException e) {
      fd.close();
      throw e;
    }
  }

  /**
   * Sets the socket's buffers: SO_SNDBUF and SO_RCVBUF of socket(7). The kernel doubles the figures
   * and caps them by its own limits.
   *
   * @param send bytes, or 0 to leave it
   * @param receive bytes, or 0 to leave it
   */
  public void buffers(int send, int receive) throws IOException {
    Sockets.buffers(fd, send, receive);
  }

  /** {@return the address it is bound to, with the real port} */
  public SocketAddress localAddress() {
    return address;
  }

  /**
   * Calls back whenever a datagram waits, on an event loop: it must not block. Replaces what an
   * earlier call set.
   */
  public synchronized void onReadable(Runnable callback) throws IOException {
    ready = callback;
    if (registration == null) {
      registration = Loops.shared().register(fd, EventLoop.IN, () -> ready.run());
    }
  }

  /** Calls back no more until {@link #resume}. */
  public synchronized void pause() throws IOException {
    if (registration != null && !fd.isClosed()) {
      registration.interest(0);
    }
  }

  /** Calls back again. */
  public synchronized void resume() throws IOException {
    if (registration != null && !fd.isClosed()) {
      fd.setNonBlocking(true); // a child that had it made it blocking
      registration.interest(EventLoop.IN);
    }
  }

  /** Takes the next datagram; empty when none waits. */
  public Optional<Datagram> poll() throws IOException {
    byte[] data = new byte[MAX];
    var received = Sockets.receive(fd, data);
    return received == null
        ? Optional.empty()
        : Optional.of(new Datagram(ByteBuffer.wrap(data, 0, received.length()), received.from()));
  }

  /** Sends a datagram; dropped silently when the send buffer is full, as a network may. */
  public void send(Datagram datagram) throws IOException {
    byte[] data = new byte[datagram.data().remaining()];
    datagram.data().duplicate().get(data);
    Sockets.send(fd, data, data.length, datagram.peer());
  }

  @Override
  public Fd fd() {
    return fd;
  }

  @Override
  public synchronized void close() {
    if (registration != null) {
      registration.cancel();
    }
    fd.close();
  }

  @Override
  public String toString() {
    return "datagram port " + address;
  }
}
