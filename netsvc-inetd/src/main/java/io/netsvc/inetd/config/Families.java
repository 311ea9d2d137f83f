package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;

/** A service with a socket for each family, as one service for each. */
final class Families {
  private Families() {}

  /** Returns a service of IPv4 and one of IPv6, or the service itself if it is not of both. */
  static List<ServiceSpec> of(ServiceSpec spec) {
    if (spec.listens().size() != 1) {
      return List.of(spec);
    }
    var listen = spec.listens().getFirst();
    return switch (listen.protocol()) {
      case TCP -> each(spec, listen, Protocol.TCP4, Protocol.TCP6);
      case UDP -> each(spec, listen, Protocol.UDP4, Protocol.UDP6);
      default -> List.of(spec);
    };
  }

  private static List<ServiceSpec> each(ServiceSpec spec, Listen listen, Protocol four, Protocol six) {
    boolean all = listen.hosts().isEmpty();
    var parts = new ArrayList<ServiceSpec>();
    var fours = listen.hosts().stream().filter(host -> !isSix(host)).toList();
    if (all || !fours.isEmpty()) {
      parts.add(with(spec, new Listen(listen.type(), four, fours, listen.service())));
    }
    var sixes = listen.hosts().stream().filter(host -> !isFour(host)).toList();
    if (all || !sixes.isEmpty()) {
      parts.add(with(spec, new Listen(listen.type(), six, sixes, listen.service())));
    }
    return parts;
  }

  private static ServiceSpec with(ServiceSpec spec, Listen listen) {
    return spec.with(Attribute.LISTENS, List.of(listen), spec.position(Attribute.LISTENS));
  }

  /** A name may have an address of either family. */
  private static boolean isFour(String host) {
    return host.matches("[0-9.]+");
  }

  private static boolean isSix(String host) {
    return host.indexOf(':') >= 0;
  }
}
