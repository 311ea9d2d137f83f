package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns sections of xinetd, and what the defaults have for them, into services. */
final class XinetdServices {
  /** What a section takes from the defaults where it does not say it. */
  private static final Set<String> INHERITED =
      Set.of(
          "log_type", "bind", "interface", "per_source", "umask", "log_on_success", "log_on_failure", "only_from",
          "no_access", "passenv", "instances", "banner", "banner_success", "banner_fail", "cps", "max_load",
          "groups", "v6only", "mdns", "deny_time", "access_times");

  /** Flags with a meaning of their own here; the others are kept. */
  private static final Set<String> FLAGS =
      Set.of("ipv4", "ipv6", "keepalive", "nodelay", "nameinargs", "nolibwrap", "sensor");

  static final Map<String, Limit> LIMITS =
      Map.of(
          "rlimit_as", Limit.ADDRESS_SPACE,
          "rlimit_cpu", Limit.CPU,
          "rlimit_data", Limit.DATA,
          "rlimit_rss", Limit.RESIDENT,
          "rlimit_stack", Limit.STACK,
          "rlimit_files", Limit.OPEN_FILES);

  /** Attributes that are read as the attribute here that has the same words. */
  static final Map<String, Attribute<?>> SAME = same();

  private final XinetdSection defaults;
  private final Found found;

  XinetdServices(XinetdSection defaults, Found found) {
    this.defaults = defaults;
    this.found = found;
    leaveOutWrongDefaults();
  }

  /** A default that is wrong is one error, and not one for each section. */
  private void leaveOutWrongDefaults() {
    for (var setting : List.copyOf(defaults.settings().entrySet())) {
      try {
        new Reading(defaults).attribute(setting.getKey(), setting.getValue());
      } catch (Rejected e) {
        found.error(defaults.file(), e);
        defaults.settings().remove(setting.getKey());
      }
    }
    defaults.remarks().clear();
  }

  private static Map<String, Attribute<?>> same() {
    var same = new LinkedHashMap<String, Attribute<?>>();
    for (var attribute :
        List.of(
            Attribute.ID, Attribute.ONLY_FROM, Attribute.NO_ACCESS, Attribute.ACCESS_TIMES, Attribute.NICE,
            Attribute.UMASK, Attribute.ENVIRONMENT, Attribute.PASS_ENVIRONMENT, Attribute.BANNER,
            Attribute.BANNER_SUCCESS, Attribute.BANNER_FAIL, Attribute.MAX_LOAD, Attribute.LOG_TYPE,
            Attribute.LOG_SUCCESS, Attribute.LOG_FAILURE, Attribute.WAIT)) {
      same.put(attribute.key(), attribute);
    }
    return Map.copyOf(same);
  }

  void accept(XinetdSection section) {
    section.settle(defaults);
    defaults.settings().forEach(
        (key, setting) -> {
          if (INHERITED.contains(key)) {
            section.settings().putIfAbsent(key, setting);
          }
        });
    var head = section.head();
    var partial = ServiceSpec.empty().placed(section.file(), head.position()).with(Attribute.ID, head.text());
    try {
      if (section.failure().isPresent()) {
        throw section.failure().get();
      }
      boolean disabled = isOff(section);
      Optional<ServiceSpec> spec;
      try {
        spec = Optional.of(new Reading(section).spec());
      } catch (Rejected e) {
        if (!disabled) {
          throw e;
        }
        spec = Optional.empty(); // what is off may be unfinished
      }
      if (disabled) {
        found.disabled(new DisabledEntry(head.position(), "", head.text(), spec));
      } else {
        section.remarks().forEach(r -> found.warning(section.file(), r.at(), r.message()));
        spec.ifPresent(found::service);
      }
    } catch (Rejected e) {
      found.broken(section.file(), e, BrokenEntry.of(partial));
    }
  }

  private boolean isOff(XinetdSection section) throws Rejected {
    var id = section.one("id").orElse(section.head()).text();
    var enabled = defaults.settings().get("enabled");
    if (enabled != null && enabled.values().stream().noneMatch(word -> word.text().equals(id))) {
      return true;
    }
    if (defaults.texts("disabled").contains(id)) {
      return true;
    }
    var disable = section.settings().get("disable");
    return disable != null && Syntax.yesNo().read(disable.key(), disable.values());
  }

  /**
   * Returns the daemon that xinetd asks hosts.allow about where the section does not say: the
   * program by its name there, and by the section's what has none. A trap refuses everybody anyway.
   */
  static Optional<String> usualWrappers(ServiceSpec spec, String section) {
    if (spec.get(Attribute.DENY_TIME).isPresent()) {
      return Optional.empty();
    }
    if (spec.internal() || spec.get(Attribute.REDIRECT).isPresent()) {
      return Optional.of(section);
    }
    var name = spec.get(Attribute.PROGRAM).map(_ -> spec.argv().getFirst());
    return name.map(path -> path.substring(path.lastIndexOf('/') + 1));
  }

  /** One section on its way to a service. */
  private static final class Reading {
    private final XinetdSection section;
    private final Word head;
    private final Set<String> types = new LinkedHashSet<>();
    private final Set<String> flags = new LinkedHashSet<>();
    private final Map<String, String> other = new HashMap<>();
    private boolean groups;
    private ServiceSpec spec;

    Reading(XinetdSection section) {
      this.section = section;
      this.head = section.head();
      this.spec = ServiceSpec.empty().placed(section.file(), head.position());
      section.texts("type").forEach(type -> types.add(type.toUpperCase(Locale.ROOT)));
      section.texts("flags").forEach(flag -> flags.add(flag.toLowerCase(Locale.ROOT)));
    }

    ServiceSpec spec() throws Rejected {
      listens();
      for (var setting : section.settings().entrySet()) {
        attribute(setting.getKey(), setting.getValue());
      }
      program();
      account();
      flags();
      if (!other.isEmpty()) {
        spec = spec.with(Attribute.OTHER, Map.copyOf(other));
      }
      if (spec.get(Attribute.WAIT).isEmpty()) {
        throw missing("wait");
      }
      return spec.with(Attribute.VARIABLES, Variables.XINETD);
    }

    private Rejected missing(String attribute) {
      return new Rejected(
          head.position(), "read no " + attribute + " for service " + Word.shown(head.text()) + ", expected one");
    }

    private Word required(String attribute) throws Rejected {
      return section.one(attribute).orElseThrow(() -> missing(attribute));
    }

    private void listens() throws Rejected {
      if (types.contains("TCPMUX") || types.contains("TCPMUXPLUS")) {
        spec = spec.with(Attribute.TCPMUX, new Tcpmux(head.text(), types.contains("TCPMUXPLUS")), head.position());
        return;
      }
      var typeWord = required("socket_type");
      var type = SpecParser.type(typeWord);
      var protocolWord = section.one("protocol");
      var usual = type == SocketType.DGRAM ? "udp" : "tcp";
      var name = protocolWord.map(Word::text).orElse(usual);
      var protocol = protocol(protocolWord.orElse(typeWord), name);
      if (!protocol.carries(type)) {
        throw typeWord.expected("a socket type that " + name + " has");
      }
      var bind = section.one(section.settings().containsKey("bind") ? "bind" : "interface");
      var hosts = bind.isPresent() ? ServiceField.hosts(bind.get(), bind.get().text()) : List.<String>of();
      if (!hosts.isEmpty()) {
        protocol = at(protocol, hosts);
      }
      if (types.contains("RPC")) {
        rpc(type, protocol, hosts);
        return;
      }
      var port = section.one("port");
      if (port.isEmpty() && types.contains("UNLISTED")) {
        throw missing("port");
      }
      var service = ServiceField.parse(port.orElse(head), protocol, hosts).service();
      spec = spec.with(Attribute.LISTENS, List.of(new Listen(type, protocol, hosts, service)), head.position());
      if (port.isPresent() && section.one("id").isEmpty()) {
        spec = spec.with(Attribute.ID, head.text(), head.position()); // what logs call it
      }
    }

    /** At addresses that are written out, their family is the protocol's; at a name's, both. */
    private static Protocol at(Protocol protocol, List<String> hosts) {
      boolean tcp = protocol.services().equals("tcp");
      boolean six = hosts.stream().anyMatch(host -> host.indexOf(':') >= 0);
      boolean four = hosts.stream().anyMatch(host -> host.matches("[0-9.]+"));
      return switch (protocol) {
        case TCP46, UDP46 -> {
          if (six && !four) {
            yield tcp ? Protocol.TCP6 : Protocol.UDP6;
          }
          yield four && !six ? (tcp ? Protocol.TCP4 : Protocol.UDP4) : (tcp ? Protocol.TCP : Protocol.UDP);
        }
        default -> protocol;
      };
    }

    /** IPv6 with IPv4 clients too, unless {@code v6only} or a flag says otherwise. */
    private Protocol protocol(Word word, String name) throws Rejected {
      boolean six = !flags.contains("ipv4") || flags.contains("ipv6");
      var only = section.settings().get("v6only");
      boolean alone = only != null && Syntax.yesNo().read(only.key(), only.values());
      return switch (name) {
        case "tcp" -> six ? (alone ? Protocol.TCP6 : Protocol.TCP46) : Protocol.TCP4;
        case "udp" -> six ? (alone ? Protocol.UDP6 : Protocol.UDP46) : Protocol.UDP4;
        case "tcp6" -> Protocol.TCP6;
        case "udp6" -> Protocol.UDP6;
        default -> throw word.expected("tcp or udp");
      };
    }

    private void rpc(SocketType type, Protocol protocol, List<String> hosts) throws Rejected {
      var program = section.one("rpc_number").map(Word::text).orElse(head.text());
      var versions = required("rpc_version");
      var rpc =
          Syntaxes.rpc(program + '/' + versions.text())
              .orElseThrow(() -> versions.expected("a version or two with a dash between"));
      spec = spec.with(Attribute.RPC, rpc, versions.position());
      spec = spec.with(Attribute.LISTENS, List.of(new Listen(type, protocol, hosts, program)), head.position());
    }

    private void attribute(String key, XinetdSection.Setting setting) throws Rejected {
      var same = SAME.get(key);
      if (same != null) {
        if (!setting.values().isEmpty() || key.equals("only_from") || key.equals("no_access")) {
          spec = said(same, setting);
        }
        return;
      }
      if (LIMITS.containsKey(key)) {
        limit(LIMITS.get(key), setting);
        return;
      }
      switch (key) {
        case "type", "flags", "disable", "socket_type", "protocol", "bind", "interface", "port", "v6only",
            "rpc_version", "rpc_number", "server", "server_args", "user", "group" -> {}
        case "instances" -> count(Attribute.INSTANCES, setting);
        case "per_source" -> count(Attribute.PER_SOURCE, setting);
        case "cps" -> cps(setting);
        case "groups" -> groups = Syntax.yesNo().read(setting.key(), setting.values());
        case "redirect" -> redirect(setting);
        case "libwrap" -> {
          var daemon = one(setting).text();
          if (!flags.contains("nolibwrap")) {
            spec = spec.with(Attribute.WRAPPERS, daemon, setting.key().position());
          }
        }
        case "deny_time" -> {} // with the flag SENSOR
        case "mdns", "labeled", "enabled", "disabled" -> other.put(key, joined(setting));
        default -> unknown(key, setting);
      }
    }

    private void unknown(String key, XinetdSection.Setting setting) {
      var known = new ArrayList<>(SAME.keySet());
      known.addAll(LIMITS.keySet());
      known.addAll(INHERITED);
      known.addAll(List.of("socket_type", "protocol", "server", "server_args", "port", "disable", "type", "redirect"));
      section.remark(
          setting.key().position(),
          "read " + Word.shown(key) + ", which xinetd does not have"
              + Nearest.to(key, known).map(near -> "; expected perhaps " + near).orElse(""));
      other.put(key, joined(setting));
    }

    private static String joined(XinetdSection.Setting setting) {
      return String.join(" ", setting.values().stream().map(Word::text).toList());
    }

    private <T> ServiceSpec said(Attribute<T> attribute, XinetdSection.Setting setting) throws Rejected {
      return spec.with(
          attribute,
          attribute.syntax().read(setting.key(), setting.values()),
          setting.key().position());
    }

    private static Word one(XinetdSection.Setting setting) throws Rejected {
      if (setting.values().size() != 1) {
        throw setting.key().expected("one value");
      }
      return setting.values().getFirst();
    }

    private void count(Attribute<Integer> attribute, XinetdSection.Setting setting) throws Rejected {
      if (!one(setting).text().equalsIgnoreCase("unlimited")) {
        spec = said(attribute, setting);
      }
    }

    private void cps(XinetdSection.Setting setting) throws Rejected {
      var values = setting.values();
      var rate = Numbers.parse(values.isEmpty() ? "" : values.getFirst().text());
      var wait = Numbers.parse(values.size() < 2 ? "10" : values.get(1).text());
      if (rate.isEmpty() || wait.isEmpty() || values.size() > 2) {
        throw setting.key().expected("two numbers after cps: connections a second, and seconds to pause");
      }
      if (rate.getAsInt() > 0) {
        spec =
            spec.with(
                Attribute.RATE,
                new Rate(rate.getAsInt(), Duration.ofSeconds(1), Duration.ofSeconds(wait.getAsInt())),
                setting.key().position());
      }
    }

    private void limit(Limit limit, XinetdSection.Setting setting) throws Rejected {
      var word = one(setting);
      var text = word.text().toLowerCase(Locale.ROOT);
      long bound =
          text.equals("unlimited")
              ? Limit.UNLIMITED
              : Numbers.longSize(text).orElseThrow(() -> word.expected("a size or UNLIMITED"));
      var all = new HashMap<>(spec.get(Attribute.LIMITS).orElse(Map.of()));
      all.put(limit, new Bounds(bound, bound));
      spec = spec.with(Attribute.LIMITS, Map.copyOf(all), setting.key().position());
    }

    private void redirect(XinetdSection.Setting setting) throws Rejected {
      if (setting.values().size() != 2) {
        throw setting.key().expected("a host and a port after redirect");
      }
      var host = setting.values().getFirst().text();
      var target = (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + setting.values().get(1).text();
      spec = spec.with(Attribute.REDIRECT, target, setting.key().position());
    }

    private void program() throws Rejected {
      var args = section.texts("server_args");
      if (types.contains("INTERNAL")) {
        spec = spec.with(Attribute.PROGRAM, ServiceSpec.INTERNAL, head.position());
        spec = spec.with(Attribute.ARGV, List.of(head.text().replaceAll("-(stream|dgram)$", "")));
        return;
      }
      var server = section.one("server");
      if (server.isEmpty()) {
        if (spec.get(Attribute.REDIRECT).isPresent() || flags.contains("sensor")) {
          return;
        }
        throw missing("server");
      }
      var path = server.get();
      if (!path.text().startsWith("/") || path.text().endsWith("/")) {
        throw path.expected("an absolute path");
      }
      spec = spec.with(Attribute.PROGRAM, path.text(), path.position());
      var argv = new ArrayList<String>();
      if (!flags.contains("nameinargs")) {
        argv.add(path.text().substring(path.text().lastIndexOf('/') + 1));
      }
      argv.addAll(args);
      if (argv.isEmpty()) {
        throw new Rejected(head.position(), "read NAMEINARGS and no server_args, expected the program's name there");
      }
      if (!args.isEmpty()) {
        spec = spec.with(Attribute.ARGV, List.copyOf(argv), path.position());
      }
    }

    private void account() throws Rejected {
      var user = section.one("user");
      var group = section.one("group");
      boolean program = spec.get(Attribute.PROGRAM).isPresent() && !spec.internal();
      if (user.isEmpty() && program) {
        throw missing("user");
      }
      if (user.isPresent()) {
        var account = Account.of(user.get().text());
        spec =
            spec.with(
                Attribute.USER,
                group.isPresent() ? account.withGroup(group.get().text()) : account,
                user.get().position());
      }
      if (program && !groups) {
        spec = spec.with(Attribute.INIT_GROUPS, false);
      }
    }

    private void flags() throws Rejected {
      if (flags.contains("keepalive")) {
        spec = spec.with(Attribute.KEEP_ALIVE, true);
      }
      if (flags.contains("nodelay")) {
        spec = spec.with(Attribute.NO_DELAY, true);
      }
      if (flags.contains("sensor")) {
        spec = spec.with(Attribute.DENY_TIME, denyTime());
      }
      if (flags.contains("idonly")) {
        section.remark(head.position(), "IDONLY is not followed: clients without an identity are served");
      }
      var wrapped = usualWrappers(spec, head.text());
      if (!flags.contains("nolibwrap") && spec.get(Attribute.WRAPPERS).isEmpty() && wrapped.isPresent()) {
        spec = spec.with(Attribute.WRAPPERS, wrapped.get());
      }
      var kept = new ArrayList<String>();
      for (var flag : flags) {
        if (!FLAGS.contains(flag)) {
          kept.add(flag.toUpperCase(Locale.ROOT));
        }
      }
      if (!kept.isEmpty()) {
        other.put("flags", String.join(" ", kept));
      }
    }

    /** In minutes; for ever is zero here, and never a moment. */
    private Duration denyTime() throws Rejected {
      var word = section.one("deny_time");
      if (word.isEmpty() || word.get().text().equalsIgnoreCase("never")) {
        return Duration.ofMillis(1);
      }
      if (word.get().text().equalsIgnoreCase("forever")) {
        return Duration.ZERO;
      }
      var minutes = Numbers.parse(word.get().text());
      return Duration.ofMinutes(minutes.stream().boxed().findFirst().orElseThrow(
          () -> word.get().expected("minutes, FOREVER or NEVER")));
    }
  }
}
