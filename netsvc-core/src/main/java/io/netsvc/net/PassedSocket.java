package io.netsvc.net;

import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.GivenSockets;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A socket that this process was started with, as sd_listen_fds(3) has it: one that listens, or a
 * bound datagram socket. It stays open until {@link #close}, so that {@link #listener} and {@link
 * #port} can be had from it again and again, each with a duplicate of its own. {@link
 * Listener#inherited} is the short form for whoever takes a listener once. Immutable, but for the
 * close.
 */
public final class PassedSocket implements AutoCloseable, FdHolder {
  private final LinuxTransport transport;
  private final Fd fd;
  private final String name;
  private final boolean datagram;
  private final SocketAddress address;
  private final boolean dualStack;

  private PassedSocket(
      LinuxTransport transport,
      Fd fd,
      String name,
      boolean datagram,
      SocketAddress address,
      boolean dualStack) {
    this.transport = transport;
    this.fd = fd;
    this.name = name;
    this.datagram = datagram;
    this.address = address;
    this.dualStack = dualStack;
  }

  static PassedSocket take(LinuxTransport transport, Activation.Passed passed, boolean datagram)
      throws IOException {
    var fd = GivenSockets.take(passed.number());
    return new PassedSocket(
        transport,
        fd,
        passed.name(),
        datagram,
        Sockets.localAddress(fd),
        GivenSockets.isDualStack(fd));
  }

  /**
   * Takes all that were passed to this process and that no earlier call has taken; close-on-exec
   * from then on. What is neither a listener nor a datagram socket is left alone, with a line in the
   * log.
   *
   * @return empty if none was passed
   * @throws IOException if {@code LISTEN_FDS}, {@code LISTEN_PID} or {@code LISTEN_FDNAMES} cannot
   *     be understood or an fd is not open
   * @throws UnsupportedOperationException with the NIO transport, if there are any
   */
  public static List<PassedSocket> takeAll() throws IOException {
    return Activation.takeAll();
  }

  /** {@return its name, as in LISTEN_FDNAMES; {@code unknown} for none} */
  public String name() {
    return name;
  }

  /** {@return whether it is a datagram socket; else it listens} */
  public boolean isDatagram() {
    return datagram;
  }

  /** {@return what it is bound to} */
  public SocketAddress localAddress() {
    return address;
  }

  /** {@return whether it is an IPv6 socket that takes IPv4 too} */
  public boolean isDualStack() {
    return dualStack;
  }

  /**
   * Returns a listener with an fd of its own. Of the options, the limits, the access rules and what
   * a socket is told count, no more.
   * The file of a Unix one stays when it is closed, until {@link Listener#attach}.
   *
   * @throws IllegalStateException if it is a datagram socket, or closed
   */
  public Listener listener(UnaryOperator<ListenOptions> options) throws IOException {
    var settings = (ListenSettings) options.apply(ListenSettings.DEFAULTS);
    var duplicate = duplicate(false);
    try {
      return Listener.of(transport.adopt(duplicate, settings), settings);
    } catch (IOException | RuntimeException e) {
      duplicate.close();
      throw e;
    }
  }

  /**
   * Returns a port with an fd of its own. Of the options, the buffers count.
   *
   * @throws IllegalStateException if it listens, or is closed
   */
  public DatagramPort port(UnaryOperator<DatagramOptions> options) throws IOException {
    var settings = (DatagramSettings) options.apply(DatagramSettings.DEFAULTS);
    var duplicate = duplicate(true);
    try {
      return DatagramPort.of(transport.adopt(duplicate, settings));
    } catch (IOException | RuntimeException e) {
      duplicate.close();
      throw e;
    }
  }

  private Fd duplicate(boolean wanted) throws IOException {
    if (wanted != datagram) {
      throw new IllegalStateException("not of this kind: " + this);
    }
    return fd.duplicate();
  }

  /** Not for one program: {@link io.netsvc.process.ChildFd#shared(PassedSocket)} is. */
  @Override
  public Fd handOver() {
    throw new UnsupportedOperationException("cannot be handed over: " + this);
  }

  @Override
  public Fd share() throws IOException {
    return fd.duplicate();
  }

  /** Closes the fd that was passed; what was made from it goes on. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return (datagram ? "datagram socket \"" : "listener \"") + name + "\" " + address;
  }
}
