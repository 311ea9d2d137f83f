package io.netsvc.inetd.config;

import java.time.Duration;

/** What the {@code [Socket]} of a unit says of a service. */
final class SystemdSocket {
  private final SystemdUnit unit;
  private final SystemdName name;
  private final SystemdServices services;

  SystemdSocket(SystemdUnit unit, SystemdServices services) {
    this.unit = unit;
    this.name = new SystemdName(unit.name());
    this.services = services;
  }

  /** Returns the service with what the unit says of it. */
  ServiceSpec on(ServiceSpec spec, boolean accepts) throws Rejected {
    var listens = SystemdListens.of(unit);
    var said = spec;
    for (var setting : unit.settings()) {
      if (setting.section().equals("Socket")) {
        said = socket(said, setting, listens);
      } else {
        services.keep("socket", setting);
      }
    }
    if (listens.all().isEmpty()) {
      throw new Rejected(new Position(1, 1), "read no ListenStream= or ListenDatagram= that is served, expected one");
    }
    said = said.with(Attribute.LISTENS, listens.all()).with(Attribute.WAIT, !accepts);
    if (accepts && said.isDatagram()) {
      throw unit.last("Socket", "Accept").orElseThrow().expected("no, since a datagram is not accepted");
    }
    return rate(owner(said));
  }

  private ServiceSpec socket(ServiceSpec spec, SystemdUnit.Setting setting, SystemdListens listens) throws Rejected {
    var key = setting.key().text();
    var value = name.expand(setting.value().text(), setting);
    var same = SystemdServices.SOCKET.get(key);
    if (same != null) {
      return SystemdServices.said(spec, same, setting, value);
    }
    switch (key) {
      case "ListenStream" -> listen(listens, SocketType.STREAM, setting, value);
      case "ListenDatagram" -> listen(listens, SocketType.DGRAM, setting, value);
      case "ListenSequentialPacket" -> listen(listens, SocketType.SEQPACKET, setting, value);
      case "ListenFIFO", "ListenSpecial", "ListenNetlink", "ListenMessageQueue", "ListenUSBFunction" -> {
        services.warn(setting, Word.shown(key) + " is not served");
        services.remember("socket", setting);
      }
      case "Accept", "SocketUser", "SocketGroup", "BindIPv6Only", "TriggerLimitBurst" -> {}
      case "TriggerLimitIntervalSec" -> {
        if (unit.last("Socket", "TriggerLimitBurst").isEmpty()) {
          services.warn(setting, Word.shown(key) + " has no meaning here without TriggerLimitBurst=");
        }
      }
      case "Service" -> services.remember("socket", setting);
      case "Backlog" -> {
        long backlog = value.matches("[0-9]{1,10}") ? Long.parseLong(value) : 0;
        if (backlog < 1) {
          throw setting.expected("a number of connections, at least 1");
        }
        return spec.with(
            Attribute.BACKLOG, (int) Math.min(backlog, Integer.MAX_VALUE), setting.file(), setting.key().position());
      }
      case "MaxConnectionsPerSource" -> {
        return value.equals("0") ? spec : SystemdServices.said(spec, Attribute.PER_SOURCE, setting, value);
      }
      default -> services.keep("socket", setting);
    }
    return spec;
  }

  private void listen(SystemdListens listens, SocketType type, SystemdUnit.Setting setting, String value)
      throws Rejected {
    if (!listens.add(type, setting, value)) {
      services.found().warning(
          setting.file(), setting.value().position(), "read " + Word.shown(value) + ", which is not served");
      services.remember("socket", setting);
    }
  }

  private ServiceSpec owner(ServiceSpec spec) throws Rejected {
    var user = unit.last("Socket", "SocketUser");
    var group = unit.last("Socket", "SocketGroup");
    if (user.isEmpty() && group.isEmpty()) {
      return spec;
    }
    var account =
        user.isPresent() ? Account.of(name.expand(user.get().value().text(), user.get())) : Account.OWN;
    if (group.isPresent()) {
      account = account.withGroup(name.expand(group.get().value().text(), group.get()));
    }
    var by = user.or(() -> group).orElseThrow();
    return spec.with(Attribute.SOCKET_OWNER, account, by.file(), by.value().position());
  }

  private ServiceSpec rate(ServiceSpec spec) throws Rejected {
    var burst = unit.last("Socket", "TriggerLimitBurst");
    if (burst.isEmpty() || burst.get().value().text().equals("0")) {
      return spec;
    }
    var by = burst.get();
    var count = Numbers.parse(by.value().text());
    if (count.isEmpty()) {
      throw by.expected("a number from 0");
    }
    var window = Duration.ofSeconds(2);
    var interval = unit.last("Socket", "TriggerLimitIntervalSec");
    if (interval.isPresent()) {
      window =
          SystemdValues.time(interval.get().value().text())
              .orElseThrow(() -> interval.get().expected("a time such as 90, 500ms or 1min 30s"));
    }
    return window.isPositive()
        ? spec.with(
            Attribute.RATE, new Rate(count.getAsInt(), window, Duration.ZERO), by.file(), by.value().position())
        : spec;
  }
}
