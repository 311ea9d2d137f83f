package io.netsvc.inetd;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The names of clients and the addresses of names, by the system's resolver, whose answers the JDK
 * keeps for a while. Blocks: for virtual threads alone.
 */
class PeerNames {

  /** {@return the name of an address, if that name has the address; else anybody could say so} */
  Optional<String> of(InetAddress address) {
    var name = address.getCanonicalHostName();
    return name.equals(address.getHostAddress())
        ? Optional.empty()
        : Optional.of(name.toLowerCase(Locale.ROOT)).filter(n -> addresses(n).contains(address));
  }

  /** {@return the addresses of a name, none if it has none} */
  List<InetAddress> addresses(String name) {
    try {
      return List.of(InetAddress.getAllByName(name));
    } catch (UnknownHostException e) {
      return List.of();
    }
  }
}
