package io.netsvc.inetd;

import io.netsvc.inetd.config.Account;
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
      found.add(spec.error(Attribute.LISTENS, String.valueOf(e.getMessage())));
    }
    if (spec.internal()) {
      checkInternal(spec, found);
    } else {
      try {
        checkProgram(spec, found);
      } catch (UncheckedIOException e) { // the databases of users and groups, for want of fds
        found.add(spec.error(Attribute.USER, String.valueOf(e.getMessage())));
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
                  Attribute.LISTENS,
                  "the entry on line " + other.getValue().line() + " listens at " + key.address() + " already"));
          return;
        }
      }
    }
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

  private void checkProgram(ServiceSpec spec, List<Diagnostic> found) {
    var user = user(spec);
    if (user == null) {
      found.add(spec.error(Attribute.USER, "no such user: \"" + spec.account().user() + '"'));
      return;
    }
    int self = Credentials.effectiveUid();
    if (self != 0 && user.uid() != self) {
      found.add(
          spec.error(
              Attribute.USER,
              "cannot run as \"" + spec.account().user() + "\" without privilege: expected - or this server's own user"));
    }
    var group = group(spec);
    if (group != null && Credentials.gid(group).isEmpty()) {
      found.add(spec.error(Attribute.USER, "no such group: \"" + group + '"'));
    }
    var program = program(spec, user);
    if (!Files.exists(program)) {
      found.add(spec.error(Attribute.PROGRAM, "no such program: " + program));
    } else if (!Files.isExecutable(program) || Files.isDirectory(program)) {
      found.add(spec.error(Attribute.PROGRAM, "not an executable file: " + program));
    }
  }

  private static Credentials.@Nullable User user(ServiceSpec spec) {
    var account = spec.account();
    if (account.equals(Account.OWN)) {
      return Credentials.user(String.valueOf(Credentials.effectiveUid())).orElse(null);
    }
    if (account.dotted()) {
      var whole = Credentials.user(account.toString());
      if (whole.isPresent()) {
        return whole.get();
      }
    }
    return Credentials.user(account.user()).orElse(null);
  }

  private static @Nullable String group(ServiceSpec spec) {
    var account = spec.account();
    if (account.dotted() && Credentials.user(account.toString()).isPresent()) {
      return null;
    }
    return account.group().orElse(null);
  }

  private static Path program(ServiceSpec spec, Credentials.User user) {
    return Path.of(expanded(spec.get(Attribute.PROGRAM).orElse(""), user));
  }

  private static String expanded(String word, Credentials.User user) {
    return word.startsWith("~/") ? user.home() + word.substring(1) : word;
  }

  /** Returns what starts the program of a checked entry. */
  ProcessSpawner spawner(ServiceSpec spec) {
    var user = user(spec);
    if (user == null) {
      throw new IllegalArgumentException("no such user: " + spec.account().user());
    }
    var argv = new ArrayList<String>();
    for (var word : spec.argv()) {
      argv.add(expanded(word, user));
    }
    boolean switches = !spec.account().equals(Account.OWN) && user.uid() != Credentials.effectiveUid();
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
    var keys = new ArrayList<ServiceSocket.Key>();
    for (var listen : spec.listens()) {
      boolean dual = listen.protocol() == Protocol.TCP46 || listen.protocol() == Protocol.UDP46;
      addresses(listen).stream()
          .distinct()
          .map(
              address ->
                  new ServiceSocket.Key(
                      listen.type(),
                      address,
                      dual,
                      spec.get(Attribute.SEND_BUFFER),
                      spec.get(Attribute.RECEIVE_BUFFER)))
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
