package io.netsvc.net;

import io.netsvc.linux.Errno;
import io.netsvc.linux.EventLoop;
import io.netsvc.linux.Fd;
import io.netsvc.linux.FdHolder;
import io.netsvc.linux.GivenSockets;
import io.netsvc.linux.LinuxException;
import io.netsvc.linux.Loops;
import io.netsvc.linux.SocketFile;
import io.netsvc.linux.SocketOption;
import io.netsvc.linux.Sockets;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sockets that we open through system calls, so that a child can have them. */
final class LinuxTransport implements Transport {
  private final EventLoop loop = Loops.shared();

  LinuxTransport() {
    Sockets.prepareToFail();
  }

  @Override
  public ListeningSocket listen(SocketAddress address, ListenSettings settings) throws IOException {
    return new Listening(
        loop,
        bind(
            address,
            false,
            settings.unix(),
            fd -> prepare(fd, address, settings),
            setup ->
                Sockets.listen(
                    address,
                    settings.backlog(),
                    LinuxTuning.kind(settings.tuning()),
                    setup)),
        settings.tuning(),
        false);
  }

  /** Binds a Unix datagram socket. */
  static Fd datagrams(UnixDomainSocketAddress at, UnixAccess access) throws IOException {
    return bind(at, true, access, _ -> {}, setup -> Sockets.datagram(at, setup));
  }

  /**
   * Takes over a socket that listens already, and tunes it.
   *
   * @throws IOException if there is none at the number, which then stays the caller's
   */
  ListeningSocket adopt(int number, ListenSettings settings) throws IOException {
    var instead = GivenSockets.notListening(number);
    if (instead.isPresent()) {
      throw new IOException("adopt fd " + number + ": " + instead.get() + ", not a listener");
    }
    var fd = GivenSockets.take(number);
    boolean duplicate = fd.number() != number;
    try {
      return adopt(fd, settings);
    } catch (IOException | RuntimeException e) {
      if (duplicate) {
        fd.close();
      }
      throw e;
    }
  }

  /**
   * Takes over a socket that listens already, and tunes it.
   *
   * @throws IOException the fd stays the caller's then
   */
  ListeningSocket adopt(Fd fd, ListenSettings settings) throws IOException {
    LinuxTuning.apply(settings.tuning(), Sockets.localAddress(fd), fd);
    return new Listening(loop, fd, settings.tuning(), true);
  }

  /** As {@link #adopt(Fd, ListenSettings)}, for a bound datagram socket. */
  BoundSocket adopt(Fd fd, DatagramSettings settings) throws IOException {
    var options = buffers(settings.sendBuffer(), settings.receiveBuffer());
    LinuxPort.tellAsked(Sockets.localAddress(fd), options);
    Sockets.set(fd, options);
    return new LinuxPort(loop, fd, true);
  }

  /** Takes over a connected stream socket; see {@link Connection#adopt}. */
  Connection adoptConnected(int number) throws IOException {
    var peer = GivenSockets.peer(number);
    if (peer.isEmpty()) {
      throw new IOException("adopt fd " + number + ": not a connected stream socket");
    }
    var fd = GivenSockets.take(number);
    try {
      return new LinuxConnection(fd, peer.get());
    } catch (IOException e) {
      if (fd.number() != number) {
        fd.close();
      }
      throw e;
    }
  }

  /** Two connections that are each other's peer; see {@link Connection#pair}. */
  Connection.Pair pair() throws IOException {
    var pair = Sockets.pair();
    try {
      var unnamed = UnixDomainSocketAddress.of("");
      return new Connection.Pair(
          new LinuxConnection(pair.first(), unnamed), new LinuxConnection(pair.second(), unnamed));
    } catch (IOException e) {
      pair.first().close();
      pair.second().close();
      throw e;
    }
  }

  @Override
  public boolean separatesFamilies() {
    return true;
  }

  private static void prepare(Fd fd, SocketAddress address, ListenSettings settings)
      throws IOException {
    if (address instanceof InetSocketAddress) {
      SocketOption.REUSE_ADDRESS.set(fd, 1); // or a restart waits out the TIME_WAIT
    }
    Sockets.set(fd, options(address, settings.dualStack(), settings.reusePort(), 0, 0));
    LinuxTuning.apply(settings.tuning(), address, fd);
  }

  @Override
  public BoundSocket bind(SocketAddress address, DatagramSettings settings) throws IOException {
    var options =
        options(
            address,
            settings.dualStack(),
            settings.reusePort(),
            settings.sendBuffer(),
            settings.receiveBuffer());
    LinuxPort.tellAsked(address, options);
    return new LinuxPort(
        loop,
        bind(
            address,
            true,
            UnixAccess.DEFAULT,
            fd -> Sockets.set(fd, options),
            setup -> Sockets.datagram(address, setup)),
        false);
  }

  private interface Binding {
    Fd run(Sockets.Setup setup) throws IOException;
  }

  private static Fd bind(
      SocketAddress address,
      boolean datagram,
      UnixAccess access,
      Sockets.Setup before,
      Binding binding)
      throws IOException {
    try {
      return replace(address, datagram, access, before, binding);
    } catch (LinuxException e) {
      throw e.isBind() ? failure(address, datagram, e) : e;
    }
  }

  private static BindFailedException failure(
      SocketAddress address, boolean datagram, LinuxException e) {
    var reason =
        switch (e.errno()) {
          case Errno.EADDRINUSE -> BindFailedException.Reason.ADDRESS_IN_USE;
          case Errno.EADDRNOTAVAIL -> BindFailedException.Reason.ADDRESS_NOT_LOCAL;
          case Errno.EACCES, Errno.EPERM -> BindFailedException.Reason.NOT_PERMITTED;
          default -> BindFailedException.Reason.OTHER;
        };
    return new BindFailedException(address, datagram, reason, Errno.describe(e.errno()), e);
  }

  /** Binds in place of a stale socket, and leaves no file if that fails half-way. */
  private static Fd replace(
      SocketAddress address,
      boolean datagram,
      UnixAccess access,
      Sockets.Setup before,
      Binding binding)
      throws IOException {
    var path = UnixSocketFile.path(address);
    if (path.isEmpty()) {
      return binding.run(before);
    }
    var setup = new UnixSetup(path.get(), access, before);
    try (var _ = lock(path.get())) {
      UnixSocketFile.removeStale(path.get(), datagram);
      return binding.run(setup);
    } catch (IOException | RuntimeException e) {
      setup.undo();
      throw e;
    }
  }

  /** Two that replace the same stale socket: the second would take the first one's away. */
  private static @Nullable Fd lock(Path path) {
    var parent = path.toAbsolutePath().getParent();
    try {
      return parent == null ? null : SocketFile.lock(parent);
    } catch (IOException e) {
      return null; // not readable, so we do without
    }
  }

  private static final class UnixSetup implements Sockets.Setup {
    private final Path path;
    private final UnixAccess access;
    private final Sockets.Setup before;
    private Optional<UnixSocketFile> file = Optional.empty();

    UnixSetup(Path path, UnixAccess access, Sockets.Setup before) {
      this.path = path;
      this.access = access;
      this.before = before;
    }

    @Override
    public void opened(Fd fd) throws IOException {
      before.opened(fd);
      access.opened(fd);
    }

    @Override
    public void bound(Fd fd) throws IOException {
      file = UnixSocketFile.of(UnixDomainSocketAddress.of(path));
      access.bound(path);
    }

    void undo() {
      file.ifPresent(UnixSocketFile::remove);
    }
  }

  @Override
  public Connection connect(SocketAddress address, ConnectSettings settings, long deadlineNanos)
      throws IOException, InterruptedException {
    return new LinuxConnect(loop, address, settings, deadlineNanos).connect();
  }

  @Override
  public boolean connectsOnLoops() {
    return true;
  }

  @Override
  public Runnable begin(SocketAddress address, ConnectSettings settings, Connecting connecting) {
    var connect = new LinuxConnecting(Loops.next(), address, settings, connecting);
    connect.begin();
    return connect::cancel;
  }

  private static Map<SocketOption, Integer> options(
      SocketAddress address, boolean dualStack, boolean reusePort, int send, int receive) {
    var options = buffers(send, receive);
    if (address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address) {
      options.put(SocketOption.IPV6_ONLY, dualStack ? 0 : 1);
    }
    if (reusePort) {
      options.put(SocketOption.REUSE_PORT, 1);
    }
    return options;
  }

  private static Map<SocketOption, Integer> buffers(int send, int receive) {
    var options = new EnumMap<SocketOption, Integer>(SocketOption.class);
    if (send > 0) {
      options.put(SocketOption.SEND_BUFFER, send);
    }
    if (receive > 0) {
      options.put(SocketOption.RECEIVE_BUFFER, receive);
    }
    return options;
  }

  /**
   * A bound socket. Its lock keeps a close from coming between the look at an fd's number and the
   * system call on it, when the number could be another's already; no call under it blocks.
   */
  abstract static class Socket implements ReadableSocket, FdHolder {
    final Fd fd;
    private final EventLoop loop;
    private final SocketAddress address;
    private Optional<UnixSocketFile> file;
    private boolean shared;
    private EventLoop.@Nullable Registration registration;
    private boolean watched;
    private boolean blocking = true; // for all that we know
    private boolean elsewhere; // another process may have it for good

    /**
     * Takes over a socket, or closes it and throws.
     *
     * @param shared with whoever opened it: its file is theirs, and they may make it blocking
     */
    Socket(EventLoop loop, Fd fd, boolean shared) throws IOException {
      this.loop = loop;
      this.fd = fd;
      this.shared = shared;
      this.elsewhere = shared;
      try {
        this.address = Sockets.localAddress(fd);
        this.file = shared ? Optional.empty() : UnixSocketFile.of(address);
      } catch (IOException e) {
        fd.close();
        throw e;
      }
    }

    @Override
    public synchronized Fd handOver() throws IOException {
      if (fd.isClosed()) {
        throw new ClosedChannelException();
      }
      if (watched) {
        throw new IllegalStateException("pause it first, or the program and Java take turns: " + address);
      }
      fd.setNonBlocking(false); // all duplicates share the mode
      blocking = true;
      elsewhere = true;
      return fd.duplicate();
    }

    @Override
    public synchronized Fd share() throws IOException {
      if (fd.isClosed()) {
        throw new ClosedChannelException();
      }
      elsewhere = true;
      blocking = true; // or made so over there
      return fd.duplicate();
    }

    /** Takes the file, if there is one, from whoever passed the socket and has it no more. */
    final synchronized void takeFile() throws IOException {
      if (!fd.isClosed()) {
        file = UnixSocketFile.of(address);
        shared = false;
      }
    }

    /** Leaves the file, if there is one, to somebody else who has the socket. */
    final synchronized void leaveFile() {
      file = Optional.empty();
    }

    /** A program may have made it blocking. */
    final void neverBlock() throws IOException {
      if (blocking || shared) {
        fd.setNonBlocking(true);
        blocking = false;
      }
    }

    @Override
    public SocketAddress localAddress() {
      return address;
    }

    @Override
    public synchronized void onReadable(Runnable ready) throws IOException {
      if (!fd.isClosed()) {
        registration = loop.register(fd, 0, ready);
      }
    }

    /** Has another loop watch it, for good. */
    final synchronized void watchOn(EventLoop other, Runnable ready) throws IOException {
      if (fd.isClosed()) {
        throw new ClosedChannelException();
      }
      neverBlock();
      registration = other.register(fd, EventLoop.IN, ready);
      watched = true;
    }

    @Override
    public synchronized void watch(boolean wanted) throws IOException {
      if (registration == null || fd.isClosed()) {
        return;
      }
      if (wanted) {
        neverBlock();
      }
      registration.interest(wanted ? EventLoop.IN : 0);
      watched = wanted;
    }

    @Override
    public synchronized void close() {
      if (registration != null) {
        registration.cancel();
      }
      if (!fd.isClosed()) {
        file.ifPresent(UnixSocketFile::remove);
        if (!elsewhere) {
          end();
        }
      }
      fd.close();
    }

    /** Ends it in children, too, that have a copy until their execve(2): nobody else has one. */
    void end() {}
  }

  private static final class Listening extends Socket implements ListeningSocket {
    private final Tuning tuning;

    Listening(EventLoop loop, Fd fd, Tuning tuning, boolean shared) throws IOException {
      super(loop, fd, shared);
      this.tuning = tuning;
    }

    @Override
    void end() {
      try {
        Sockets.shutdown(fd, Sockets.SHUT_RD); // a listening one refuses then, and frees its address
      } catch (LinuxException e) {
        // It does so when its last copy is closed.
      }
    }

    @Override
    public synchronized @Nullable Connection accept() throws IOException {
      if (fd.isClosed()) {
        return null;
      }
      neverBlock();
      var accepted = Sockets.accept(fd);
      if (accepted == null) {
        return null;
      }
      try {
        return LinuxTuning.connection(tuning, accepted.fd(), accepted.peer());
      } catch (IOException e) {
        accepted.fd().close();
        throw e;
      }
    }
  }
}
