package io.netsvc.inetd.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Where a section of xinetd is to be had: its socket type, its address with the family, its port. */
final class XinetdPlace {
  private final XinetdSection section;
  private final Set<String> types;
  private final boolean four;
  private final boolean six;

  /**
   * @param types the words that say what kind of service it is
   * @param flags the words of {@code flags}; with both families, as with neither, both are served
   */
  XinetdPlace(XinetdSection section, Set<String> types, Set<String> flags) {
    this.section = section;
    this.types = types;
    this.four = flags.contains("IPV4") && !flags.contains("IPV6");
    this.six = flags.contains("IPV6") && !flags.contains("IPV4");
  }

  /** Returns the service with what the section says of it. */
  ServiceSpec on(ServiceSpec spec) throws Rejected {
    var head = section.head();
    if (types.contains("TCPMUX") || types.contains("TCPMUXPLUS")) {
      return spec.with(Attribute.TCPMUX, new Tcpmux(head.text(), types.contains("TCPMUXPLUS")), head.position());
    }
    var type = type();
    var protocolWord = section.one("protocol");
    var name = protocolWord.map(Word::text).orElse(type == SocketType.DGRAM ? "udp" : "tcp");
    var hosts = hosts(section);
    var protocol = protocol(protocolWord.orElse(head), name, hosts);
    if (!protocol.carries(type)) {
      throw section.setting("socket_type").orElseThrow().expected("a socket type that " + name + " has");
    }
    if (hosts.stream().anyMatch(XinetdPlace::isAny)) {
      hosts = List.of(); // [::] has both families, as all addresses have
    }
    if (types.contains("RPC")) {
      return rpc(spec, type, protocol, hosts);
    }
    var port = section.one("port");
    if (port.isEmpty() && types.contains("UNLISTED")) {
      throw missing("port");
    }
    var service = ServiceField.parse(port.orElse(head), protocol, hosts).service();
    var said = spec.with(Attribute.LISTENS, List.of(new Listen(type, protocol, hosts, service)), head.position());
    return port.isPresent() && section.one("id").isEmpty()
        ? said.with(Attribute.ID, head.text(), head.position()) // what logs call it
        : said;
  }

  /** The type, which xinetd takes from the protocol where it is not said. */
  private SocketType type() throws Rejected {
    var word = section.one("socket_type");
    if (word.isPresent()) {
      var type = SocketType.of(word.get().text().toLowerCase(Locale.ROOT));
      return type.isPresent() ? type.get() : SpecParser.type(word.get());
    }
    return switch (section.one("protocol").map(Word::text).orElse("")) {
      case "tcp" -> SocketType.STREAM;
      case "udp" -> SocketType.DGRAM;
      default -> throw missing("socket_type");
    };
  }

  /** Returns the one address that a section, or {@code defaults}, has; none for all. */
  static List<String> hosts(XinetdSection section) throws Rejected {
    var bind = section.said("bind");
    if (bind.isEmpty()) {
      return List.of();
    }
    var word = bind.get().one();
    try {
      var hosts = ServiceField.hosts(word, word.text());
      if (hosts.size() > 1) {
        throw word.expected("one address, as xinetd has one for each service");
      }
      return hosts;
    } catch (Rejected e) {
      throw e.in(bind.get().file());
    }
  }

  /**
   * An address has its family; a name that of the flags, or else both. What is left is IPv6 with
   * IPv4 clients too, unless {@code v6only} or a flag says otherwise.
   */
  private Protocol protocol(Word word, String name, List<String> hosts) throws Rejected {
    boolean tcp = name.startsWith("tcp");
    switch (name) {
      case "tcp", "udp" -> {}
      case "tcp6", "udp6" -> {
        return tcp ? Protocol.TCP6 : Protocol.UDP6;
      }
      default -> throw word.expected("tcp or udp");
    }
    boolean alone = six(section);
    if (hosts.isEmpty() || isAny(hosts.getFirst())) {
      if (four && !hosts.isEmpty()) {
        throw section.said("bind").orElseThrow().expected("an address of IPv4, as the flag IPv4 asks for");
      }
      return tcp
          ? (four ? Protocol.TCP4 : alone ? Protocol.TCP6 : Protocol.TCP46)
          : (four ? Protocol.UDP4 : alone ? Protocol.UDP6 : Protocol.UDP46);
    }
    var host = hosts.getFirst();
    if (host.indexOf(':') >= 0) {
      if (four) {
        throw section.said("bind").orElseThrow().expected("an address of IPv4, as the flag IPv4 asks for");
      }
      return tcp ? Protocol.TCP6 : Protocol.UDP6;
    }
    if (host.matches("[0-9.]+")) {
      if (six) {
        throw section.said("bind").orElseThrow().expected("an address of IPv6, as the flag IPv6 asks for");
      }
      return tcp ? Protocol.TCP4 : Protocol.UDP4;
    }
    return tcp
        ? (four ? Protocol.TCP4 : six || alone ? Protocol.TCP6 : Protocol.TCP)
        : (four ? Protocol.UDP4 : six || alone ? Protocol.UDP6 : Protocol.UDP);
  }

  /** Returns whether IPv6 is to be alone. */
  static boolean six(XinetdSection section) throws Rejected {
    var only = section.setting("v6only");
    return only.isPresent() && Syntax.yesNo().read(only.get().key(), only.get().values());
  }

  /** Returns whether that is {@code ::}, however it is written. */
  static boolean isAny(String host) {
    return host.matches("[0:]*:[0:]*");
  }

  private ServiceSpec rpc(ServiceSpec spec, SocketType type, Protocol protocol, List<String> hosts)
      throws Rejected {
    var program = section.one("rpc_number").map(Word::text).orElse(section.head().text());
    var versions = section.one("rpc_version").orElseThrow(() -> missing("rpc_version"));
    var rpc =
        Syntaxes.rpc(program + '/' + versions.text())
            .orElseThrow(() -> versions.expected("a version or two with a dash between"));
    return spec.with(Attribute.RPC, rpc, versions.position())
        .with(Attribute.LISTENS, List.of(new Listen(type, protocol, hosts, program)), section.head().position());
  }

  private Rejected missing(String attribute) {
    return XinetdReading.missing(section, attribute);
  }
}
