package io.netsvc.inetd;

import io.netsvc.inetd.config.Attribute;
import io.netsvc.inetd.config.Diagnostic;
import io.netsvc.inetd.config.Listen;
import io.netsvc.inetd.config.Protocol;
import io.netsvc.inetd.config.ServiceSpec;
import io.netsvc.inetd.config.SocketType;
import io.netsvc.linux.Credentials;
import io.netsvc.net.ConnectionHandler;
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
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns the names of an entry into addresses, identities and programs, or says what is wrong. */
final class Resolver {
  private final InetdSettings settings;
  private final Internals internals;
  private final Inherited inherited;
  private final Admission.Surroundings surroundings = Admission.Surroundings.ofTheMachine();

  /** @param services what runs */
  Resolver(InetdSettings settings, Supplier<List<Service>> services) {
    this.settings = settings;
    this.internals = new Internals(settings, services);
    this.inherited = Inherited.of(settings.sockets());
  }

  /** Returns the sockets that the server was started with. */
  Inherited inherited() {
    return inherited;
  }

  /** Returns what checks the entries of one file, in their order. */
  Function<ServiceSpec, List<Diagnostic>> checker() {
    var taken = new Taken();
    return spec -> check(spec, taken);
  }

  private List<Diagnostic> check(ServiceSpec spec, Taken taken) {
    var found = new ArrayList<Diagnostic>();
    var wanted = new ArrayList<SocketKey>();
    try {
      checkListens(spec);
      wanted.addAll(keys(spec));
      taken.by(wanted, spec).ifPresent(other -> found.add(spec.error(Attribute.LISTENS, other)));
    } catch (IllegalArgumentException | UnknownHostException e) {
      found.add(spec.error(Attribute.LISTENS, String.valueOf(e.getMessage())));
    }
    if (Internals.serves(spec)) {
      boolean redirect = spec.get(Attribute.REDIRECT).isPresent();
      internals.fault(spec)
          .ifPresent(fault -> found.add(spec.error(redirect ? Attribute.REDIRECT : Attribute.PROGRAM, 0, fault)));
    } else {
      try {
        Execution.check(spec, found);
      } catch (UncheckedIOException e) { // the databases of users and groups, for want of fds
        found.add(spec.error(Attribute.USER, String.valueOf(e.getMessage())));
      }
    }
    checkWords(spec, Attribute.ONLY_FROM, words -> SourceRules.of(Optional.of(words), List.of()), found);
    checkWords(spec, Attribute.NO_ACCESS, words -> SourceRules.of(Optional.empty(), words), found);
    checkWords(spec, Attribute.ACCESS_TIMES, AccessTimes::parse, found);
    if (found.isEmpty()) {
      taken.take(wanted, spec);
    }
    return found;
  }

  private static void checkListens(ServiceSpec spec) {
    spec.get(Attribute.RPC).ifPresent(RpcBind::check);
    boolean elsewhere = spec.get(Attribute.TCPMUX).isPresent() || spec.is(Attribute.KEEP);
    if (spec.listens().isEmpty() && !elsewhere) {
      throw new IllegalArgumentException("it listens nowhere");
    }
    for (var listen : spec.listens()) {
      if (listen.type() == SocketType.SEQPACKET) {
        throw new IllegalArgumentException("seqpacket sockets are not served");
      }
    }
  }

  private static void checkWords(
      ServiceSpec spec,
      Attribute<List<String>> attribute,
      Consumer<List<String>> reader,
      List<Diagnostic> found) {
    var words = spec.get(attribute).orElse(List.of());
    for (int i = 0; i < words.size(); i++) {
      try {
        reader.accept(List.of(words.get(i)));
      } catch (IllegalArgumentException e) {
        found.add(spec.error(attribute, i, String.valueOf(e.getMessage())));
        return;
      }
    }
  }

  /** Returns what serves a connection of a checked entry that has no program. */
  Sessions.Step step(ServiceSpec spec) {
    return internals.step(spec);
  }

  /** Returns who may have a checked entry's service. */
  Admission admission(ServiceSpec spec) {
    return new Admission(spec, surroundings);
  }

  /** Returns what the services of the server have in common. */
  Admission.Surroundings surroundings() {
    return surroundings;
  }

  /** Returns what a good entry resolves to. */
  Service.Prepared prepare(ServiceSpec spec) throws UnknownHostException {
    var keys = keys(spec);
    return new Service.Prepared(
        spec, keys, Internals.serves(spec) ? null : new Execution(spec, keys.size()));
  }

  /** Returns what an entry's sockets are opened with. */
  private List<SocketKey> keys(ServiceSpec spec) throws UnknownHostException {
    var keys = new ArrayList<>(inherited.named(spec));
    if (!keys.isEmpty()) {
      return keys;
    }
    for (var listen : spec.listens()) {
      boolean dual = listen.protocol() == Protocol.TCP46 || listen.protocol() == Protocol.UDP46;
      int port = spec.get(Attribute.RPC).isPresent() ? 0 : port(listen); // 0 is any, for rpcbind to tell
      addresses(listen, port).stream()
          .distinct()
          .map(
              address ->
                  new SocketKey(listen.type(), address, dual, SocketSettings.of(spec)))
          .forEach(keys::add);
    }
    return keys;
  }

  private static List<SocketAddress> addresses(Listen listen, int port) throws UnknownHostException {
    var protocol = listen.protocol();
    if (protocol == Protocol.UNIX) {
      return List.of(UnixDomainSocketAddress.of(listen.service()));
    }
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
    if (listen.protocol() == Protocol.UNIX) {
      return 0;
    }
    var number = listen.port();
    return number.isPresent()
        ? number.getAsInt()
        : settings.services().resolve(listen.service(), listen.protocol().services());
  }
}
