package io.netsvc.inetd;

import io.netsvc.linux.Credentials;
import io.netsvc.net.ConnectionHandler;
import io.netsvc.process.ProcessSpawner;
import io.netsvc.services.NoSuchServiceException;
import java.net.InetAddress;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
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
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final InetdSettings settings;

  Resolver(InetdSettings settings) {
    this.settings = settings;
  }

  /** Returns what checks the entries of one file, in their order. */
  Function<ServiceSpec, List<Diagnostic>> checker() {
    var taken = new LinkedHashMap<ServiceSocket.Key, ServiceSpec>();
    return spec -> check(spec, taken);
  }

  private List<Diagnostic> check(ServiceSpec spec, Map<ServiceSocket.Key, ServiceSpec> taken) {
    var found = new ArrayList<Diagnostic>();
    var wanted = new ArrayList<ServiceSocket.Key>();
    try {
      wanted.addAll(keys(spec));
      checkFree(spec, wanted, taken, found);
    } catch (IllegalArgumentException | UnknownHostException e) {
      found.add(spec.error(Field.SERVICE, String.valueOf(e.getMessage())));
    }
    if (spec.internal()) {
      checkInternal(spec, found);
    } else {
      try {
        checkProgram(spec, found);
      } catch (UncheckedIOException e) { // the databases of users and groups, for want of fds
        found.add(spec.error(Field.USER, String.valueOf(e.getMessage())));
      }
    }
    if (found.isEmpty()) {
      wanted.forEach(key -> taken.put(key, spec));
    }
    return found;
  }

  private static void checkFree(
      ServiceSpec spec,
      List<ServiceSocket.Key> wanted,
      Map<ServiceSocket.Key, ServiceSpec> taken,
      List<Diagnostic> found) {
    for (var key : wanted) {
      for (var other : taken.entrySet()) {
        if (other.getKey().overlaps(key)) {
          found.add(
              spec.error(
                  Field.SERVICE,
                  "the entry on line " + other.getValue().line() + " listens at " + key.address() + " already"));
          return;
        }
      }
    }
  }

  private void checkInternal(ServiceSpec spec, List<Diagnostic> found) {
    var name = spec.argv().getFirst();
    boolean stream = spec.type() == SocketType.STREAM;
    if (Builtin.named(name).isEmpty() && !(stream && settings.handlers().containsKey(name))) {
      found.add(
          spec.error(
              Field.PROGRAM,
              "no internal service \"" + name + "\": expected echo, discard, chargen, daytime, time"
                  + (stream ? " or the name of a registered handler" : "")));
    }
  }

  private void checkProgram(ServiceSpec spec, List<Diagnostic> found) {
    var user = user(spec);
    if (user == null) {
      found.add(spec.error(Field.USER, "no such user: \"" + spec.user() + '"'));
      return;
    }
    int self = Credentials.effectiveUid();
    if (self != 0 && user.uid() != self) {
      found.add(
          spec.error(
              Field.USER,
              "cannot run as \"" + spec.user() + "\" without privilege: expected - or this server's own user"));
    }
    var group = group(spec);
    if (group != null && Credentials.gid(group).isEmpty()) {
      found.add(spec.error(Field.USER, "no such group: \"" + group + '"'));
    }
    var program = program(spec, user);
    if (!Files.exists(program)) {
      found.add(spec.error(Field.PROGRAM, "no such program: " + program));
    } else if (!Files.isExecutable(program) || Files.isDirectory(program)) {
      found.add(spec.error(Field.PROGRAM, "not an executable file: " + program));
    }
  }

  private static Credentials.@Nullable User user(ServiceSpec spec) {
    if (spec.user().equals("-")) {
      return Credentials.user(String.valueOf(Credentials.effectiveUid())).orElse(null);
    }
    if (spec.dotted()) {
      var whole = Credentials.user(spec.account());
      if (whole.isPresent()) {
        return whole.get();
      }
    }
    return Credentials.user(spec.user()).orElse(null);
  }

  private static @Nullable String group(ServiceSpec spec) {
    if (spec.dotted() && Credentials.user(spec.account()).isPresent()) {
      return null;
    }
    return spec.group().orElse(null);
  }

  private static Path program(ServiceSpec spec, Credentials.User user) {
    return Path.of(expanded(spec.program(), user));
  }

  private static String expanded(String word, Credentials.User user) {
    return word.startsWith("~/") ? user.home() + word.substring(1) : word;
  }

  /** Returns what starts the program of a checked entry. */
  ProcessSpawner spawner(ServiceSpec spec) {
    var user = user(spec);
    if (user == null) {
      throw new IllegalArgumentException("no such user: " + spec.user());
    }
    var argv = new ArrayList<String>();
    for (var word : spec.argv()) {
      argv.add(expanded(word, user));
    }
    boolean switches = !spec.user().equals("-") && user.uid() != Credentials.effectiveUid();
    var group = group(spec);
    return ProcessSpawner.of(
        program(spec, user),
        o -> {
          var all = o.withArguments(argv).withEnvironment(environment(user));
          if (switches) {
            all = all.withUser(user.name());
          }
          return group == null ? all : all.withGroup(group);
        });
  }

  /** Returns what login(1) would set, and nothing of the server's own. */
  private static Map<String, String> environment(Credentials.User user) {
    return Map.of(
        "PATH", PATH,
        "USER", user.name(),
        "LOGNAME", user.name(),
        "HOME", user.home().isEmpty() ? "/" : user.home(),
        "SHELL", user.shell().isEmpty() ? "/bin/sh" : user.shell());
  }

  /** Returns the handler that a checked internal stream entry names. */
  ConnectionHandler handler(ServiceSpec spec) {
    var name = spec.argv().getFirst();
    var registered = settings.handlers().get(name);
    return registered != null ? registered : Builtin.named(name).orElseThrow()::serve;
  }

  /** Returns what a good entry resolves to. */
  Service.Prepared prepare(ServiceSpec spec) throws UnknownHostException {
    return new Service.Prepared(spec, keys(spec), spec.internal() ? null : spawner(spec));
  }

  /** Returns what an entry's sockets are opened with. */
  private List<ServiceSocket.Key> keys(ServiceSpec spec) throws UnknownHostException {
    boolean dual = spec.protocol() == Protocol.TCP46 || spec.protocol() == Protocol.UDP46;
    return addresses(spec).stream()
        .distinct()
        .map(
            address ->
                new ServiceSocket.Key(
                    spec.type(), address, dual, spec.sendBuffer(), spec.receiveBuffer()))
        .toList();
  }

  private List<SocketAddress> addresses(ServiceSpec spec) throws UnknownHostException {
    if (spec.protocol() == Protocol.UNIX) {
      return List.of(UnixDomainSocketAddress.of(spec.service()));
    }
    int port = port(spec);
    var found = new ArrayList<SocketAddress>();
    if (spec.hosts().isEmpty()) {
      if (takesIpv4(spec.protocol())) {
        found.add(new InetSocketAddress(InetAddress.getByAddress(new byte[4]), port));
      }
      if (takesIpv6(spec.protocol())) {
        found.add(new InetSocketAddress(InetAddress.getByAddress(new byte[16]), port));
      }
      return found;
    }
    for (var host : spec.hosts()) {
      int before = found.size();
      for (var address : InetAddress.getAllByName(host)) {
        boolean ours =
            address instanceof Inet6Address
                ? takesIpv6(spec.protocol())
                : takesIpv4(spec.protocol());
        if (ours) {
          found.add(new InetSocketAddress(address, port));
        }
      }
      if (found.size() == before) {
        throw new UnknownHostException("no " + spec.protocol().keyword() + " address: \"" + host + '"');
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

  private int port(ServiceSpec spec) throws NoSuchServiceException {
    var number = spec.port();
    return number.isPresent()
        ? number.getAsInt()
        : settings.services().resolve(spec.service(), spec.protocol().services());
  }
}
