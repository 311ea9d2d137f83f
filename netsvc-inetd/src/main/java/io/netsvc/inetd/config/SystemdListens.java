package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The places of a socket unit. */
final class SystemdListens {
  private static final Pattern SCOPED = Pattern.compile("(\\[[^\\]%]{1,60})(\\]:[0-9]{1,9})%([^\\]%:/\\s]{1,60})");

  private final List<Listen> listens = new ArrayList<>();
  private final boolean six;

  private SystemdListens(boolean six) {
    this.six = six;
  }

  /** Returns for {@code BindIPv6Only=} where ports without an address are. */
  static SystemdListens of(SystemdUnit socket) throws Rejected {
    var only = socket.last("Socket", "BindIPv6Only");
    if (only.isEmpty()) {
      return new SystemdListens(false);
    }
    return switch (only.get().value().text()) {
      case "default", "both" -> new SystemdListens(false);
      case "ipv6-only" -> new SystemdListens(true);
      default -> throw only.get().expected("default, both or ipv6-only");
    };
  }

  List<Listen> all() {
    return List.copyOf(listens);
  }

  /**
   * Adds a path, an abstract name, a port, or an address and a port.
   *
   * @return whether it is served
   */
  boolean add(SocketType type, SystemdUnit.Setting by, String text) throws Rejected {
    if (text.startsWith("/") || text.startsWith("@")) {
      if (text.length() == 1 || text.endsWith("/")) {
        throw by.expected("a path or @name");
      }
      listens.add(new Listen(type, Protocol.UNIX, List.of(), text));
      return true;
    }
    if (text.startsWith("vsock:") || text.startsWith("vsock-") || type == SocketType.SEQPACKET) {
      return false;
    }
    boolean tcp = type == SocketType.STREAM;
    var m = SCOPED.matcher(text);
    var scoped = m.matches() ? m.group(1) + '%' + m.group(3) + m.group(2) : text;
    var place = new Word(scoped, by.value().line(), by.value().column());
    ServiceField field;
    try {
      field = ServiceField.parse(place, Protocol.TCP, List.of());
    } catch (Rejected e) {
      throw e.in(by.file());
    }
    boolean address = field.hosts().stream().allMatch(h -> h.indexOf(':') >= 0 || h.matches("[0-9.]+"));
    if (!Numbers.digits(field.service()) || !address || field.hosts().size() > 1 || scoped.startsWith("*")) {
      throw by.expected("a path, @name, a port, or address:port");
    }
    var host = field.hosts().stream().findFirst().orElse("::");
    boolean any = host.equals("::");
    Protocol protocol;
    if (host.indexOf(':') < 0) {
      protocol = tcp ? Protocol.TCP4 : Protocol.UDP4;
    } else if (any && !six) {
      protocol = tcp ? Protocol.TCP46 : Protocol.UDP46;
    } else {
      protocol = tcp ? Protocol.TCP6 : Protocol.UDP6;
    }
    listens.add(new Listen(type, protocol, any ? List.of() : field.hosts(), field.service()));
    return true;
  }
}
