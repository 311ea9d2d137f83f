package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.InetdConfig;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.linux.Credentials;
import io.netsvc.linux.NativeAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is legal in a configuration and hardly meant. */
final class Lints {
  private static final Path UNPRIVILEGED = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  private static final int USUALLY_UNPRIVILEGED = 1024;

  private final boolean hasMultiplexer;
  private final boolean privileged = NativeAccess.missing().isEmpty() && Credentials.effectiveUid() == 0;
  private final int unprivileged = unprivileged();

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
      int port = listen.port().orElse(USUALLY_UNPRIVILEGED);
      if (!privileged && port < unprivileged) {
        found.add(
            spec.warning(
                Attribute.LISTENS, "port " + port + " takes privilege, which this user does not have"));
      }
    }
    return found;
  }

  private static int unprivileged() {
    try {
      // Not readString, which asks for one byte first: all that a sysctl gives is at offset 0.
      return Integer.parseInt(String.join("", Files.readAllLines(UNPRIVILEGED)));
    } catch (IOException | NumberFormatException e) {
      return USUALLY_UNPRIVILEGED;
    }
  }
}
