package io.netsvc.endpoint;

import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import io.netsvc.net.Listener;
import io.netsvc.net.RelayServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** An end under test, and the connection at its other side, which a test has. */
final class FarEnd implements AutoCloseable {
  /** What kind of end. */
  enum Kind {
    TCP,
    TCP_LISTEN,
    UNIX,
    UNIX_LISTEN,
    ABSTRACT,
    UNIX_SEQPACKET,
    SOCKS5,
    CONNECT,
    TLS,
    TLS_LISTEN,
    EXEC,
    EXEC_PIPES;

    /** Skips a test whose program is missing. */
    void needs() {
      if (this == EXEC || this == EXEC_PIPES) {
        Programs.need("perl");
      }
    }
  }

  /**
   * Copies its fds 0 and 1 to a socket that it connects, both ways, with both half-closes: to close fd
   * 1 alone, as most programs do, ends nothing as long as fd 0 is the same socket. A pipe ends when
   * nobody has it any more.
   */
  private static final String CAT =
      """
      $s = IO::Socket::INET->new("127.0.0.1:$ENV{PORT}") or die;
      sub copy {
        my ($from, $to) = @_;
        while (sysread($from, $b, 65536)) {
          for ($o = 0; $o < length $b; $o += $n) {
            $n = syswrite($to, $b, length($b) - $o, $o) or die;
          }
        }
        shutdown($to, 1);
        close($to);
      }
      if (fork) { close(STDIN); copy($s, STDOUT); wait } else { close(STDOUT); copy(STDIN, $s) }
      """;

  private final End end;
  private final Far far;
  private final Deque<Runnable> toClose;

  private FarEnd(End end, Far far, Deque<Runnable> toClose) {
    this.end = end;
    this.far = far;
    this.toClose = toClose;
  }

  private interface Far {
    Connection get() throws IOException, InterruptedException;
  }

  static FarEnd open(Kind kind, Path path) throws IOException {
    var toClose = new ArrayDeque<Runnable>();
    return switch (kind) {
      case TCP -> accepting(loopback(), "tcp://", toClose);
      case UNIX -> {
        var listener = Listener.open(UnixDomainSocketAddress.of(path));
        toClose.push(listener::close);
        yield new FarEnd(Ends.of("unix:" + path), listener::accept, toClose);
      }
      case ABSTRACT -> {
        var name = "@netsvc-ends-" + System.nanoTime();
        var listener = Listener.open(UnixDomainSocketAddress.of(name));
        toClose.push(listener::close);
        yield new FarEnd(Ends.of("unix:" + name), listener::accept, toClose);
      }
      case UNIX_SEQPACKET -> {
        var listening = Ends.of("unix-seqpacket-listen:" + path);
        listening.listener();
        toClose.push(listening::close);
        yield new FarEnd(Ends.of("unix-seqpacket:" + path), listening::open, toClose);
      }
      case TCP_LISTEN -> connecting(Ends.of("tcp-listen://127.0.0.1:0"), toClose);
      case UNIX_LISTEN -> connecting(Ends.of("unix-listen:" + path), toClose);
      case TLS -> {
        var listener = Listener.open(loopback());
        toClose.push(listener::close);
        var tls = Tls.server(o -> o);
        yield new FarEnd(
            Ends.of("tls://127.0.0.1:" + port(listener) + "?verify=no"),
            () -> tls.accept(listener.accept()),
            toClose);
      }
      case TLS_LISTEN -> {
        var end = Ends.of("tls-listen://127.0.0.1:0");
        var at = (InetSocketAddress) end.listener().orElseThrow().localAddress();
        var tls = Tls.client(o -> o.withoutVerification());
        yield new FarEnd(
            end,
            () -> tls.connect(Connector.of(o -> o).connect(at), "localhost", at.getPort()),
            toClose);
      }
      case SOCKS5 -> proxied("socks5", ProxyServer.socks(), toClose);
      case CONNECT -> proxied("http", ProxyServer.http(), toClose);
      case EXEC -> program("exec:", toClose);
      case EXEC_PIPES -> program("exec-pipes:", toClose);
    };
  }

  private static FarEnd program(String scheme, Deque<Runnable> toClose) throws IOException {
    var listener = Listener.open(loopback());
    toClose.push(listener::close);
    var command = scheme + "env PORT=" + port(listener) + " perl -MIO::Socket::INET -e '" + CAT + "'";
    return new FarEnd(Ends.of(command), listener::accept, toClose);
  }

  private static FarEnd accepting(
      SocketAddress at, String prefix, Deque<Runnable> toClose) throws IOException {
    var listener = Listener.open(at);
    toClose.push(listener::close);
    return new FarEnd(
        Ends.of(prefix + "127.0.0.1:" + port(listener)), listener::accept, toClose);
  }

  private static FarEnd connecting(End end, Deque<Runnable> toClose) throws IOException {
    var at = end.listener().orElseThrow().localAddress();
    return new FarEnd(end, () -> Connector.of(o -> o).connect(at), toClose);
  }

  private static FarEnd proxied(String kind, ProxyServer server, Deque<Runnable> toClose)
      throws IOException {
    var connector = Connector.of(o -> o);
    var proxy = Listener.open(loopback());
    var relay =
        RelayServer.serve(
            proxy, server.upstream(target -> connector.connect(target.host(), target.port())));
    toClose.push(relay::close);
    var listener = Listener.open(loopback());
    toClose.push(listener::close);
    var uri =
        "tcp://127.0.0.1:%d?via=%s://127.0.0.1:%d".formatted(port(listener), kind, port(proxy));
    return new FarEnd(Ends.of(uri), listener::accept, toClose);
  }

  private static SocketAddress loopback() {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  }

  private static int port(Listener listener) {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  End end() {
    return end;
  }

  /** Waits for the connection at the other side, or makes it; once. */
  Connection far() throws IOException, InterruptedException {
    var connection = far.get();
    toClose.push(connection::close);
    return connection;
  }

  @Override
  public void close() {
    end.close();
    toClose.forEach(Runnable::run);
  }
}
