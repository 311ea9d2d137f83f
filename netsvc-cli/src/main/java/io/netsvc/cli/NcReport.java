package io.netsvc.cli;

import io.netsvc.endpoint.Tls;
import io.netsvc.net.AddressText;
import io.netsvc.net.Connection;
import io.netsvc.net.Endpoint;
import io.netsvc.net.Outcome;
import io.netsvc.sockets.SocketTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/** The lines of nc, as people know them, on the standard error. */
final class NcReport {
  private final PrintWriter err;
  private final boolean verbose;

  NcReport(PrintWriter err, boolean verbose) {
    this.err = err;
    this.verbose = verbose;
  }

  private synchronized void say(String line) {
    err.println(line);
    err.flush();
  }

  void connected(NcOptions options, SocketAddress peer, int port) {
    if (verbose) {
      var service = NcPorts.service(port, options.protocol(), options.numeric());
      say("Connection to " + place(options, peer) + ' ' + port + " port [" + service + "] succeeded!");
    }
  }

  /** Of a single place it is said always, of many only when asked for: most of a scan fails. */
  void notConnected(NcOptions options, int port, IOException cause, boolean always) {
    if (always || verbose) {
      say(
          "nc: connect to %s port %d (%s) failed: %s"
              .formatted(options.host(), port, options.protocol(), cause(cause)));
    }
  }

  void listening(SocketAddress address) {
    if (verbose) {
      say("Listening on " + text(address));
    }
  }

  /** Of datagrams, where nothing tells what came of port 0. */
  void listening(Endpoint place) {
    if (verbose) {
      say("Listening on " + (place.host().isEmpty() ? "*" : place.host()) + ' ' + place.port());
    }
  }

  void received(SocketAddress peer) {
    if (verbose) {
      say("Connection received on " + text(peer));
    }
  }

  /** Of a client that left bytes untaken for too long, when others wait for it. */
  void dropped(SocketAddress peer) {
    say("nc: " + text(peer) + " does not take its bytes: dropped");
  }

  void certificate(String fingerprint) {
    if (verbose) {
      say("Certificate SHA-256 " + fingerprint);
    }
  }

  /** Says how a connection is secured, and returns it. */
  Connection secured(Connection connection) {
    if (verbose) {
      Tls.session(connection)
          .ifPresent(
              tls ->
                  say(
                      tls.version() + ' ' + tls.cipher()
                          + tls.alpn().map(alpn -> ", " + alpn).orElse("")
                          + tls.peer().map(peer -> ", " + peer).orElse("")));
    }
    return connection;
  }

  void failed(IOException cause) {
    say("nc: " + SocketTable.explain(cause));
  }

  /** A stream that was cut is said: its last bytes may be missing. */
  void ended(Optional<Outcome> outcome) {
    if (outcome.isPresent() && outcome.get().cause() == Outcome.Cause.RESET && outcome.get().side() == Outcome.Side.FIRST) {
      say("nc: connection reset by peer");
    }
  }

  private static String place(NcOptions options, SocketAddress peer) {
    if (!(peer instanceof InetSocketAddress inet) || options.proxy() != null) {
      return options.host();
    }
    var address = address(inet);
    return address.equals(options.host()) ? address : options.host() + " (" + address + ')';
  }

  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? address(inet) + ' ' + inet.getPort()
        : Endpoints.text(address);
  }

  private static String address(InetSocketAddress inet) {
    return inet.getAddress() instanceof Inet6Address six
        ? AddressText.of(six)
        : inet.getAddress().getHostAddress();
  }

  /** What went wrong, without the address, which is said before it. */
  private static String cause(IOException e) {
    var message = e.getMessage() == null ? e.toString() : e.getMessage();
    int end = message.startsWith("connect ") ? message.indexOf(": ") : -1;
    return end < 0 ? message : message.substring(end + 2);
  }
}
