package io.netsvc.inetd;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names that a test says, without a name server; an address that it does not speak of has none. */
final class Zone extends PeerNames {
  private final Map<InetAddress, PeerName> names = new HashMap<>();
  private final Map<String, List<InetAddress>> addresses = new HashMap<>();

  Zone with(String name, String address) {
    var literal = InetAddress.ofLiteral(address);
    names.put(literal, new PeerName.Verified(name));
    addresses.put(name, List.of(literal));
    return this;
  }

  Zone without(String address, PeerName.Missing why) {
    names.put(InetAddress.ofLiteral(address), why);
    return this;
  }

  @Override
  PeerName of(InetAddress address) {
    return names.getOrDefault(address, PeerName.Missing.NONE);
  }

  @Override
  Optional<List<InetAddress>> addresses(String name) {
    return Optional.ofNullable(addresses.get(name));
  }
}
