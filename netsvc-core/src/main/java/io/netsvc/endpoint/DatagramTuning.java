package io.netsvc.endpoint;

import io.netsvc.linux.SocketOption;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a datagram socket is told before it is bound.
 *
 * @param typeOfService IP_TOS of ip(7), IPV6_TCLASS of ipv6(7)
 * @param timeToLive IP_TTL, IPV6_UNICAST_HOPS
 * @param broadcast SO_BROADCAST of socket(7)
 * @param debug SO_DEBUG of socket(7)
 */
record DatagramTuning(
    OptionalInt typeOfService,
    OptionalInt timeToLive,
    boolean broadcast,
    boolean debug) {

  static DatagramTuning of(EndOptions options) {
    return new DatagramTuning(
        options.number("tos", 0, 255),
        options.number("ttl", 1, 255),
        options.flag("broadcast", false),
        options.flag("debug", false));
  }

  /** {@return the options for a socket of an address's family; empty for an ordinary one} */
  Map<SocketOption, Integer> on(InetSocketAddress address) {
    var all = new EnumMap<SocketOption, Integer>(SocketOption.class);
    // An IPv6 one has those of IPv4 as well, for the packets of IPv4 that it may send.
    typeOfService.ifPresent(v -> all.put(SocketOption.TYPE_OF_SERVICE, v));
    timeToLive.ifPresent(v -> all.put(SocketOption.TIME_TO_LIVE, v));
    if (address.getAddress() instanceof Inet6Address) {
      typeOfService.ifPresent(v -> all.put(SocketOption.IPV6_TYPE_OF_SERVICE, v));
      timeToLive.ifPresent(v -> all.put(SocketOption.IPV6_TIME_TO_LIVE, v));
    }
    if (broadcast) {
      all.put(SocketOption.BROADCAST, 1);
    }
    if (debug) {
      all.put(SocketOption.DEBUG, 1);
    }
    return all;
  }
}
