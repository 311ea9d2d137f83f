package io.netsvc.net;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels of {@code java.nio}, for every platform and without native access. What they cannot
 * do: tell their fd, keep IPv4 from an IPv6 wildcard address, Unix datagrams, abstract names.
 */
final class NioTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final NioLoop loop = new NioLoop();

  @Override
  public ListeningSocket listen(SocketAddress address, ListenSettings settings) throws IOException {
    var family = family(address, settings.dualStack());
    var path = UnixSocketFile.path(address);
    if (path.isPresent()) {
      if (!settings.unix().equals(UnixAccess.DEFAULT)) {
        throw Transports.onlyLinux("the mode or owner of a Unix socket, " + address + ',');
      }
      UnixSocketFile.removeStale(path.get(), false);
    }
    var channel = ServerSocketChannel.open(family);
    try {
      if (address instanceof InetSocketAddress) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      options(channel, settings.reusePort(), 0, 0);
      var connections = NioTuning.listening(settings.tuning(), family, channel);
      bind(address, false, () -> channel.bind(address, settings.backlog()));
      channel.configureBlocking(false);
      return new Listening(loop, channel, connections);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw failure(address, e);
    }
  }

  @Override
  public boolean separatesFamilies() {
    return false;
  }

  @Override
  public BoundSocket bind(SocketAddress address, DatagramSettings settings) throws IOException {
    if (address instanceof UnixDomainSocketAddress) {
      throw Transports.onlyLinux("a Unix datagram socket, " + address + ',');
    }
    var channel = DatagramChannel.open(family(address, settings.dualStack()));
    try {
      options(channel, settings.reusePort(), settings.sendBuffer(), settings.receiveBuffer());
      bind(address, true, () -> channel.bind(address));
      channel.configureBlocking(false);
      return new NioPort(loop, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw failure(address, e);
    }
  }

  @Override
  public Connection connect(SocketAddress address, ConnectSettings settings, long deadlineNanos)
      throws IOException, InterruptedException {
    return new NioConnect(address, family(address, true), settings, deadlineNanos).connect();
  }

  private interface Binding {
    void run() throws IOException;
  }

  private static void bind(SocketAddress address, boolean datagram, Binding binding)
      throws BindFailedException {
    try {
      binding.run();
    } catch (IOException e) {
      var text = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new BindFailedException(address, datagram, reason(text), text, e);
    }
  }

  /** The JDK has one type for most of these, and tells them apart by the system's text alone. */
  private static BindFailedException.Reason reason(String text) {
    if (text.startsWith("Address already in use")) {
      return BindFailedException.Reason.ADDRESS_IN_USE;
    }
    if (text.startsWith("Cannot assign requested address") // Linux and Windows
        || text.startsWith("Can't assign requested address")) { // the BSDs and macOS
      return BindFailedException.Reason.ADDRESS_NOT_LOCAL;
    }
    if (text.startsWith("Permission denied") || text.startsWith("Operation not permitted")) {
      return BindFailedException.Reason.NOT_PERMITTED;
    }
    return BindFailedException.Reason.OTHER;
  }

  private static IOException failure(SocketAddress address, Exception failure) {
    return switch (failure) {
      case RuntimeException e -> throw e;
      case BindFailedException e -> e;
      default ->
          new IOException(
              "bind " + AddressText.of(address) + ": " + failure.getMessage(), failure);
    };
  }

  static ProtocolFamily family(SocketAddress address, boolean dualStack) {
    return switch (address) {
      case UnixDomainSocketAddress unix -> {
        if (unix.getPath().toString().startsWith("@")) {
          throw Transports.onlyLinux("an abstract name, " + unix + ',');
        }
        yield StandardProtocolFamily.UNIX;
      }
      case InetSocketAddress inet when inet.isUnresolved() ->
          throw new IllegalArgumentException("unresolved address: " + inet);
      case InetSocketAddress inet when inet.getAddress() instanceof Inet6Address six -> {
        if (six.isAnyLocalAddress() && !dualStack) {
          throw Transports.onlyLinux("an IPv6 wildcard address without IPv4, " + inet + ',');
        }
        yield StandardProtocolFamily.INET6;
      }
      case InetSocketAddress _ -> StandardProtocolFamily.INET;
      default -> throw new IllegalArgumentException("not a socket address: " + address);
    };
  }

  private static void options(NetworkChannel channel, boolean reusePort, int send, int receive)
      throws IOException {
    if (reusePort) {
      option(channel, StandardSocketOptions.SO_REUSEPORT, true);
    }
    if (send > 0) {
      option(channel, StandardSocketOptions.SO_SNDBUF, send);
    }
    if (receive > 0) {
      option(channel, StandardSocketOptions.SO_RCVBUF, receive);
    }
  }

  private static <T> void option(NetworkChannel channel, SocketOption<T> option, T value)
      throws IOException {
    if (!channel.supportedOptions().contains(option)) {
      throw Transports.onlyLinux(option.name());
    }
    channel.setOption(option, value);
  }

  abstract static class Socket<C extends SelectableChannel & NetworkChannel>
      implements ReadableSocket {
    final C channel;
    private final int operation;
    private volatile NioLoop loop;
    private final SocketAddress address;
    private final Optional<UnixSocketFile> file;
    private volatile @Nullable SelectionKey key;

    Socket(NioLoop loop, C channel, int operation) throws IOException {
      this.loop = loop;
      this.channel = channel;
      this.operation = operation;
      this.address = channel.getLocalAddress();
      this.file = UnixSocketFile.of(address);
    }

    @Override
    public SocketAddress localAddress() {
      return address;
    }

    @Override
    public void onReadable(Runnable ready) throws IOException {
      key = loop.register(channel, ready);
    }

    /** Has another loop watch it, for good. */
    final void watchOn(NioLoop other, Runnable ready) throws IOException {
      loop = other;
      key = other.register(channel, ready);
      watch(true);
    }

    @Override
    public void watch(boolean wanted) {
      var registered = key;
      if (registered != null) {
        loop.interest(registered, wanted ? operation : 0);
      }
    }

    @Override
    public void close() {
      try {
        if (channel.isOpen()) {
          file.ifPresent(UnixSocketFile::remove);
        }
        loop.close(channel);
      } catch (IOException e) {
        log.debug("close failed address={} cause=\"{}\"", address, e.getMessage());
      }
    }
  }

  private static final class Listening extends Socket<ServerSocketChannel>
      implements ListeningSocket {
    private final NioTuning connections;

    Listening(NioLoop loop, ServerSocketChannel channel, NioTuning connections)
        throws IOException {
      super(loop, channel, SelectionKey.OP_ACCEPT);
      this.connections = connections;
    }

    @Override
    public @Nullable Connection accept() throws IOException {
      try {
        var accepted = channel.accept();
        if (accepted == null) {
          return null;
        }
        try {
          connections.apply(accepted);
          return new NioConnection(accepted);
        } catch (IOException | RuntimeException e) {
          accepted.close();
          throw e;
        }
      } catch (ClosedChannelException _) {
        return null;
      }
    }
  }
}
