package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A bound datagram socket, UDP or Unix. An IPv6 one takes IPv6 alone unless told otherwise. The file
 * of a Unix one replaces that of a dead one, and is removed by {@link #close}. Ports are safe for use
 * by multiple concurrent threads.
 */
public final class DatagramPort implements AutoCloseable, FdHolder {
  private final BoundSocket socket;
  private final Readiness readiness;

  private DatagramPort(BoundSocket socket) {
    this.socket = socket;
    this.readiness = new Readiness(socket);
  }

  /**
   * One datagram.
   *
   * @param data its bytes, from position to limit: 0 to 65,507 for UDP
   * @param peer who sent it, or gets it
   * @param asked which of our addresses it was sent to, or is to be sent from. Empty for Unix ones,
   *     for the system to choose, and where nobody can tell: with the NIO transport on a wildcard
   *     address
   */
  public record Datagram(ByteBuffer data, SocketAddress peer, Optional<InetAddress> asked) {
    public Datagram {
      Objects.requireNonNull(data, "data");
      Objects.requireNonNull(peer, "peer");
      Objects.requireNonNull(asked, "asked");
    }

    /** A datagram that leaves from the address that the port is bound to, or the system chooses. */
    public Datagram(ByteBuffer data, SocketAddress peer) {
      this(data, peer, Optional.empty());
    }

    /** Returns a datagram back to this one's peer, from the address that this one was sent to. */
    public Datagram reply(ByteBuffer answer) {
      return new Datagram(answer, peer, asked);
    }
  }

  /**
   * Binds a datagram socket with the default options.
   *
   * @param address a UDP address, port 0 for any, or (Linux) a Unix one, where {@code @name} is an
   *     abstract name
   * @throws BindFailedException if the address is taken, not ours, or else cannot be bound
   */
  public static DatagramPort open(SocketAddress address) throws IOException {
    return open(address, options -> options);
  }

  /**
   * As {@link #open(SocketAddress)}, with other options.
   *
   * @throws UnsupportedOperationException if the transport lacks one of them
   */
  public static DatagramPort open(SocketAddress address, UnaryOperator<DatagramOptions> options)
      throws IOException {
    return open(Transports.chosen(), address, options);
  }

  static DatagramPort open(
      Transport transport, SocketAddress address, UnaryOperator<DatagramOptions> options)
      throws IOException {
    return new DatagramPort(
        transport.bind(address, (DatagramSettings) options.apply(DatagramSettings.DEFAULTS)));
  }

  static DatagramPort of(BoundSocket socket) {
    return new DatagramPort(socket);
  }

  /** {@return the address it is bound to, with the real port} */
  public SocketAddress localAddress() {
    return socket.localAddress();
  }

  /**
   * Calls back whenever a datagram waits, on an event loop: it must not block. Replaces what an
   * earlier call set.
   */
  public void onReadable(Runnable callback) throws IOException {
    readiness.call(callback);
  }

  /** Calls back no more until {@link #resume}; datagrams wait in the receive buffer. */
  public void pause() {
    readiness.pause();
  }

  /** Takes back a {@link #pause}. */
  public void resume() {
    readiness.resume();
  }

  /**
   * Takes the next datagram; empty when none waits.
   *
   * @throws IOException also for one longer than 65,536 bytes, which only a Unix one can be, and
   *     which is gone then
   */
  public Optional<Datagram> poll() throws IOException {
    var taken = socket.receive(1);
    return taken.isEmpty() ? Optional.empty() : Optional.of(taken.getFirst());
  }

  /**
   * Returns the datagram that the next {@link #poll()} takes, unless somebody else who has the socket
   * does so first; empty when none waits.
   *
   * @throws IOException as {@link #poll()} does, but one that is too long stays
   * @throws UnsupportedOperationException with the NIO transport
   */
  public Optional<Datagram> peek() throws IOException {
    return socket.peek();
  }

  /**
   * Takes the next datagrams, on Linux by one system call: none when none waits, and not always as
   * many as could be had.
   *
   * @param max at most so many, at least 1
   * @throws IOException as {@link #poll()} does
   */
  public List<Datagram> poll(int max) throws IOException {
    return socket.receive(Tuned.positive("max", max));
  }

  /**
   * Sends a datagram; dropped silently when the send buffer is full, as a network may. Its data's
   * position stays.
   */
  public void send(Datagram datagram) throws IOException {
    socket.send(List.of(datagram));
  }

  /**
   * Sends datagrams in this order, on Linux many by one system call, and those to one peer that are
   * of one length as one that the kernel cuts.
   *
   * @throws IOException if any could not be sent; the others were
   */
  public void send(List<Datagram> datagrams) throws IOException {
    socket.send(List.copyOf(datagrams));
  }

  /**
   * Gives the socket to a relay, which has it until it is closed.
   *
   * @throws IllegalStateException if it calls back when readable
   */
  DatagramHub relay() throws IOException {
    readiness.claim();
    return socket.relay();
  }

  /**
   * The bound socket itself, for a program; see {@link io.netsvc.process.ChildFd}.
   *
   * @throws IllegalStateException if it calls back when readable and is not paused
   * @throws UnsupportedOperationException with the NIO transport, which does not tell it
   */
  @Override
  public Fd handOver() throws IOException {
    if (socket instanceof FdHolder holder) {
      return holder.handOver();
    }
    throw Transports.onlyLinux("the fd of " + this);
  }

  @Override
  public Fd share() throws IOException {
    if (socket instanceof FdHolder holder) {
      return holder.share();
    }
    throw Transports.onlyLinux("the fd of " + this);
  }

  /**
   * Takes over the file of a Unix socket that was passed to this process, which {@link #close}
   * removes from now on: whoever passed it has {@link #detach detached} it, or ended.
   */
  public void attach() throws IOException {
    if (socket instanceof LinuxTransport.Socket ours) {
      ours.takeFile();
    }
  }

  /**
   * Does as {@link #close}, but leaves the file of a Unix socket to another process that has the
   * socket too.
   */
  public void detach() {
    if (socket instanceof LinuxTransport.Socket ours) {
      ours.leaveFile();
    }
    close();
  }

  @Override
  public void close() {
    readiness.close();
  }

  @Override
  public String toString() {
    return "datagram port " + localAddress();
  }
}
