package io.netsvc.cli;

import io.netsvc.endpoint.Ends;
import io.netsvc.net.Connection;
import io.netsvc.net.Connector;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** nc as a client: to one port, to one after the other, or only to see which there are. */
final class NcConnecting {
  private static final Duration PROBE = Duration.ofMillis(250);
  private static final int PROBES = 3;

  private final NcOptions options;
  private final NcUse use;
  private final NcReport report;

  NcConnecting(NcOptions options, NcUse use, NcReport report) {
    this.options = options;
    this.use = use;
    this.report = report;
  }

  /** {@return the exit status: 0 if any was connected to} */
  int connect() throws IOException, InterruptedException {
    if (options.path() != null) {
      use.run(connector(null).connect(UnixDomainSocketAddress.of(options.path())));
      return 0;
    }
    int status = 1;
    for (int port : options.ports()) {
      Connection connection;
      try {
        connection = open(port);
      } catch (IOException e) {
        report.notConnected(options, port, e, options.ports().size() == 1);
        continue;
      }
      report.connected(options, connection.remoteAddress(), port);
      use.run(connection);
      status = 0;
    }
    return status;
  }

  /** {@return the exit status: 0 if any can be connected to} */
  int scan() throws InterruptedException {
    int status = 1;
    boolean first = true;
    for (int port : options.ports()) {
      if (!first && !options.interval().isZero()) {
        Thread.sleep(options.interval());
      }
      first = false;
      try (var connection = open(port)) {
        if (options.udp()) {
          probe(connection);
        }
        report.connected(options, connection.remoteAddress(), port);
        status = 0;
      } catch (IOException e) {
        report.notConnected(options, port, e, false);
      }
    }
    return status;
  }

  /** A closed port answers a datagram with an ICMP message, which fails one of the next writes. */
  private static void probe(Connection connection) throws IOException, InterruptedException {
    for (int i = 0; i < PROBES; i++) {
      connection.write(ByteBuffer.wrap(new byte[] {'X'}));
      Thread.sleep(PROBE);
    }
  }

  private Connection open(int port) throws IOException, InterruptedException {
    var raw = raw(port);
    var tls = options.tls();
    return tls == null ? raw : report.secured(tls.connect(raw, options.host(), port));
  }

  private Connection raw(int port) throws IOException, InterruptedException {
    var proxy = options.proxy();
    if (proxy != null) {
      // A proxy looks names up itself: they may mean nothing here.
      return proxy.client().connect(connector(null).connect(proxy.place()), options.host(), port);
    }
    var addresses = options.addresses(port);
    var first = addresses.getFirst();
    if (options.udp()) {
      var socket = options.socket();
      var query =
          bindsSource()
              ? socket.query("source=" + Endpoints.text(source(first)))
              : socket.query();
      return Ends.of("udp://" + Endpoints.text(first) + query).open();
    }
    return connector(bindsSource() ? source(first) : null).connect(addresses);
  }

  private boolean bindsSource() {
    return options.source() != null || options.sourcePort() != 0;
  }

  /** The address to connect from; without one, all of the other end's family. */
  private InetSocketAddress source(InetSocketAddress to) {
    var address = options.source();
    if (address == null) {
      address = InetAddress.ofLiteral(to.getAddress() instanceof Inet4Address ? "0.0.0.0" : "::");
    }
    return new InetSocketAddress(address, options.sourcePort());
  }

  private Connector connector(@Nullable SocketAddress source) {
    return Connector.of(
        o -> {
          var all = options.socket().tune(o);
          all = options.timeout() == null ? all : all.withTimeout(options.timeout());
          return source == null ? all : all.withSource(source);
        });
  }
}
