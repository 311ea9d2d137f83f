package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the {@code [Service]} of a unit says of a service. */
final class SystemdService {
  private static final String SECTION = "Service";

  private final SystemdUnit unit;
  private final SystemdName name;
  private final SystemdServices services;
  private final boolean accepts;
  private final SystemdEnvironment environment;
  private final Map<Limit, Bounds> limits = new HashMap<>();
  private final Map<Attribute<List<String>>, List<String>> lists = new HashMap<>();

  /** @param accepts whether there is a process of it for each connection */
  SystemdService(SystemdUnit unit, SystemdServices services, boolean accepts) {
    this.unit = unit;
    this.name = new SystemdName(unit.name());
    this.services = services;
    this.accepts = accepts;
    this.environment = new SystemdEnvironment(name, services.found());
  }

  /** Returns the service with what the unit says of it. */
  ServiceSpec on(ServiceSpec spec) throws Rejected {
    var said = spec;
    for (var setting : unit.settings()) {
      if (!setting.section().equals(SECTION)) {
        services.keep("service", setting);
        continue;
      }
      if (accepts && SystemdName.asksForInstance(setting.value().text())) {
        services.warn(setting, "%i is empty here, where systemd has the connection's addresses");
      }
      said = service(said, setting);
    }
    said = fds(account(exec(said)));
    if (!limits.isEmpty()) {
      said = said.with(Attribute.LIMITS, Map.copyOf(limits));
    }
    for (var list : lists.entrySet()) {
      said = said.with(list.getKey(), List.copyOf(list.getValue()));
    }
    var variables = environment.all();
    return variables.isEmpty() ? said : said.with(Attribute.ENVIRONMENT, variables);
  }

  private ServiceSpec service(ServiceSpec spec, SystemdUnit.Setting setting) throws Rejected {
    var key = setting.key().text();
    switch (key) {
      case "ExecStart", "User", "Group", "StandardInput", "StandardOutput", "StandardError" -> {
        return spec;
      }
      case "Environment" -> {
        environment.assign(setting);
        return spec;
      }
      case "EnvironmentFile" -> {
        environment.file(setting);
        return spec;
      }
      case "SupplementaryGroups" -> {
        list(Attribute.GROUPS, setting);
        return spec;
      }
      case "PassEnvironment" -> {
        list(Attribute.PASS_ENVIRONMENT, setting);
        return spec;
      }
      default -> {}
    }
    var value = name.expand(setting.value().text(), setting);
    var same = SystemdServices.SERVICE.get(key);
    if (same != null) {
      return value.equals("infinity") ? spec : SystemdServices.said(spec, same, setting, value);
    }
    var limit = SystemdServices.LIMITS.get(key);
    if (limit != null) {
      limits.put(limit, SystemdValues.bounds(limit, setting, value));
      return spec;
    }
    switch (key) {
      case "WorkingDirectory" -> {
        return directory(spec, setting, value);
      }
      case "DynamicUser" -> {
        if (SystemdValues.truth(value).orElse(true) && unit.last(SECTION, "User").isEmpty()) {
          throw setting.expected("no, or a User=, since there are no users here for a service alone");
        }
        services.keep("service", setting);
      }
      case "Type" -> {
        if (!List.of("simple", "exec", "oneshot", "notify", "notify-reload", "idle").contains(value)) {
          services.warn(setting, "read " + Word.shown(value) + ", which is not followed; expected simple, exec, oneshot or notify");
        }
        services.remember("service", setting);
      }
      default -> services.keep("service", setting);
    }
    return spec;
  }

  private void list(Attribute<List<String>> attribute, SystemdUnit.Setting setting) throws Rejected {
    var list = lists.computeIfAbsent(attribute, _ -> new ArrayList<>());
    for (var word : SystemdWords.split(setting, false)) {
      list.add(name.expand(word, setting));
    }
  }

  private static ServiceSpec directory(ServiceSpec spec, SystemdUnit.Setting setting, String value) throws Rejected {
    var directory = value.startsWith("-") ? value.substring(1) : value;
    if (!directory.startsWith("/") && !directory.equals("~")) {
      throw setting.expected("an absolute path or ~");
    }
    return spec.with(
        Attribute.DIRECTORY, directory.equals("~") ? "~/" : directory, setting.file(), setting.key().position());
  }

  private ServiceSpec exec(ServiceSpec spec) throws Rejected {
    var commands = unit.all(SECTION, "ExecStart");
    if (commands.isEmpty()) {
      throw new Rejected(new Position(1, 1), "read no ExecStart= in " + Word.shown(unit.name()) + ", expected one")
          .in(unit.file());
    }
    if (commands.size() > 1) {
      var second = commands.get(1);
      throw second.key().expected("one ExecStart=").in(second.file());
    }
    return new SystemdCommand(commands.getFirst(), name, environment.all(), services.found()).on(spec);
  }

  private ServiceSpec account(ServiceSpec spec) throws Rejected {
    var user = unit.last(SECTION, "User");
    var group = unit.last(SECTION, "Group");
    if (user.isEmpty() && group.isEmpty()) {
      return spec;
    }
    var account = Account.of(user.isPresent() ? name.expand(user.get().value().text(), user.get()) : "root");
    if (group.isPresent()) {
      account = account.withGroup(name.expand(group.get().value().text(), group.get()));
    }
    var by = user.or(() -> group).orElseThrow();
    return spec.with(Attribute.USER, account, by.file(), by.value().position());
  }

  private ServiceSpec fds(ServiceSpec spec) {
    var input = unit.last(SECTION, "StandardInput");
    boolean socket = input.isPresent() && input.get().value().text().equals("socket");
    var said = socket ? spec : spec.with(Attribute.FDS, Fds.SYSTEMD);
    if (input.isPresent() && !socket && !input.get().value().text().equals("null")) {
      services.warn(input.get(), "\"StandardInput\" is not followed; expected socket or null");
    }
    unit.last(SECTION, "StandardOutput")
        .filter(o -> !List.of("socket", "inherit", socket ? "socket" : "journal").contains(o.value().text()))
        .ifPresent(o -> services.warn(o, "\"StandardOutput\" is not followed; expected " + (socket ? "socket" : "journal")));
    var error = unit.last(SECTION, "StandardError");
    if (error.isPresent()) {
      var word = error.get().value().text().replaceAll("\\+console$", "");
      switch (word) {
        case "null" -> said = said.with(Attribute.STDERR, Stderr.NULL);
        case "journal", "syslog", "kmsg" -> said = said.with(Attribute.STDERR, Stderr.LOG);
        case "inherit", "socket" -> {}
        default -> services.warn(error.get(), "\"StandardError\" is not followed; expected inherit, socket, journal or null");
      }
    }
    return accepts ? said.with(Attribute.VARIABLES, Variables.SYSTEMD) : said;
  }
}
