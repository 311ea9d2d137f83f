package io.netsvc.cli;

import io.netsvc.net.DatagramPort;
import io.netsvc.net.Listener;
import io.netsvc.services.NoSuchServiceException;
import io.netsvc.services.ServicesDatabase;
import io.netsvc.sockets.PortBinding;
import io.netsvc.sockets.SocketProtocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The port that somebody would like to have, at one address or at all of both families. */
record WantedPort(SocketProtocol protocol, List<InetSocketAddress> addresses) {

  /**
   * Reads {@code 80}, {@code https}, {@code 127.0.0.1:80} or {@code [::1]:80}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static WantedPort parse(
      String text, boolean udp, boolean four, boolean six, ServicesDatabase services) {
    int colon = text.lastIndexOf(':');
    var protocol = udp ? SocketProtocol.UDP : SocketProtocol.TCP;
    try {
      int port = services.resolve(text.substring(colon + 1), protocol.netid());
      var addresses = new ArrayList<InetSocketAddress>();
      for (var host : colon <= 0 ? wildcards(four, six) : List.of(host(text.substring(0, colon)))) {
        addresses.add(new InetSocketAddress(InetAddress.ofLiteral(host), port));
      }
      return new WantedPort(protocol, addresses);
    } catch (NoSuchServiceException e) {
      throw new IllegalArgumentException("--why " + text + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--why " + text + ": expected a port or a service, or ADDRESS:PORT with a numeric address", e);
    }
  }

  private static List<String> wildcards(boolean four, boolean six) {
    return four == six ? List.of("0.0.0.0", "::") : List.of(four ? "0.0.0.0" : "::");
  }

  private static String host(String text) {
    if (text.equals("*")) {
      return "0.0.0.0";
    }
    return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
  }

  /** {@return what a server of this project would bind} */
  PortBinding binding(InetSocketAddress address) {
    return PortBinding.of(protocol, address)
        .withV6Only(true)
        .withReuseAddress(protocol == SocketProtocol.TCP);
  }

  /**
   * Binds for a moment, and for TCP listens, since the kernel alone sees the options of what has the
   * port.
   *
   * @return why it cannot be had; empty if it can
   */
  Optional<String> refusal(InetSocketAddress address) {
    try {
      if (protocol == SocketProtocol.TCP) {
        Listener.open(address, o -> o.withDualStack(false)).close();
      } else {
        DatagramPort.open(address, o -> o.withDualStack(false)).close();
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
