package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.linux.Credentials;
import io.netsvc.linux.NativeAccess;
import io.netsvc.linux.Sysctl;
import java.util.ArrayList;
import java.util.List;

/** What is legal in a configuration and hardly meant. */
final class Lints {
  private final boolean hasMultiplexer;
  private final boolean privileged = NativeAccess.missing().isEmpty() && Credentials.effectiveUid() == 0;
  private final int unprivileged = Sysctl.firstUnprivilegedPort();

  Lints(InetdConfig config) {
    hasMultiplexer =
        config.services().stream().anyMatch(s -> s.internal() && s.argv().getFirst().equals("tcpmux"));
  }

  /** Returns the warnings about a service. */
  List<Diagnostic> of(ServiceSpec spec) {
    var found = new ArrayList<Diagnostic>();
    var name = spec.argv().getFirst();
    if (name.startsWith("-") && spec.get(Attribute.ARGV).isPresent()) {
      found.add(
          spec.warning(
              Attribute.ARGV,
              "read \"" + name + "\" as the program's name, argv[0]; expected the name before the arguments"));
    }
    if (spec.get(Attribute.TCPMUX).isPresent() && !hasMultiplexer) {
      found.add(
          spec.warning(
              Attribute.TCPMUX, "nobody can reach it: expected an entry with internal tcpmux, on port 1"));
    }
    if (spec.get(Attribute.ONLY_FROM).filter(List::isEmpty).isPresent()) {
      found.add(spec.warning(Attribute.ONLY_FROM, "nobody can reach it: only_from is empty"));
    }
    boolean waits = !Internals.serves(spec) && spec.waits() && !spec.isDatagram();
    if (waits || spec.is(Attribute.KEEP)) {
      for (var attribute : List.of(Attribute.ONLY_FROM, Attribute.NO_ACCESS, Attribute.ACCESS_TIMES)) {
        if (spec.get(attribute).isPresent()) {
          found.add(spec.warning(attribute, "it keeps nobody out: the program itself accepts"));
        }
      }
    }
    for (var listen : spec.listens()) {
      int port = listen.port().orElse(unprivileged);
      if (!privileged && port < unprivileged) {
        found.add(
            spec.warning(
                Attribute.LISTENS, "port " + port + " takes privilege, which this user does not have"));
      }
    }
    return found;
  }
}
