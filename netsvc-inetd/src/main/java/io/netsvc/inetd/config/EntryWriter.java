package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a service as a line of an inetd.conf. What the line cannot say is said by a definition
 * where the server has those, and else is lost.
 */
final class EntryWriter implements Printer.Writer {
  private static final Set<Attribute<?>> IN_A_LINE =
      Set.of(
          Attribute.SECTION, Attribute.LISTENS, Attribute.RPC, Attribute.TCPMUX, Attribute.SEND_BUFFER,
          Attribute.RECEIVE_BUFFER, Attribute.SOCKET_OWNER, Attribute.SOCKET_MODE, Attribute.WAIT, Attribute.KEEP,
          Attribute.PROGRAM, Attribute.ARGV, Attribute.USER, Attribute.LOGIN_CLASS, Attribute.INSTANCES,
          Attribute.PER_SOURCE, Attribute.RATE, Attribute.SOURCE_RATE);

  private final Rules rules;
  private final DefinitionWriter definitions = new DefinitionWriter();
  private String section = "";

  EntryWriter(Rules rules) {
    this.rules = rules;
  }

  @Override
  public void write(ServiceSpec spec, boolean off, Printer out) {
    var unsaid = new ArrayList<Attribute<?>>();
    var line = new Line(spec, unsaid).text();
    for (var attribute : spec.attributes()) {
      if (!IN_A_LINE.contains(attribute)) {
        unsaid.add(attribute);
      }
    }
    if (!unsaid.isEmpty() && rules.have(Rules.Has.DEFINITIONS)) {
      definitions.write(spec, off, out);
      return;
    }
    if (line.isEmpty()) {
      out.lost(spec, Attribute.LISTENS, "a service such as " + spec.name());
      return;
    }
    unsaid.stream().distinct().forEach(attribute -> out.lost(spec, attribute));
    var label = spec.get(Attribute.SECTION).orElse("");
    if (!label.isEmpty() && !label.equals(section)) {
      section = label;
      out.line("#:" + label + ":");
    }
    out.line((off ? "#<off># " : Printer.harms(unsaid) ? "# lost: " : "") + line.get());
  }

  /** One line on its way. */
  private final class Line {
    private final ServiceSpec spec;
    private final List<Attribute<?>> unsaid;

    Line(ServiceSpec spec, List<Attribute<?>> unsaid) {
      this.spec = spec;
      this.unsaid = unsaid;
    }

    /** Returns the line; none if it has nowhere to listen that a line can say. */
    Optional<String> text() {
      var listen = listen();
      var program = spec.get(Attribute.PROGRAM);
      if (listen.isEmpty() || program.isEmpty()) {
        unsaid.add(Attribute.LISTENS);
        return Optional.empty();
      }
      var words = new ArrayList<String>();
      words.add(service(listen.get()));
      words.add(listen.get().type().keyword());
      words.add(protocol(listen.get()));
      words.add(waits());
      words.add(user());
      words.add(word(Attribute.PROGRAM, program.get()));
      var argv = spec.get(Attribute.ARGV);
      if (argv.isPresent()) {
        argv.get().forEach(each -> words.add(word(Attribute.ARGV, each)));
      } else if (rules.have(Rules.Has.WHOLE_NAME) && !spec.internal()) {
        words.addAll(spec.argv());
      }
      if (argv.filter(List::isEmpty).isPresent()) {
        unsaid.add(Attribute.ARGV);
      }
      return Optional.of(String.join(" ", words));
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
        if (owner.isEmpty() || mode.isEmpty() || owner.get().group().isEmpty() || listen.protocol() != Protocol.UNIX) {
          unsaid.add(owner.isPresent() ? Attribute.SOCKET_OWNER : Attribute.SOCKET_MODE);
        } else {
          return ":" + owner.get().user() + ":" + owner.get().group().get() + ":"
              + String.format(java.util.Locale.ROOT, "%04o", mode.get()) + ":" + listen.service();
        }
      }
      if (!listen.hosts().isEmpty()) {
        needs(Rules.Has.HOSTS, Attribute.LISTENS);
      }
      if (listen.port().isPresent()) {
        needs(Rules.Has.NUMBERS, Attribute.LISTENS);
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
            keyword = protocol.services(); // is IPv4 there
          } else {
            needs(Rules.Has.FOUR, Attribute.LISTENS);
          }
        }
        case TCP46, UDP46 -> needs(Rules.Has.BOTH, Attribute.LISTENS);
        case UNIX -> needs(Rules.Has.UNIX, Attribute.LISTENS);
        case TCP6, UDP6 -> {}
      }
      var text = new StringBuilder(spec.get(Attribute.RPC).isPresent() ? "rpc/" : "").append(keyword);
      spec.get(Attribute.SEND_BUFFER).ifPresent(size -> text.append(",sndbuf=").append(size));
      spec.get(Attribute.RECEIVE_BUFFER).ifPresent(size -> text.append(",rcvbuf=").append(size));
      if (spec.get(Attribute.SEND_BUFFER).isPresent() || spec.get(Attribute.RECEIVE_BUFFER).isPresent()) {
        needs(Rules.Has.BUFFERS, Attribute.RECEIVE_BUFFER);
      }
      return text.toString();
    }

    private String waits() {
      if (spec.get(Attribute.KEEP).isPresent()) {
        if (spec.is(Attribute.KEEP) && spec.waits() && rules.have(Rules.Has.OURS)) {
          limits(false);
          return "always";
        }
        unsaid.add(Attribute.KEEP);
      }
      if (spec.get(Attribute.WAIT).isEmpty()) {
        unsaid.add(Attribute.WAIT);
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
          unsaid.add(attribute);
        }
      }
      if (rate.isEmpty()) {
        return "";
      }
      boolean dot = rules.have(Rules.Has.DOT_MAX) && may;
      if (dot && rate.get().isPerMinute() && rate.get().count() > 0) {
        return "." + rate.get().count();
      }
      unsaid.add(Attribute.RATE);
      return "";
    }

    private String user() {
      var account = spec.account();
      var said = spec.get(Attribute.USER).isPresent();
      if (!said || account.user().equals(Account.OWN.user())) {
        needs(Rules.Has.OURS, Attribute.USER);
        if (!said) {
          unsaid.add(Attribute.USER);
        }
      }
      var loginClass = spec.get(Attribute.LOGIN_CLASS);
      if (loginClass.isPresent()) {
        needs(Rules.Has.LOGIN_CLASS, Attribute.LOGIN_CLASS);
      }
      boolean shown = loginClass.isPresent() && rules.have(Rules.Has.LOGIN_CLASS);
      return account + (shown ? "/" + loginClass.get() : "");
    }

    private void needs(Rules.Has what, Attribute<?> attribute) {
      if (!rules.have(what)) {
        unsaid.add(attribute);
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
      unsaid.add(attribute);
      return text.isEmpty() ? "\"\"" : text.replaceAll("[\\s\\p{Cntrl}]", "_");
    }
  }
}
