package io.netsvc.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What the contract suite runs on: each transport with each address family. */
enum Contract {
  LINUX_IPV4(true, Family.IPV4),
  LINUX_IPV6(true, Family.IPV6),
  LINUX_UNIX(true, Family.UNIX),
  NIO_IPV4(false, Family.IPV4),
  NIO_IPV6(false, Family.IPV6),
  NIO_UNIX(false, Family.UNIX);

  private enum Family {
    IPV4,
    IPV6,
    UNIX
  }

  private static final class Kinds {
    static final Transport LINUX = new LinuxTransport();
    static final Transport NIO = new NioTransport();
  }

  private final boolean linux;
  private final Family family;

  Contract(boolean linux, Family family) {
    this.linux = linux;
    this.family = family;
  }

  /** Those over the internet protocols. */
  static Stream<Contract> inet() {
    return Stream.of(values()).filter(c -> c.family != Family.UNIX);
  }

  boolean linux() {
    return linux;
  }

  Transport transport() {
    return linux ? Kinds.LINUX : Kinds.NIO;
  }

  boolean unix() {
    return family == Family.UNIX;
  }

  /** A free address of the family. */
  SocketAddress address() throws IOException {
    return switch (family) {
      case IPV4 -> new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
      case IPV6 -> new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
      case UNIX -> {
        var directory = Files.createTempDirectory("netsvc-net");
        directory.toFile().deleteOnExit();
        var path = directory.resolve("s");
        path.toFile().deleteOnExit();
        yield UnixDomainSocketAddress.of(path);
      }
    };
  }

  Listener listen() throws IOException {
    return listen(address(), o -> o);
  }

  Listener listen(SocketAddress address, UnaryOperator<ListenOptions> options) throws IOException {
    return Listener.open(transport(), address, options);
  }

  DatagramPort port() throws IOException {
    return port(address(), o -> o);
  }

  DatagramPort port(SocketAddress address, UnaryOperator<DatagramOptions> options)
      throws IOException {
    return DatagramPort.open(transport(), address, options);
  }

  Connector connector(UnaryOperator<ConnectOptions> options) {
    return connector(Names.SYSTEM, options);
  }

  Connector connector(Names names, UnaryOperator<ConnectOptions> options) {
    return new Connector(transport(), names, options);
  }

  static SocketChannel connect(Listener listener) throws IOException {
    return SocketChannel.open(listener.localAddress());
  }

  /** The targets of this JVM's fds that are sockets, pipes or epoll instances. */
  static List<String> sockets() throws IOException {
    var found = new ArrayList<String>();
    try (var fds = Files.list(Path.of("/proc/self/fd"))) {
      for (var fd : fds.toList()) {
        try {
          found.add(Files.readSymbolicLink(fd).toString());
        } catch (IOException _) {
          // The directory stream's own.
        }
      }
    }
    found.removeIf(target -> !target.startsWith("socket:"));
    return found;
  }

  /** Polls for a condition that comes about by itself. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.call()) {
      if (deadlineNanos - System.nanoTime() < 0) {
        throw new AssertionError("not within 10 s: " + what);
      }
      Thread.onSpinWait();
    }
  }
}
