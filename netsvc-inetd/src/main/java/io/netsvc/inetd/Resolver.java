package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.Listen;
import io.netsvc.inetd.config.Protocol;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.linux.Credentials;
import io.netsvc.net.ConnectionHandler;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.services.NoSuchServiceException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns the names of an entry into addresses, identities and programs, or says what is wrong. */
final class Resolver {
  private final InetdSettings settings;

  Resolver(InetdSettings settings) {
    this.settings = settings;
  }

  /** Returns what checks the entries of one file, in their order. */
  Function<ServiceSpec, List<Diagnostic>> checker() {
    var taken = new Taken();
    return spec -> check(spec, taken);
  }

  private List<Diagnostic> check(ServiceSpec spec, Taken taken) {
    var found = new ArrayList<Diagnostic>();
    var wanted = new ArrayList<ServiceSocket.Key>();
    try {
      wanted.addAll(keys(spec));
      taken.by(wanted)
          .ifPresent(
              other -> found.add(spec.error(Attribute.LISTENS, other)));
    } catch (IllegalArgumentException | UnknownHostException e) {
      found.add(spec.error(Attribute.LISTENS, String.valueOf(e.getMessage())));
    }
    if (spec.internal()) {
      checkInternal(spec, found);
    } else {
      try {
        Execution.check(spec, found);
      } catch (UncheckedIOException e) { // the databases of users and groups, for want of fds
        found.add(spec.error(Attribute.USER, String.valueOf(e.getMessage())));
      }
    }
    if (found.isEmpty()) {
      taken.take(wanted, spec);
    }
    return found;
  }

  private void checkInternal(ServiceSpec spec, List<Diagnostic> found) {
    var name = spec.argv().getFirst();
    boolean stream = !spec.isDatagram();
    if (Builtin.named(name).isEmpty() && !(stream && settings.handlers().containsKey(name))) {
      found.add(
          spec.error(
              Attribute.PROGRAM,
              "no internal service \"" + name + "\": expected echo, discard, chargen, daytime, time"
                  + (stream ? " or the name of a registered handler" : "")));
    }
  }

  /** Returns the handler that a checked internal stream entry names. */
  ConnectionHandler handler(ServiceSpec spec) {
    var name = spec.argv().getFirst();
    var registered = settings.handlers().get(name);
    return registered != null ? registered : Builtin.named(name).orElseThrow()::serve;
  }

  /** Returns what a good entry resolves to. */
  Service.Prepared prepare(ServiceSpec spec) throws UnknownHostException {
    var keys = keys(spec);
    return new Service.Prepared(
        spec, keys, spec.internal() ? null : Execution.spawner(spec, keys.size()));
  }

  /** Returns what an entry's sockets are opened with. */
  private List<ServiceSocket.Key> keys(ServiceSpec spec) throws UnknownHostException {
    var keys = new ArrayList<ServiceSocket.Key>();
    for (var listen : spec.listens()) {
      boolean dual = listen.protocol() == Protocol.TCP46 || listen.protocol() == Protocol.UDP46;
      addresses(listen).stream()
          .distinct()
          .map(
              address ->
                  new ServiceSocket.Key(listen.type(), address, dual, SocketSettings.of(spec)))
          .forEach(keys::add);
    }
    return keys;
  }

  private List<SocketAddress> addresses(Listen listen) throws UnknownHostException {
    var protocol = listen.protocol();
    if (protocol == Protocol.UNIX) {
      return List.of(UnixDomainSocketAddress.of(listen.service()));
    }
    int port = port(listen);
    var found = new ArrayList<SocketAddress>();
    if (listen.hosts().isEmpty()) {
      if (takesIpv4(protocol)) {
        found.add(new InetSocketAddress(InetAddress.getByAddress(new byte[4]), port));
      }
      if (takesIpv6(protocol)) {
        found.add(new InetSocketAddress(InetAddress.getByAddress(new byte[16]), port));
      }
      return found;
    }
    for (var host : listen.hosts()) {
      int before = found.size();
      for (var address : InetAddress.getAllByName(host)) {
        boolean ours =
            address instanceof Inet6Address ? takesIpv6(protocol) : takesIpv4(protocol);
        if (ours) {
          found.add(new InetSocketAddress(address, port));
        }
      }
      if (found.size() == before) {
        throw new UnknownHostException("no " + protocol.keyword() + " address: \"" + host + '"');
      }
    }
    return found;
  }

  private static boolean takesIpv4(Protocol protocol) {
    return switch (protocol) {
      case TCP, TCP4, UDP, UDP4 -> true;
      case TCP6, TCP46, UDP6, UDP46, UNIX -> false;
    };
  }

  private static boolean takesIpv6(Protocol protocol) {
    return switch (protocol) {
      case TCP, TCP6, TCP46, UDP, UDP6, UDP46 -> true;
      case TCP4, UDP4, UNIX -> false;
    };
  }

  private int port(Listen listen) throws NoSuchServiceException {
    var number = listen.port();
    return number.isPresent()
        ? number.getAsInt()
        : settings.services().resolve(listen.service(), listen.protocol().services());
  }
}
