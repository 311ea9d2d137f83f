package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One section of xinetd on its way to a service. */
final class XinetdReading {
  private final XinetdSection section;
  private final Word head;
  private final Map<String, String> other = new HashMap<>();
  private Set<String> types = Set.of();
  private Set<String> flags = Set.of();
  private boolean groups;
  private ServiceSpec spec;

  XinetdReading(XinetdSection section) {
    this.section = section;
    this.head = section.head();
    this.spec = ServiceSpec.empty().placed(section.file(), head.position());
  }

  /** Reads one of the defaults, for what is wrong with it. */
  void check(XinetdSetting setting) throws Rejected {
    attribute(setting);
    switch (setting.key().text()) {
      case "bind", "interface" -> XinetdPlace.hosts(section);
      case "v6only" -> XinetdPlace.six(section);
      case "deny_time" -> denyTime();
      default -> {}
    }
  }

  /** Returns the service of the section. */
  ServiceSpec spec() throws Rejected {
    types = XinetdTerms.types(section.values("type"));
    flags = XinetdTerms.flags(section.values("flags"));
    spec = new XinetdPlace(section, types, flags).on(spec);
    for (var setting : section.settings().values()) {
      try {
        attribute(setting);
      } catch (Rejected e) {
        throw e.in(setting.file());
      }
    }
    program();
    account();
    flags();
    waits();
    if (!other.isEmpty()) {
      spec = spec.with(Attribute.OTHER, Map.copyOf(other));
    }
    return spec.with(Attribute.VARIABLES, Variables.XINETD);
  }

  /** Returns the failure to find an attribute in a section. */
  static Rejected missing(XinetdSection section, String attribute) {
    var head = section.head();
    return new Rejected(
        head.position(), "read no " + attribute + " for service " + Word.shown(head.text()) + ", expected one");
  }

  private Rejected missing(String attribute) {
    return missing(section, attribute);
  }

  private void attribute(XinetdSetting setting) throws Rejected {
    var key = setting.key().text();
    var same = XinetdTerms.SAME.get(key);
    if (same != null) {
      spec = said(same, setting);
      return;
    }
    if (XinetdTerms.LIMITS.containsKey(key)) {
      limit(XinetdTerms.LIMITS.get(key), setting);
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
        var daemon = setting.one().text();
        if (!flags.contains("NOLIBWRAP")) {
          spec = spec.with(Attribute.WRAPPERS, daemon, setting.file(), setting.key().position());
        }
      }
      case "deny_time" -> {} // with the flag SENSOR
      case "mdns", "labeled", "enabled", "disabled" -> other.put(key, setting.joined());
      default -> {
        section.remark(setting.key().position(), XinetdTerms.unknown(key));
        other.put(key, setting.joined());
      }
    }
  }

  private <T> ServiceSpec said(Attribute<T> attribute, XinetdSetting setting) throws Rejected {
    return spec.with(
        attribute,
        attribute.syntax().read(setting.key(), setting.values()),
        setting.file(),
        setting.key(),
        setting.values());
  }

  private void count(Attribute<Integer> attribute, XinetdSetting setting) throws Rejected {
    if (!setting.one().text().equalsIgnoreCase("unlimited")) {
      spec = said(attribute, setting);
    }
  }

  private void cps(XinetdSetting setting) throws Rejected {
    var values = setting.values();
    if (values.size() > 2) {
      throw values.get(2).expected("nothing after the seconds to pause");
    }
    int rate = values.isEmpty() ? 0 : number(values.getFirst(), "connections a second");
    int wait = values.size() < 2 ? 10 : number(values.get(1), "seconds to pause");
    if (rate > 0) {
      spec =
          spec.with(
              Attribute.RATE,
              new Rate(rate, Duration.ofSeconds(1), Duration.ofSeconds(wait)),
              setting.file(),
              setting.key().position());
    }
  }

  private static int number(Word word, String what) throws Rejected {
    return Numbers.parse(word.text()).stream().boxed().findFirst().orElseThrow(
        () -> word.expected("a number of " + what));
  }

  private void limit(Limit limit, XinetdSetting setting) throws Rejected {
    var word = setting.one();
    var text = word.text().toLowerCase(Locale.ROOT);
    long bound =
        text.equals("unlimited")
            ? Limit.UNLIMITED
            : Numbers.longSize(text).orElseThrow(() -> word.expected("a size or UNLIMITED"));
    var all = new HashMap<>(spec.get(Attribute.LIMITS).orElse(Map.of()));
    all.put(limit, new Bounds(bound, bound));
    spec = spec.with(Attribute.LIMITS, Map.copyOf(all), setting.key().position());
  }

  private void redirect(XinetdSetting setting) throws Rejected {
    var values = setting.values();
    if (values.size() < 2) {
      var last = values.isEmpty() ? setting.key() : values.getFirst();
      throw new Rejected(last.end(), "read the end of the line, expected a host and a port");
    }
    if (values.size() > 2) {
      throw values.get(2).expected("nothing after the port");
    }
    var host = values.getFirst().text();
    var target = (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + values.get(1).text();
    spec = spec.with(Attribute.REDIRECT, target, setting.file(), setting.key(), values);
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
      if (spec.get(Attribute.REDIRECT).isPresent() || flags.contains("SENSOR")) {
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
    if (!flags.contains("NAMEINARGS")) {
      argv.add(base(path.text()));
    }
    argv.addAll(args);
    if (argv.isEmpty()) {
      throw new Rejected(head.position(), "read NAMEINARGS and no server_args, expected the program's name there");
    }
    if (!args.isEmpty()) {
      spec = spec.with(Attribute.ARGV, List.copyOf(argv), path.position());
    }
  }

  /** Returns what comes after the last slash. */
  static String base(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
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
    var kept = new ArrayList<String>();
    for (var flag : flags) {
      switch (flag) {
        case "KEEPALIVE" -> spec = spec.with(Attribute.KEEP_ALIVE, true);
        case "NODELAY" -> spec = spec.with(Attribute.NO_DELAY, true);
        case "SENSOR" -> spec = spec.with(Attribute.DENY_TIME, denyTime());
        case "IPV4", "IPV6", "NAMEINARGS", "NOLIBWRAP" -> {}
        case "REUSE" -> kept.add(flag); // is so in any case, in xinetd too
        default -> {
          kept.add(flag);
          section.remark(
              section.setting("flags").orElseThrow().key().position(),
              flag.equals("IDONLY")
                  ? "IDONLY is not followed: clients without an identity are served"
                  : "the flag " + flag + " is not followed");
        }
      }
    }
    if (!kept.isEmpty()) {
      other.put("flags", String.join(" ", kept));
    }
    var wrapped = usualWrappers(spec, head.text());
    if (!flags.contains("NOLIBWRAP") && spec.get(Attribute.WRAPPERS).isEmpty() && wrapped.isPresent()) {
      spec = spec.with(Attribute.WRAPPERS, wrapped.get());
    }
  }

  /**
   * Returns the daemon that xinetd asks hosts.allow about where the section does not say: the
   * program by its name in the arguments, and by the section's what has none. A trap refuses
   * everybody anyway.
   */
  static Optional<String> usualWrappers(ServiceSpec spec, String section) {
    if (spec.get(Attribute.DENY_TIME).isPresent()) {
      return Optional.empty();
    }
    if (spec.internal() || spec.get(Attribute.REDIRECT).isPresent()) {
      return Optional.of(section);
    }
    return spec.get(Attribute.PROGRAM).map(_ -> base(spec.argv().getFirst()));
  }

  private void waits() throws Rejected {
    if (spec.get(Attribute.WAIT).isEmpty()) {
      throw missing("wait");
    }
    if (spec.isDatagram() && !spec.waits()) {
      throw section.setting("wait").orElseThrow()
          .expected("yes: xinetd serves no dgram service that does not wait");
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
