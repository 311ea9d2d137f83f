package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a service as a socket unit and the service that it starts. */
final class SystemdWriter implements Printer.Writer {
  private static final Set<Attribute<?>> SAID =
      Set.of(
          Attribute.ID, Attribute.LISTENS, Attribute.BACKLOG, Attribute.SOCKET_OWNER, Attribute.WAIT, Attribute.PROGRAM,
          Attribute.ARGV, Attribute.USER, Attribute.GROUPS, Attribute.FDS, Attribute.VARIABLES, Attribute.ENVIRONMENT,
          Attribute.PASS_ENVIRONMENT, Attribute.DIRECTORY, Attribute.LIMITS, Attribute.STDERR, Attribute.PER_SOURCE,
          Attribute.RATE, Attribute.OTHER, Attribute.SECTION);

  @Override
  public void write(ServiceSpec spec, boolean off, Printer out) {
    if (off) {
      return; // a unit that is off is one that is not there
    }
    if (spec.listens().isEmpty() || spec.internal() || spec.get(Attribute.PROGRAM).isEmpty()) {
      out.lost(spec, Attribute.PROGRAM, "a service without a program or a socket, such as " + spec.name());
      return;
    }
    new Units(spec, out).write();
  }

  /** A pair of units on its way. */
  private static final class Units {
    private final ServiceSpec spec;
    private final Printer out;
    private final List<String> socket = new ArrayList<>();
    private final List<String> service = new ArrayList<>();
    private final List<Attribute<?>> unsaid = new ArrayList<>();

    Units(ServiceSpec spec, Printer out) {
      this.spec = spec;
      this.out = out;
    }

    void write() {
      spec.listens().forEach(this::listen);
      sockets();
      service();
      for (var attribute : spec.attributes()) {
        if (SystemdServices.SOCKET.containsValue(attribute)) {
          same(attribute, SystemdServices.SOCKET, socket);
        } else if (SystemdServices.SERVICE.containsValue(attribute)) {
          same(attribute, SystemdServices.SERVICE, service);
        } else if (!SAID.contains(attribute)) {
          lost(attribute);
        }
      }
      var name = name();
      out.line("# " + name + ".socket");
      other("socket.", socket, "Socket");
      out.line("# " + name + (spec.waits() ? ".service" : "@.service"));
      other("service.", service, "Service");
    }

    private void lost(Attribute<?> attribute) {
      unsaid.add(attribute);
      out.lost(spec, attribute);
    }

    private <T> void same(Attribute<T> attribute, Map<String, Attribute<?>> keys, List<String> lines) {
      for (var key : keys.entrySet()) {
        if (key.getValue().equals(attribute)) {
          lines.add(key.getKey() + '=' + String.join(" ", attribute.syntax().write(spec.get(attribute).orElseThrow())));
        }
      }
    }

    private String name() {
      var id = spec.get(Attribute.ID).orElse(spec.name()).replaceAll("[^A-Za-z0-9:_.-]", "-");
      return id.endsWith(".socket") ? id.substring(0, id.length() - 7) : id;
    }

    private void listen(Listen listen) {
      var key = listen.type() == SocketType.STREAM ? "ListenStream" : listen.type() == SocketType.DGRAM ? "ListenDatagram" : "ListenSequentialPacket";
      var hosts = listen.hosts();
      switch (listen.protocol()) {
        case UNIX -> socket.add(key + '=' + listen.service());
        case TCP46, UDP46 -> {
          if (hosts.isEmpty()) {
            socket.add(key + '=' + listen.service());
          }
          hosts.forEach(host -> socket.add(key + '=' + address(host, listen)));
        }
        case TCP4, UDP4 -> {
          for (var host : hosts.isEmpty() ? List.of("0.0.0.0") : hosts) {
            socket.add(key + '=' + address(host, listen));
          }
        }
        case TCP6, UDP6 -> {
          if (hosts.isEmpty()) {
            socket.add("BindIPv6Only=ipv6-only");
          }
          for (var host : hosts.isEmpty() ? List.of("::") : hosts) {
            socket.add(key + '=' + address(host, listen));
          }
        }
        case TCP, UDP -> {
          out.lost(spec, Attribute.LISTENS, "a socket for each family of " + spec.name() + ": it gets one for both");
          for (var host : hosts) {
            socket.add(key + '=' + address(host, listen));
          }
          if (hosts.isEmpty()) {
            socket.add(key + '=' + listen.service());
          }
        }
      }
      boolean name = listen.protocol() != Protocol.UNIX && listen.port().isEmpty();
      boolean named = hosts.stream().anyMatch(h -> h.indexOf(':') < 0 && !h.matches("[0-9.]+"));
      if (name || named) {
        unsaid.add(Attribute.LISTENS);
        out.lost(spec, Attribute.LISTENS, "the name in " + listen.name() + ": it needs a number");
      }
      if (hosts.size() > 1) {
        out.lost(spec, Attribute.LISTENS, "several addresses of " + listen.name() + " as one place");
      }
    }

    /** The scope of an address stands behind its port there. */
    private static String address(String host, Listen listen) {
      int scope = host.indexOf('%');
      return scope < 0
          ? ServiceField.text(List.of(host), listen.service())
          : ServiceField.text(List.of(host.substring(0, scope)), listen.service()) + host.substring(scope);
    }

    private void sockets() {
      if (!spec.waits()) {
        socket.add("Accept=yes");
      }
      spec.get(Attribute.BACKLOG).ifPresent(backlog -> socket.add("Backlog=" + backlog));
      var owner = spec.get(Attribute.SOCKET_OWNER);
      if (owner.isPresent()) {
        if (!owner.get().user().equals(Account.OWN.user())) {
          socket.add("SocketUser=" + owner.get().user());
        }
        owner.get().group().ifPresent(group -> socket.add("SocketGroup=" + group));
      }
      var perSource = spec.get(Attribute.PER_SOURCE);
      if (perSource.isPresent()) {
        if (perSource.get() == 0) {
          lost(Attribute.PER_SOURCE);
        } else {
          socket.add("MaxConnectionsPerSource=" + perSource.get());
        }
      }
      var rate = spec.get(Attribute.RATE);
      if (rate.isPresent()) {
        if (rate.get().count() == 0 || !rate.get().pause().isZero()) {
          lost(Attribute.RATE);
        } else {
          socket.add("TriggerLimitIntervalSec=" + Syntaxes.text(rate.get().window()));
          socket.add("TriggerLimitBurst=" + rate.get().count());
        }
      }
      if (spec.get(Attribute.ID).filter(id -> id.equals(name() + ".socket")).isEmpty()) {
        out.lost(spec, Attribute.ID, "a service without a unit's name, such as " + spec.name() + ": it gets one");
      }
    }

    private void service() {
      var program = spec.get(Attribute.PROGRAM).orElseThrow();
      if (!program.startsWith("/")) {
        lost(Attribute.PROGRAM);
      }
      var argv = spec.argv();
      boolean usual = argv.getFirst().equals(program);
      var words = new ArrayList<String>();
      words.add((usual ? "" : "@") + SystemdWords.quoted(program));
      argv.subList(usual ? 1 : 0, argv.size())
          .forEach(word -> words.add(SystemdWords.quoted(word.replace("$", "$$")))); // no variables
      service.add("ExecStart=" + String.join(" ", words));
      var account = spec.account();
      if (spec.get(Attribute.USER).isPresent() && !account.user().equals(Account.OWN.user())) {
        service.add("User=" + (account.dotted() ? account.toString() : account.user()));
        if (account.dotted()) {
          out.lost(spec, Attribute.USER, "a group after a dot of " + spec.name());
        }
        account.group().filter(g -> !account.dotted()).ifPresent(group -> service.add("Group=" + group));
      }
      if (spec.get(Attribute.FDS).filter(Fds.SYSTEMD::equals).isEmpty()) {
        service.add("StandardInput=socket");
      }
      if (spec.get(Attribute.FDS).filter(fds -> fds != Fds.SYSTEMD).isPresent()) {
        lost(Attribute.FDS);
      }
      switch (spec.get(Attribute.STDERR).orElse(Stderr.CLIENT)) {
        case LOG -> service.add("StandardError=journal");
        case NULL -> service.add("StandardError=null");
        case CLIENT -> {
          if (spec.get(Attribute.STDERR).isPresent()) {
            lost(Attribute.STDERR);
          }
        }
      }
      if (spec.get(Attribute.VARIABLES).filter(v -> v != Variables.SYSTEMD || spec.waits()).isPresent()) {
        lost(Attribute.VARIABLES);
      }
      spec.get(Attribute.GROUPS).ifPresent(groups -> service.add("SupplementaryGroups=" + quoted(groups)));
      for (var entry : spec.get(Attribute.ENVIRONMENT).orElse(Map.of()).entrySet()) {
        service.add("Environment=" + SystemdWords.quoted(entry.getKey() + '=' + entry.getValue()));
      }
      spec.get(Attribute.PASS_ENVIRONMENT).ifPresent(names -> service.add("PassEnvironment=" + quoted(names)));
      spec.get(Attribute.DIRECTORY).ifPresent(d -> service.add("WorkingDirectory=" + (d.equals("~/") ? "~" : d)));
      for (var limit : spec.get(Attribute.LIMITS).orElse(Map.of()).entrySet()) {
        limit(limit.getKey(), limit.getValue());
      }
    }

    private static String quoted(List<String> words) {
      return String.join(" ", words.stream().map(SystemdWords::quoted).toList());
    }

    private void limit(Limit limit, Bounds bounds) {
      SystemdServices.LIMITS.forEach(
          (key, value) -> {
            if (value == limit) {
              service.add(key + '=' + bound(bounds.soft()) + (bounds.soft() == bounds.hard() ? "" : ':' + bound(bounds.hard())));
            }
          });
    }

    private static String bound(long bound) {
      return bound == Limit.UNLIMITED ? "infinity" : String.valueOf(bound);
    }

    /** Prints a unit: what was kept of its other sections, and its own with what was kept there. */
    private void other(String unit, List<String> own, String section) {
      var sections = new java.util.TreeMap<String, List<String>>(java.util.Comparator.reverseOrder());
      sections.put(section, new ArrayList<>(own.stream().map(line -> line.replace("%", "%%")).toList())); // no specifiers
      spec.get(Attribute.OTHER)
          .orElse(Map.of())
          .forEach(
              (key, value) -> {
                int dot = key.lastIndexOf('.');
                if (key.startsWith(unit) && dot > unit.length()) {
                  var lines = sections.computeIfAbsent(key.substring(unit.length(), dot), _ -> new ArrayList<>());
                  value.lines().forEach(each -> lines.add(key.substring(dot + 1) + '=' + each));
                }
              });
      if (Printer.harms(unsaid)) {
        out.line("# lost something, so that it is off: rename [Off] to [" + section + "]");
      }
      sections.forEach(
          (name, lines) -> {
            boolean off = name.equals(section) && Printer.harms(unsaid);
            out.line("[" + (off ? "Off" : name) + "]");
            lines.forEach(out::line);
          });
      out.line("");
    }
  }
}
