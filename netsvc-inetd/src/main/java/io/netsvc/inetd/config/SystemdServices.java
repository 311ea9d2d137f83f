package io.netsvc.inetd.config;

import io.netsvc.process.Limit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns a socket unit and its service into a service; what one has no use for is kept and warned of. */
final class SystemdServices {
  /** Keys of a socket unit that say the same as an attribute here, in the same words. */
  static final Map<String, Attribute<?>> SOCKET =
      Map.ofEntries(
          Map.entry("BindToDevice", Attribute.DEVICE),
          Map.entry("SocketMode", Attribute.SOCKET_MODE),
          Map.entry("KeepAlive", Attribute.KEEP_ALIVE),
          Map.entry("NoDelay", Attribute.NO_DELAY),
          Map.entry("ReusePort", Attribute.REUSE_PORT),
          Map.entry("FreeBind", Attribute.FREE_BIND),
          Map.entry("Transparent", Attribute.TRANSPARENT),
          Map.entry("Mark", Attribute.MARK),
          Map.entry("TCPCongestion", Attribute.CONGESTION),
          Map.entry("DeferAcceptSec", Attribute.DEFER_ACCEPT),
          Map.entry("ReceiveBuffer", Attribute.RECEIVE_BUFFER),
          Map.entry("SendBuffer", Attribute.SEND_BUFFER),
          Map.entry("MaxConnections", Attribute.INSTANCES));

  static final Map<String, Attribute<?>> SERVICE =
      Map.of(
          "UMask", Attribute.UMASK,
          "Nice", Attribute.NICE,
          "NoNewPrivileges", Attribute.NO_NEW_PRIVILEGES,
          "RootDirectory", Attribute.CHROOT,
          "RuntimeMaxSec", Attribute.TIME_LIMIT,
          "TimeoutStopSec", Attribute.STOP_TIME);

  static final Map<String, Limit> LIMITS =
      Map.ofEntries(
          Map.entry("LimitCPU", Limit.CPU),
          Map.entry("LimitFSIZE", Limit.FILE_SIZE),
          Map.entry("LimitDATA", Limit.DATA),
          Map.entry("LimitSTACK", Limit.STACK),
          Map.entry("LimitCORE", Limit.CORE),
          Map.entry("LimitRSS", Limit.RESIDENT),
          Map.entry("LimitNOFILE", Limit.OPEN_FILES),
          Map.entry("LimitAS", Limit.ADDRESS_SPACE),
          Map.entry("LimitNPROC", Limit.PROCESSES),
          Map.entry("LimitMEMLOCK", Limit.LOCKED_MEMORY),
          Map.entry("LimitSIGPENDING", Limit.PENDING_SIGNALS),
          Map.entry("LimitMSGQUEUE", Limit.MESSAGE_QUEUES),
          Map.entry("LimitNICE", Limit.NICE),
          Map.entry("LimitRTPRIO", Limit.REALTIME_PRIORITY),
          Map.entry("LimitRTTIME", Limit.REALTIME));

  private final Found found;
  private final Map<String, StringBuilder> other = new LinkedHashMap<>();
  private final Map<String, String> unfollowed = new HashMap<>(); // to look for the nearest key once

  private SystemdServices(Found found) {
    this.found = found;
  }

  /** Returns the service of a socket unit and what it starts. */
  static ServiceSpec of(SystemdUnit socket, SystemdUnit service, boolean accepts, Found found) throws Rejected {
    var services = new SystemdServices(found);
    var spec = ServiceSpec.empty().placed(socket.file(), new Position(1, 1)).with(Attribute.ID, socket.name());
    spec = new SystemdSocket(socket, services).on(spec, accepts);
    spec = new SystemdService(service, services, accepts).on(spec);
    var kept = new LinkedHashMap<String, String>();
    services.other.forEach((key, value) -> kept.put(key, value.toString()));
    return kept.isEmpty() ? spec : spec.with(Attribute.OTHER, Map.copyOf(kept));
  }

  Found found() {
    return found;
  }

  /** Warns of a setting that is not followed, and keeps it. */
  void keep(String unit, SystemdUnit.Setting setting) {
    if (!SystemdKeys.isQuiet(setting.section(), setting.key().text())) {
      var section = setting.section();
      var key = setting.key().text();
      warn(setting, unfollowed.computeIfAbsent(section + '.' + key, _ -> SystemdKeys.unfollowed(section, key)));
    }
    remember(unit, setting);
  }

  void warn(SystemdUnit.Setting setting, String message) {
    found.warning(setting.file(), setting.key().position(), message);
  }

  /** Keeps a setting as it is written, for who writes units of the service again. */
  void remember(String unit, SystemdUnit.Setting setting) {
    var key = unit + '.' + setting.section() + '.' + setting.key().text();
    var text = other.get(key);
    if (text == null) {
      other.put(key, new StringBuilder(setting.value().text()));
    } else {
      text.append('\n').append(setting.value().text());
    }
  }

  /** Returns the service with a value that is the same here but for the words. */
  static <T> ServiceSpec said(ServiceSpec spec, Attribute<T> attribute, SystemdUnit.Setting by, String value)
      throws Rejected {
    var word = new Word(SystemdValues.house(attribute, value), by.value().line(), by.value().column());
    try {
      var read = attribute.syntax().read(by.key(), List.of(word));
      return spec.with(attribute, read, by.file(), by.key().position());
    } catch (Rejected e) {
      throw e.in(by.file());
    }
  }
}
