package io.netsvc.net;

import io.netsvc.linux.FdChannel;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Unix datagram socket that waits for its first peer, and is a connection with that one then. Linux.
 * Nothing is lost between two that are connected: a write waits until the peer has room. {@link
 * #close} may come from any thread.
 */
public final class UnixDatagrams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UnixDatagrams.class);

  private final FdChannel channel;
  private final SocketAddress local;
  private final Optional<UnixSocketFile> file;
  private boolean given;

  private UnixDatagrams(FdChannel channel, SocketAddress local, Optional<UnixSocketFile> file) {
    this.channel = channel;
    this.local = local;
    this.file = file;
  }

  /**
   * Connects to a socket, from an abstract address that the kernel chooses, which it can answer to.
   * Each read and each write of the connection is a datagram, as with {@link
   * SocketTuning#withPackets}; there is no end of input.
   *
   * @throws UnsupportedOperationException with the NIO transport
   */
  public static Connection connect(UnixDomainSocketAddress to) throws IOException {
    Objects.requireNonNull(to, "to");
    needLinux();
    var fd = Sockets.connectedDatagram(to);
    try {
      return MessageConnection.ofDatagrams(fd, to);
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /**
   * Binds a socket; its file takes the place of a dead one's.
   *
   * @throws BindFailedException if the address is taken, or else cannot be bound
   * @throws UnsupportedOperationException with the NIO transport
   */
  public static UnixDatagrams open(UnixDomainSocketAddress at) throws IOException {
    return open(at, UnixAccess.DEFAULT);
  }

  /** As {@link #open(UnixDomainSocketAddress)}, with this mode of the file, 0 to 0777. */
  public static UnixDatagrams open(UnixDomainSocketAddress at, int mode) throws IOException {
    return open(at, new UnixAccess(Tuned.within("Unix mode", mode, 0, 0777), null));
  }

  private static UnixDatagrams open(UnixDomainSocketAddress at, UnixAccess access)
      throws IOException {
    Objects.requireNonNull(at, "at");
    needLinux();
    var fd = LinuxTransport.datagrams(at, access);
    try {
      var local = Sockets.localAddress(fd);
      return new UnixDatagrams(FdChannel.ofSocket(fd), local, UnixSocketFile.of(local));
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private static void needLinux() {
    if (!(Transports.chosen() instanceof LinuxTransport)) {
      throw Transports.onlyLinux("a Unix datagram socket");
    }
  }

  /** {@return the address it is bound to} */
  public SocketAddress localAddress() {
    return local;
  }

  /**
   * Waits for the first datagram, and gives a connection with its sender that has it to read first.
   * The socket and its file are the connection's then. One that has no address of its own, or
   * has gone, cannot be answered: to write to it fails. Once.
   *
   * @throws java.nio.channels.ClosedChannelException if this was closed, or is while it waits; an
   *     interrupt closes it, too
   */
  public Connection awaitPeer() throws IOException {
    var first = MessageConnection.buffer();
    var peer = channel.receive(first).from();
    if (!peer.equals(UnixDomainSocketAddress.of(""))) {
      try {
        channel.connect(peer);
      } catch (LinuxException e) {
        log.debug("the sender of a datagram has gone peer={} cause=\"{}\"", peer, e.getMessage());
      }
    }
    synchronized (this) {
      given = true;
    }
    return MessageConnection.ofDatagrams(channel, local, peer, file, first.flip());
  }

  /** Closes the socket and removes its file, unless a connection has them. */
  @Override
  public synchronized void close() {
    if (!given && channel.isOpen()) {
      file.ifPresent(UnixSocketFile::remove);
      channel.close();
    }
  }

  @Override
  public String toString() {
    return "datagrams " + local;
  }
}
