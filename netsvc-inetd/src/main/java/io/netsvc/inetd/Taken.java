package io.netsvc.inetd;

import io.netsvc.inetd.config.ServiceSpec;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sockets that the entries of one configuration ask for, so that no two ask for the same. */
final class Taken {
  private final Map<Object, List<Holder>> holders = new HashMap<>();

  private record Holder(SocketKey key, ServiceSpec spec) {}

  /** Returns who has one of these already, and where. */
  Optional<String> by(List<SocketKey> wanted, ServiceSpec spec) {
    for (var key : wanted) {
      for (var holder : holders.getOrDefault(place(key), List.of())) {
        if (holder.key().overlaps(key)) {
          var file = holder.spec().file();
          return Optional.of(
              "the entry on line " + holder.spec().line()
                  + (file.equals(spec.file()) ? "" : " of " + file)
                  + " listens at " + key.address() + " already");
        }
      }
    }
    return Optional.empty();
  }

  void take(List<SocketKey> keys, ServiceSpec spec) {
    for (var key : keys) {
      holders.computeIfAbsent(place(key), _ -> new ArrayList<>(2)).add(new Holder(key, spec));
    }
  }

  /** What two sockets that overlap have in common. */
  private static Object place(SocketKey key) {
    return key.address() instanceof InetSocketAddress inet ? inet.getPort() : key.address();
  }
}
