package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a service as a line of an inetd.conf, or as one for each family where the server has no
 * word for both. What the line cannot say is said by a definition where the server has those, and
 * else is lost.
 */
final class EntryWriter implements Printer.Writer {
  private static final Set<Attribute<?>> IN_A_LINE =
      Set.of(
          Attribute.SECTION, Attribute.LISTENS, Attribute.RPC, Attribute.TCPMUX, Attribute.SEND_BUFFER,
          Attribute.RECEIVE_BUFFER, Attribute.SOCKET_OWNER, Attribute.SOCKET_MODE, Attribute.WAIT, Attribute.KEEP,
          Attribute.PROGRAM, Attribute.ARGV, Attribute.USER, Attribute.LOGIN_CLASS, Attribute.INSTANCES,
          Attribute.PER_SOURCE, Attribute.RATE, Attribute.SOURCE_RATE);

  private static final String OFF = "#<off># ";

  private final Rules rules;
  private final DefinitionWriter definitions = new DefinitionWriter();
  private String section = "";

  EntryWriter(Rules rules) {
    this.rules = rules;
  }

  @Override
  public void write(ServiceSpec spec, boolean off, Printer out) {
    if (rules.have(Rules.Has.DUAL)) {
      write(spec, spec, off, out);
      return;
    }
    var each = Families.of(spec);
    if (each.size() > 1 && spec.listens().getFirst().hosts().isEmpty() && !rules.have(Rules.Has.PAIRS)) {
      out.lost(spec, Attribute.LISTENS, "IPv6 beside IPv4 at the port of " + spec.name() + ": it gets IPv4");
      each = each.subList(0, 1);
    }
    var unsaid = new HashSet<Attribute<?>>();
    each.forEach(part -> unsaid.addAll(write(part, spec, off, out)));
    for (var limit : List.of(Attribute.INSTANCES, Attribute.PER_SOURCE, Attribute.RATE, Attribute.SOURCE_RATE)) {
      if (each.size() > 1 && spec.get(limit).isPresent() && !unsaid.contains(limit)) {
        out.lost(spec, limit, "\"" + limit.key() + "\" of both families of " + spec.name() + " together: each has it");
      }
    }
  }

  /** Writes a part of a service, and returns what it cannot say of that. */
  private Set<Attribute<?>> write(ServiceSpec spec, ServiceSpec whole, boolean off, Printer out) {
    var unsaid = new LinkedHashMap<Attribute<?>, String>();
    var line = new Line(spec, unsaid).text();
    for (var attribute : spec.attributes()) {
      if (!IN_A_LINE.contains(attribute)) {
        unsaid.putIfAbsent(attribute, "");
      }
    }
    if (!unsaid.isEmpty() && rules.have(Rules.Has.OURS)) {
      definitions.write(spec, off, out);
      return Set.of();
    }
    if (line.isEmpty()) {
      out.lost(whole, Attribute.LISTENS, "a service such as " + whole.name());
      return unsaid.keySet();
    }
    boolean definition = !unsaid.isEmpty() && rules.have(Rules.Has.DEFINITIONS);
    if (definition) {
      unsaid.keySet().removeIf(attribute -> StrictDefinition.says(spec, attribute));
    }
    boolean own = isOwn(spec) && unsaid.containsKey(Attribute.USER);
    unsaid.forEach(
        (attribute, what) -> {
          if (own && attribute.equals(Attribute.USER)) {
            out.ownUser(whole);
          } else if (what.isEmpty()) {
            out.lost(whole, attribute);
          } else {
            out.lost(whole, attribute, what + whole.name());
          }
        });
    var label = spec.get(Attribute.SECTION).orElse("");
    if (!label.isEmpty() && !label.equals(section)) {
      section = label;
      out.line("#:" + label + ":");
    }
    boolean harmed = Printer.harms(unsaid.keySet());
    if (definition) {
      definitions.write(StrictDefinition.of(spec, unsaid.keySet(), named(spec)), off || harmed, out);
    } else {
      out.line((off ? OFF : harmed ? mark(unsaid.keySet(), own) : "") + line.get());
    }
    return unsaid.keySet();
  }

  /** A line that lacks no more than a name for its user is off; others say something else. */
  private String mark(Set<Attribute<?>> unsaid, boolean own) {
    var others = new HashSet<>(unsaid);
    others.remove(Attribute.USER);
    if (!own || Printer.harms(others)) {
      return "# lost: ";
    }
    return rules.have(Rules.Has.OFF_MARK) ? OFF : "# off: ";
  }

  private static boolean isOwn(ServiceSpec spec) {
    return spec.account().user().equals(Account.OWN.user());
  }

  /** Returns the user, who is root where only this server knows who its own is: those run as root. */
  private Account named(ServiceSpec spec) {
    if (!isOwn(spec) || rules.have(Rules.Has.OURS)) {
      return spec.account();
    }
    return new Account("root", spec.account().group(), spec.account().dotted());
  }

  /** One line on its way. */
  private final class Line {
    private final ServiceSpec spec;
    private final Map<Attribute<?>, String> unsaid; // with words for what it is, a service's name behind

    Line(ServiceSpec spec, Map<Attribute<?>, String> unsaid) {
      this.spec = spec;
      this.unsaid = unsaid;
    }

    /** Returns the line; none if it has nowhere to listen that a line can say. */
    Optional<String> text() {
      var listen = listen();
      var program = spec.get(Attribute.PROGRAM);
      if (listen.isEmpty() || program.isEmpty()) {
        unsaid(Attribute.LISTENS);
        return Optional.empty();
      }
      var words = new ArrayList<String>();
      words.add(service(listen.get()));
      words.add(listen.get().type().keyword());
      words.add(protocol(listen.get()));
      words.add(waits());
      words.add(user());
      words.add(word(Attribute.PROGRAM, program.get()));
      builtin(listen.get());
      var argv = spec.get(Attribute.ARGV);
      if (argv.isPresent()) {
        argv.get().forEach(each -> words.add(word(Attribute.ARGV, each)));
      } else if (!spec.internal() && (rules.have(Rules.Has.WHOLE_NAME) || rules.have(Rules.Has.NO_NAME))) {
        words.addAll(spec.argv());
      }
      if (argv.filter(List::isEmpty).isPresent()) {
        unsaid(Attribute.ARGV);
      }
      return Optional.of(String.join(" ", words));
    }

    /** Other servers find what they perform themselves by the service's name alone. */
    private void builtin(Listen listen) {
      boolean named = listen.port().isEmpty() && spec.argv().getFirst().equals(listen.service());
      boolean known = !rules.have(Rules.Has.DEFINITIONS) || StrictDefinition.BUILTINS.contains(listen.service());
      if (spec.internal() && !rules.have(Rules.Has.OURS) && !(named && known)) {
        unsaid.putIfAbsent(
            Attribute.PROGRAM, "a built-in that goes by another name than its service's, such as that of ");
      }
    }

    private void unsaid(Attribute<?> attribute) {
      unsaid.putIfAbsent(attribute, "");
    }

    private Optional<Listen> listen() {
      if (spec.get(Attribute.TCPMUX).isPresent()) {
        return spec.listens().isEmpty()
            ? Optional.of(new Listen(SocketType.STREAM, rules.have(Rules.Has.DUAL) ? Protocol.TCP : Protocol.TCP4, List.of(), ""))
            : Optional.empty();
      }
      return spec.listens().size() == 1 ? Optional.of(spec.listens().getFirst()) : Optional.empty();
    }

    private String service(Listen listen) {
      if (spec.get(Attribute.TCPMUX).isPresent()) {
        needs(Rules.Has.TCPMUX, Attribute.TCPMUX);
        return spec.get(Attribute.TCPMUX).get().toString();
      }
      if (spec.get(Attribute.RPC).isPresent()) {
        needs(Rules.Has.RPC, Attribute.RPC);
        return ServiceField.text(listen.hosts(), spec.get(Attribute.RPC).get().toString());
      }
      var owner = spec.get(Attribute.SOCKET_OWNER);
      var mode = spec.get(Attribute.SOCKET_MODE);
      if (owner.isPresent() || mode.isPresent()) {
        if (owner.isEmpty() || mode.isEmpty() || owner.get().group().isEmpty() || listen.protocol() != Protocol.UNIX
            || !rules.have(Rules.Has.SOCKET_OWNER)) {
          owner.ifPresent(_ -> unsaid(Attribute.SOCKET_OWNER));
          mode.ifPresent(_ -> unsaid(Attribute.SOCKET_MODE));
        } else {
          return ":" + owner.get().user() + ":" + owner.get().group().get() + ":"
              + String.format(java.util.Locale.ROOT, "%04o", mode.get()) + ":" + listen.service();
        }
      }
      if (!listen.hosts().isEmpty() && !rules.have(Rules.Has.HOSTS)) {
        unsaid.putIfAbsent(Attribute.LISTENS, "an address, such as that of ");
      }
      if (listen.hosts().size() > 1 && rules.have(Rules.Has.DEFINITIONS) && !rules.have(Rules.Has.OURS)) {
        unsaid.putIfAbsent(Attribute.LISTENS, "several addresses in one entry, such as those of ");
      }
      if (listen.port().isPresent() && !rules.have(Rules.Has.NUMBERS)) {
        unsaid.putIfAbsent(Attribute.LISTENS, "a port by its number instead of a name of services(5), such as that of ");
      }
      return word(Attribute.LISTENS, ServiceField.text(listen.hosts(), listen.service()));
    }

    private String protocol(Listen listen) {
      var protocol = listen.protocol();
      var keyword = protocol.keyword();
      switch (protocol) {
        case TCP, UDP -> needs(Rules.Has.DUAL, Attribute.LISTENS);
        case TCP4, UDP4 -> {
          if (!rules.have(Rules.Has.DUAL)) {
            boolean word = rules.have(Rules.Has.FOUR) && !rules.have(Rules.Has.SIX_ONLY);
            boolean muxed = spec.get(Attribute.TCPMUX).isPresent();
            keyword = word && !muxed ? keyword : protocol.services(); // which is IPv4 there too
          } else {
            needs(Rules.Has.FOUR, Attribute.LISTENS);
          }
        }
        case TCP46, UDP46 -> needs(Rules.Has.BOTH, Attribute.LISTENS);
        case UNIX -> needs(Rules.Has.UNIX, Attribute.LISTENS);
        case TCP6, UDP6 -> {
          if (rules.have(Rules.Has.SIX_ONLY) && !rules.have(Rules.Has.DUAL)) {
            keyword += "only"; // else it has IPv4 too, and the port to itself
          }
        }
      }
      var text = new StringBuilder(spec.get(Attribute.RPC).isPresent() ? "rpc/" : "").append(keyword);
      for (var size : List.of(Attribute.SEND_BUFFER, Attribute.RECEIVE_BUFFER)) {
        if (spec.get(size).isEmpty()) {
          continue;
        }
        needs(Rules.Has.BUFFERS, size);
        if (rules.have(Rules.Has.BUFFERS)) {
          text.append(size.equals(Attribute.SEND_BUFFER) ? ",sndbuf=" : ",rcvbuf=").append(spec.get(size).get());
        }
      }
      return text.toString();
    }

    private String waits() {
      if (spec.get(Attribute.KEEP).isPresent()) {
        if (spec.is(Attribute.KEEP) && spec.waits() && rules.have(Rules.Has.OURS)) {
          limits(false);
          return "always";
        }
        unsaid(Attribute.KEEP);
      }
      if (spec.get(Attribute.WAIT).isEmpty()) {
        unsaid(Attribute.WAIT);
      }
      return (spec.waits() ? "wait" : "nowait") + limits(true);
    }

    /** A line has either so many a minute, or FreeBSD's three numbers. */
    private String limits(boolean may) {
      var rate = spec.get(Attribute.RATE);
      var sourceRate = spec.get(Attribute.SOURCE_RATE);
      var instances = spec.get(Attribute.INSTANCES);
      var perSource = spec.get(Attribute.PER_SOURCE);
      boolean three = sourceRate.isPresent() || instances.isPresent() || perSource.isPresent();
      boolean positive = instances.filter(n -> n == 0).isEmpty() && perSource.filter(n -> n == 0).isEmpty()
          && sourceRate.filter(r -> r.count() == 0 || !r.isPerMinute()).isEmpty();
      if (three && may && positive && rate.isEmpty() && rules.have(Rules.Has.SLASH_MAX)) {
        return "/" + instances.orElse(0) + "/" + sourceRate.map(Rate::count).orElse(0) + "/" + perSource.orElse(0);
      }
      for (var attribute : List.of(Attribute.SOURCE_RATE, Attribute.INSTANCES, Attribute.PER_SOURCE)) {
        if (spec.get(attribute).isPresent()) {
          unsaid(attribute);
        }
      }
      if (rate.isEmpty()) {
        return "";
      }
      boolean dot = rules.have(Rules.Has.DOT_MAX) && may;
      if (dot && rate.get().isPerMinute() && rate.get().count() > 0) {
        return "." + rate.get().count();
      }
      unsaid(Attribute.RATE);
      return "";
    }

    private String user() {
      boolean own = isOwn(spec) && !rules.have(Rules.Has.OURS);
      if (own ? !spec.internal() : spec.get(Attribute.USER).isEmpty()) {
        unsaid(Attribute.USER);
      }
      var account = named(spec);
      var loginClass = spec.get(Attribute.LOGIN_CLASS);
      if (loginClass.isPresent()) {
        needs(Rules.Has.LOGIN_CLASS, Attribute.LOGIN_CLASS);
      }
      boolean shown = loginClass.isPresent() && rules.have(Rules.Has.LOGIN_CLASS);
      return account + (shown ? "/" + loginClass.get() : "");
    }

    private void needs(Rules.Has what, Attribute<?> attribute) {
      if (!rules.have(what)) {
        unsaid(attribute);
      }
    }

    /** Puts a word in quotes where it needs them. */
    private String word(Attribute<?> attribute, String text) {
      boolean plain =
          !text.isEmpty()
              && text.charAt(0) != '#'
              && text.charAt(0) != '"'
              && text.charAt(0) != '\''
              && !text.endsWith("\\")
              && (text.indexOf('#') < 0 || !rules.have(Rules.Has.HASH))
              && text.chars().allMatch(c -> c > ' ' && c != 0x7f && c != 0xfeff);
      if (plain) {
        return text;
      }
      char quote = text.indexOf('"') < 0 ? '"' : '\'';
      boolean printable = text.chars().noneMatch(c -> (Character.isISOControl(c) && c != '\t') || c == 0xfffd);
      if (rules.have(Rules.Has.QUOTES) && text.indexOf(quote) < 0 && printable) {
        return quote + text + quote;
      }
      unsaid(attribute);
      return text.isEmpty() ? "\"\"" : text.replaceAll("[\\s\\p{Cntrl}]", "_");
    }
  }
}
