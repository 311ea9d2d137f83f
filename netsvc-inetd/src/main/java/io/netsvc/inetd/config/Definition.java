package io.netsvc.inetd.config;

import io.netsvc.text.NearWords;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * NetBSD's {@code [host:]service on|off key = value, …;} as a service. Each key that NetBSD has
 * means what it means there; beside those every {@link Attribute} has one, so that this form can
 * say all that any dialect says.
 */
final class Definition {
  private final String file;
  private final Word service;
  private final Word state;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  /** A key and its values. */
  private record Setting(Word key, List<Word> values) {}

  Definition(String file, Word service, Word state) {
    this.file = file;
    this.service = service;
    this.state = state;
  }

  Word service() {
    return service;
  }

  boolean isOff() {
    return state.text().equals("off");
  }

  /** Adds a key that has not been there yet. */
  void set(Word key, List<Word> values) throws Rejected {
    if (settings.putIfAbsent(key.text(), new Setting(key, List.copyOf(values))) != null) {
      throw key.expected("each key once");
    }
  }

  /** Returns what the definition says. */
  ServiceSpec spec(List<String> defaultHosts, Rules rules) throws Rejected {
    if (!rules.have(Rules.Has.OURS)) {
      requireStrict(rules);
    }
    var spec = ServiceSpec.empty().placed(file, service.position());
    var used = new HashSet<String>(List.of("bind", "socktype", "protocol"));
    spec = listens(spec, defaultHosts);
    if (!rules.have(Rules.Has.OURS)) {
      spec = strictFamily(spec, rules);
    }
    for (var setting : settings.values()) {
      if (!used.contains(setting.key().text())) {
        spec = said(spec, setting);
      }
    }
    if (spec.get(Attribute.PROGRAM).isEmpty() && spec.get(Attribute.REDIRECT).isEmpty()) {
      spec = spec.with(Attribute.PROGRAM, ServiceSpec.INTERNAL, service.position());
    }
    if (spec.get(Attribute.WAIT).isEmpty() && !spec.internal() && spec.get(Attribute.REDIRECT).isEmpty()) {
      throw new Rejected(service.position(), "read no wait, expected wait = yes or wait = no");
    }
    return spec;
  }

  /** Another key makes the server pass over the whole definition, as does one that is not there. */
  private void requireStrict(Rules rules) throws Rejected {
    for (var setting : settings.values()) {
      var key = setting.key();
      if (!StrictDefinition.KEYS.contains(key.text())) {
        throw key.expected(
            "a key that " + rules.server() + " has"
                + NearWords.of(key.text(), StrictDefinition.KEYS).stream().findFirst().map(near -> " such as " + near).orElse(""));
      }
    }
    for (var key : List.of("protocol", "user")) {
      if (!settings.containsKey(key)) {
        throw new Rejected(service.position(), "read no " + key + ", which " + rules.server() + " asks for");
      }
    }
  }

  /** {@code tcp} has the family of an address there, and no other. */
  private ServiceSpec strictFamily(ServiceSpec spec, Rules rules) throws Rejected {
    var families = Families.of(spec);
    if (families.size() > 1) {
      var word = one("protocol").orElse(service);
      throw word.expected(
          "a protocol with its family, such as " + word.text() + "4, since " + rules.server()
              + " takes one from a single address alone");
    }
    return families.getFirst();
  }

  private ServiceSpec listens(ServiceSpec spec, List<String> defaultHosts) throws Rejected {
    if (settings.containsKey("listen") || settings.containsKey("tcpmux")) {
      return spec; // they say all of it
    }
    if (service.text().startsWith("tcpmux/")) {
      var muxed = Syntaxes.tcpmux(service.text()).orElseThrow(() -> service.expected("tcpmux/name or tcpmux/+name"));
      return spec.with(Attribute.TCPMUX, muxed, service.position());
    }
    var protocolWord = one("protocol");
    var typeWord = one("socktype");
    Protocol protocol;
    if (protocolWord.isPresent()) {
      var word = protocolWord.get();
      var rpc = word.text().startsWith("rpc/") ? word.text().substring(4) : word.text();
      protocol = ProtocolField.named(word, rpc);
    } else if (typeWord.filter(w -> w.text().equals("dgram")).isPresent()) {
      protocol = Protocol.UDP;
    } else if (service.text().startsWith("/")) {
      protocol = Protocol.UNIX;
    } else {
      protocol = Protocol.TCP;
    }
    var type = protocol.services().equals("udp") ? SocketType.DGRAM : SocketType.STREAM;
    if (typeWord.isPresent()) {
      type = SpecParser.type(typeWord.get());
      if (!protocol.carries(type)) {
        throw typeWord.get().expected("a socket type that " + protocol.keyword() + " has");
      }
    }
    var hosts = defaultHosts;
    if (settings.containsKey("bind")) {
      var bind = settings.get("bind");
      hosts = ServiceField.hosts(bind.key(), String.join(",", bind.values().stream().map(Word::text).toList()));
    }
    if (protocolWord.filter(w -> w.text().startsWith("rpc/")).isPresent()) {
      var rpc = Syntaxes.rpc(service.text()).orElseThrow(() -> service.expected("program/versions"));
      return spec.with(Attribute.RPC, rpc, service.position())
          .with(Attribute.LISTENS, List.of(new Listen(type, protocol, hosts, rpc.program())), service.position());
    }
    var field = ServiceField.parse(service, protocol, hosts);
    return spec.with(
        Attribute.LISTENS,
        List.of(new Listen(type, protocol, field.hosts(), field.service())),
        service.position());
  }

  private Optional<Word> one(String key) throws Rejected {
    var setting = settings.get(key);
    if (setting == null) {
      return Optional.empty();
    }
    if (setting.values().size() != 1) {
      throw setting.key().expected("one value");
    }
    return Optional.of(setting.values().getFirst());
  }

  private ServiceSpec said(ServiceSpec spec, Setting setting) throws Rejected {
    var key = setting.key();
    return switch (key.text()) {
      case "service_max" ->
          spec.with(Attribute.RATE, Rate.perMinute(count(setting)), key.position());
      case "ip_max" ->
          spec.with(Attribute.SOURCE_RATE, Rate.perMinute(count(setting)), key.position());
      case "accept_max" -> spec.with(Attribute.INSTANCES, count(setting), key.position());
      case "group" -> {
        var group = one("group").orElseThrow();
        var user = one("user").map(Word::text).orElse(Account.OWN.user());
        yield spec.with(Attribute.USER, Account.of(user, group.text()), key.position());
      }
      case "user" ->
          settings.containsKey("group") ? spec : with(spec, Attribute.USER, setting);
      case "acceptfilter", "ipsec" ->
          withOther(
              spec, key, Map.of(key.text(), String.join(" ", setting.values().stream().map(Word::text).toList())));
      case "other" -> withOther(spec, key, Attribute.OTHER.syntax().read(key, setting.values()));
      default -> {
        var attribute = Attribute.named(key.text());
        if (attribute.isEmpty()) {
          throw key.expected("a key" + nearest(key.text()));
        }
        yield with(spec, attribute.get(), setting);
      }
    };
  }

  private static ServiceSpec withOther(ServiceSpec spec, Word key, Map<String, String> more) {
    var other = new LinkedHashMap<>(spec.get(Attribute.OTHER).orElse(Map.of()));
    other.putAll(more);
    return spec.with(Attribute.OTHER, Map.copyOf(other), key.position());
  }

  private static <T> ServiceSpec with(ServiceSpec spec, Attribute<T> attribute, Setting setting)
      throws Rejected {
    var key = setting.key();
    return spec.with(attribute, attribute.syntax().read(key, setting.values()), spec.file(), key, setting.values());
  }

  private int count(Setting setting) throws Rejected {
    return Syntax.number(0, Integer.MAX_VALUE).read(setting.key(), setting.values());
  }

  private static String nearest(String key) {
    var keys = new ArrayList<>(List.of("service_max", "ip_max", "accept_max", "bind", "socktype", "protocol", "group"));
    Attribute.all().forEach(attribute -> keys.add(attribute.key()));
    return NearWords.of(key, keys).stream().findFirst().map(near -> " such as " + near).orElse("");
  }
}
