package io.netsvc.inetd.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes a service as a section of xinetd.conf(5). */
final class XinetdWriter implements Printer.Writer {
  private static final Set<Attribute<?>> SAID =
      Set.of(
          Attribute.LISTENS, Attribute.RPC, Attribute.TCPMUX, Attribute.PROGRAM, Attribute.ARGV, Attribute.USER,
          Attribute.INIT_GROUPS, Attribute.VARIABLES, Attribute.WRAPPERS, Attribute.KEEP_ALIVE, Attribute.NO_DELAY,
          Attribute.DENY_TIME, Attribute.INSTANCES, Attribute.PER_SOURCE, Attribute.RATE, Attribute.LIMITS,
          Attribute.REDIRECT, Attribute.OTHER);

  @Override
  public void write(ServiceSpec spec, boolean off, Printer out) {
    if (spec.listens().size() > 1 || (spec.listens().isEmpty() && spec.get(Attribute.TCPMUX).isEmpty())) {
      out.lost(spec, Attribute.LISTENS, "a service at several places, or none, such as " + spec.name());
      return;
    }
    new Section(spec, out).write(off);
  }

  /** One section on its way. */
  private static final class Section {
    private final ServiceSpec spec;
    private final Printer out;
    private final List<String> types = new ArrayList<>();
    private final Set<String> flags = new LinkedHashSet<>();
    private final List<String> lines = new ArrayList<>();
    private final List<Attribute<?>> unsaid = new ArrayList<>();

    Section(ServiceSpec spec, Printer out) {
      this.spec = spec;
      this.out = out;
    }

    private void attribute(String name, String value) {
      lines.add(String.format(Locale.ROOT, "\t%-15s = %s", name, value).stripTrailing());
    }

    void write(boolean off) {
      var name = where();
      program();
      account();
      limits();
      for (var attribute : spec.attributes()) {
        if (XinetdServices.SAME.containsValue(attribute)) {
          if (!attribute.equals(Attribute.ID) || !spec.get(Attribute.ID).filter(name::equals).isPresent()) {
            same(attribute);
          }
        } else if (!SAID.contains(attribute)) {
          lost(attribute);
        }
      }
      rest(name);
      out.line("service " + name);
      out.line("{");
      if (!types.isEmpty()) {
        out.line(String.format(Locale.ROOT, "\t%-15s = %s", "type", String.join(" ", types)));
      }
      if (!flags.isEmpty()) {
        out.line(String.format(Locale.ROOT, "\t%-15s = %s", "flags", String.join(" ", flags)));
      }
      lines.forEach(out::line);
      boolean disable = off || Printer.harms(unsaid);
      out.line(String.format(Locale.ROOT, "\t%-15s = %s", "disable", disable ? "yes" : "no"));
      out.line("}");
    }

    private <T> void same(Attribute<T> attribute) {
      attribute(attribute.key(), words(attribute, attribute.syntax().write(spec.get(attribute).orElseThrow())));
    }

    private void lost(Attribute<?> attribute, String what) {
      unsaid.add(attribute);
      out.lost(spec, attribute, what);
    }

    private void lost(Attribute<?> attribute) {
      unsaid.add(attribute);
      out.lost(spec, attribute);
    }

    /** Words with blanks are two words there. */
    private String words(Attribute<?> attribute, List<String> words) {
      for (var word : words) {
        boolean plain = !word.isEmpty() && word.chars().allMatch(c -> c > ' ' && c != 0x7f);
        if (!plain || word.startsWith("#")) {
          lost(attribute, "the word " + Word.shown(word) + " of " + spec.name());
        }
      }
      return String.join(" ", words);
    }

    /** Says where it is to be had, and returns the section's name. */
    private String where() {
      var muxed = spec.get(Attribute.TCPMUX);
      if (muxed.isPresent()) {
        types.add(muxed.get().greets() ? "TCPMUXPLUS" : "TCPMUX");
        types.add("UNLISTED");
        attribute("socket_type", "stream");
        attribute("protocol", "tcp");
        return muxed.get().name();
      }
      var listen = spec.listens().getFirst();
      attribute("socket_type", listen.type().keyword());
      attribute("protocol", listen.protocol().services());
      family(listen);
      var rpc = spec.get(Attribute.RPC);
      if (rpc.isPresent()) {
        types.add("RPC");
        var program = rpc.get().program();
        attribute("rpc_version", rpc.get().toString().substring(program.length() + 1));
        if (Numbers.digits(program)) {
          types.add("UNLISTED");
          attribute("rpc_number", program);
        }
        return program;
      }
      boolean number = listen.port().isPresent();
      var id = spec.get(Attribute.ID);
      boolean named = id.isPresent() && id.get().chars().allMatch(c -> c > ' ' && c < 0x7f);
      if (number && spec.internal()) {
        types.add("UNLISTED");
        attribute("port", listen.service());
        var name = spec.argv().getFirst();
        if (id.isEmpty()) {
          out.lost(spec, Attribute.ID, "a service without a name, such as " + spec.name() + ": it gets one");
        }
        return name.matches("[A-Za-z0-9_.+-]+") ? name : "port-" + listen.service(); // is lost: see program
      }
      if (number) {
        types.add("UNLISTED");
        attribute("port", listen.service());
        if (!named) {
          attribute("id", spec.name());
          lost(Attribute.ID, "a service without a name, such as " + spec.name() + ": it gets one");
        }
        return named ? id.get() : "port-" + listen.service();
      }
      return listen.service();
    }

    private void family(Listen listen) {
      if (listen.hosts().size() > 1) {
        lost(Attribute.LISTENS, "more than one address of " + spec.name());
      }
      listen.hosts().stream().findFirst().ifPresent(host -> attribute("bind", host));
      boolean literal = listen.hosts().stream().anyMatch(h -> h.indexOf(':') >= 0 || h.matches("[0-9.]+"));
      switch (listen.protocol()) {
        case TCP4, UDP4 -> {
          flags.add("IPv4");
          if (listen.hosts().stream().anyMatch(h -> h.indexOf(':') >= 0)) {
            lost(Attribute.LISTENS, "IPv4 at an address of IPv6 of " + spec.name());
          }
        }
        case TCP6, UDP6 -> {
          if (literal && listen.hosts().stream().noneMatch(h -> h.indexOf(':') >= 0)) {
            lost(Attribute.LISTENS, "IPv6 at an address of IPv4 of " + spec.name());
          }
          if (!literal) {
            flags.add("IPv6");
            attribute("v6only", "yes");
          }
        }
        case TCP, UDP -> {
          if (listen.hosts().isEmpty() || literal) {
            out.lost(spec, Attribute.LISTENS, "a socket for each family of " + spec.name() + ": it gets one for both");
          }
        }
        case TCP46, UDP46 -> {
          if (!listen.hosts().isEmpty()) {
            lost(Attribute.LISTENS, "both families at one address of " + spec.name());
          }
        }
        case UNIX -> lost(Attribute.LISTENS, "a Unix socket such as " + spec.name());
      }
    }

    private void program() {
      var redirect = spec.get(Attribute.REDIRECT);
      if (redirect.isPresent()) {
        int colon = redirect.get().lastIndexOf(':');
        if (colon <= 0 || redirect.get().startsWith("unix:")) {
          lost(Attribute.REDIRECT);
        } else {
          attribute("redirect", redirect.get().substring(0, colon).replaceAll("[\\[\\]]", "") + ' '
              + redirect.get().substring(colon + 1));
        }
        return;
      }
      if (spec.internal()) {
        types.add("INTERNAL");
        var name = spec.listens().stream().findFirst().map(Listen::service).orElse("");
        if (spec.listens().stream().anyMatch(listen -> listen.port().isPresent())) {
          var argument = spec.argv().getFirst();
          name = argument.matches("[A-Za-z0-9_.+-]+") ? argument : "";
        }
        if (!spec.argv().equals(List.of(name))) {
          lost(Attribute.ARGV);
        }
        return;
      }
      var program = spec.get(Attribute.PROGRAM);
      if (program.isEmpty()) {
        return;
      }
      if (!program.get().startsWith("/")) {
        lost(Attribute.PROGRAM);
      }
      attribute("server", program.get());
      var argv = spec.argv();
      var name = program.get().substring(program.get().lastIndexOf('/') + 1);
      boolean usual = argv.getFirst().equals(name);
      if (!usual) {
        flags.add("NAMEINARGS");
      }
      var args = usual ? argv.subList(1, argv.size()) : argv;
      if (!args.isEmpty()) {
        attribute("server_args", words(Attribute.ARGV, args));
      }
    }

    private void account() {
      var account = spec.account();
      boolean program = spec.get(Attribute.PROGRAM).isPresent() && !spec.internal();
      if (spec.get(Attribute.USER).isPresent() || program) {
        if (account.user().equals(Account.OWN.user())) {
          lost(Attribute.USER, "the server's own user for " + spec.name());
        }
        attribute("user", account.user());
        account.group().ifPresent(group -> attribute("group", group));
      }
      if (program && spec.get(Attribute.INIT_GROUPS).orElse(true)) {
        attribute("groups", "yes");
      }
    }

    private void limits() {
      spec.get(Attribute.INSTANCES).ifPresent(most -> attribute("instances", String.valueOf(most)));
      spec.get(Attribute.PER_SOURCE).ifPresent(most -> attribute("per_source", String.valueOf(most)));
      var rate = spec.get(Attribute.RATE);
      if (rate.isPresent()) {
        boolean second = rate.get().window().equals(Duration.ofSeconds(1)) && rate.get().count() > 0;
        if (second && rate.get().pause().toMillis() % 1000 == 0) {
          attribute("cps", rate.get().count() + " " + rate.get().pause().toSeconds());
        } else {
          lost(Attribute.RATE);
        }
      }
      for (var limit : spec.get(Attribute.LIMITS).orElse(Map.of()).entrySet()) {
        var name =
            XinetdServices.LIMITS.entrySet().stream()
                .filter(e -> e.getValue() == limit.getKey())
                .map(Map.Entry::getKey)
                .findFirst();
        long soft = limit.getValue().soft();
        if (name.isEmpty() || soft != limit.getValue().hard() || soft == 0 || soft > Integer.MAX_VALUE) {
          lost(Attribute.LIMITS);
        } else {
          attribute(name.get(), soft < 0 ? "UNLIMITED" : String.valueOf(soft));
        }
      }
    }

    private void rest(String section) {
      if (spec.is(Attribute.KEEP_ALIVE)) {
        flags.add("KEEPALIVE");
      }
      if (spec.is(Attribute.NO_DELAY)) {
        flags.add("NODELAY");
      }
      var deny = spec.get(Attribute.DENY_TIME);
      if (deny.isPresent()) {
        flags.add("SENSOR");
        attribute(
            "deny_time",
            deny.get().isZero() ? "FOREVER" : deny.get().toMillis() < 60_000 ? "NEVER" : String.valueOf(deny.get().toMinutes()));
      }
      wrappers(section);
      for (var other : spec.get(Attribute.OTHER).orElse(Map.of()).entrySet()) {
        if (other.getKey().equals("flags")) {
          flags.addAll(List.of(other.getValue().split(" ", -1)));
        } else if (other.getKey().matches("[a-z_]+") && !other.getKey().equals("ipsec")) {
          attribute(other.getKey(), other.getValue());
        } else {
          lost(Attribute.OTHER, "\"" + other.getKey() + "\" of " + spec.name());
        }
      }
    }

    /** There hosts.allow counts unless a flag says that it does not. */
    private void wrappers(String section) {
      var wrappers = spec.get(Attribute.WRAPPERS);
      var usual = XinetdServices.usualWrappers(spec, section);
      if (wrappers.isEmpty() && usual.isPresent()) {
        flags.add("NOLIBWRAP");
      } else if (wrappers.isPresent() && !wrappers.equals(usual)) {
        attribute("libwrap", wrappers.get());
      }
      if (spec.get(Attribute.VARIABLES).filter(v -> v != Variables.XINETD).isPresent()) {
        lost(Attribute.VARIABLES);
      }
    }
  }
}
