package io.netsvc.inetd;

import io.netsvc.inetd.config.Variables;
import io.netsvc.net.AddressText;
import io.netsvc.net.Connection;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.HashMap;
import java.util.Map;

/** What the environment tells a program of its client; names that take DNS are left out. */
final class ChildVariables {
  private ChildVariables() {}

  /** Returns the variables of one connection. */
  static Map<String, String> of(Variables kind, Connection connection) {
    if (!(connection.remoteAddress() instanceof InetSocketAddress peer)
        || !(connection.localAddress() instanceof InetSocketAddress local)) {
      return kind == Variables.UCSPI ? unix(connection) : Map.of();
    }
    return switch (kind) {
      case NONE -> Map.of();
      case XINETD -> Map.of("REMOTE_HOST", host(peer));
      case SYSTEMD ->
          Map.of("REMOTE_ADDR", host(peer), "REMOTE_PORT", String.valueOf(peer.getPort()));
      case UCSPI -> ucspi(local, peer);
    };
  }

  private static Map<String, String> ucspi(InetSocketAddress local, InetSocketAddress peer) {
    boolean six = peer.getAddress() instanceof Inet6Address;
    var all = new HashMap<String, String>();
    all.put("PROTO", six ? "TCP6" : "TCP");
    for (var prefix : six ? new String[] {"TCP", "TCP6"} : new String[] {"TCP"}) {
      all.put(prefix + "LOCALIP", host(local));
      all.put(prefix + "LOCALPORT", String.valueOf(local.getPort()));
      all.put(prefix + "REMOTEIP", host(peer));
      all.put(prefix + "REMOTEPORT", String.valueOf(peer.getPort()));
    }
    return all;
  }

  private static Map<String, String> unix(Connection connection) {
    return connection.localAddress() instanceof UnixDomainSocketAddress local
        ? Map.of("PROTO", "UNIX", "UNIXLOCALPATH", local.getPath().toString())
        : Map.of("PROTO", "UNIX");
  }

  /** An address that IPv6 has mapped is shown as IPv4, which its client has. */
  private static String host(InetSocketAddress address) {
    return AddressText.of(address.getAddress());
  }
}
