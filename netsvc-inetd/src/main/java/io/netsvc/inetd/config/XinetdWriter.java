package io.netsvc.inetd.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    var places = places(spec);
    if (places.size() > 1) {
      out.lost(spec, Attribute.LISTENS, "several addresses of " + spec.name() + " as one service: it gets one for each");
    }
    for (int i = 0; i < places.size(); i++) {
      var each = spec.with(Attribute.LISTENS, List.of(places.get(i)));
      new Section(i == 0 ? each : each.with(Attribute.ID, spec.name() + '-' + (i + 1)), out).write(off);
    }
    if (places.isEmpty() && spec.get(Attribute.TCPMUX).isPresent()) {
      new Section(spec, out).write(off);
    } else if (places.isEmpty()) {
      out.lost(spec, Attribute.LISTENS, "a service that is nowhere to be had, such as " + spec.name());
    }
  }

  /** A service there has one address. */
  private static List<Listen> places(ServiceSpec spec) {
    var places = new ArrayList<Listen>();
    for (var listen : spec.listens()) {
      for (var host : listen.hosts()) {
        places.add(new Listen(listen.type(), listen.protocol(), List.of(host), listen.service()));
      }
      if (listen.hosts().isEmpty()) {
        places.add(listen);
      }
    }
    return places;
  }

  /** One section on its way. */
  private static final class Section {
    private final ServiceSpec spec;
    private final XinetdText text;

    Section(ServiceSpec spec, Printer out) {
      this.spec = spec;
      this.text = new XinetdText(spec, out);
    }

    void write(boolean off) {
      var name = new XinetdAt(text).where();
      waits();
      program();
      account();
      limits();
      for (var attribute : spec.attributes()) {
        if (XinetdTerms.SAME.containsValue(attribute)) {
          boolean isName = attribute.equals(Attribute.ID) && spec.get(Attribute.ID).filter(name::equals).isPresent();
          if (!isName && !attribute.equals(Attribute.WAIT)) {
            same(attribute);
          }
        } else if (!SAID.contains(attribute)) {
          text.lost(attribute);
        }
      }
      rest(name);
      text.print(name, off);
    }

    private <T> void same(Attribute<T> attribute) {
      text.attribute(
          attribute.key(), text.words(attribute, attribute.syntax().write(spec.get(attribute).orElseThrow())));
    }

    /** There it is to be said, and datagrams wait in any case. */
    private void waits() {
      boolean waits = spec.waits() || spec.isDatagram();
      text.attribute("wait", waits ? "yes" : "no");
      if (spec.get(Attribute.WAIT).filter(said -> said == waits).isEmpty()) {
        text.noted(
            Attribute.WAIT,
            waits
                ? "a dgram service that does not wait, such as " + spec.name() + ": it waits"
                : "a service without \"wait\", such as " + spec.name() + ": it does not wait");
      }
    }

    private void program() {
      var redirect = spec.get(Attribute.REDIRECT);
      if (redirect.isPresent()) {
        int colon = redirect.get().lastIndexOf(':');
        if (colon <= 0 || redirect.get().startsWith("unix:")) {
          text.lost(Attribute.REDIRECT);
        } else {
          text.attribute("redirect", redirect.get().substring(0, colon).replaceAll("[\\[\\]]", "") + ' '
              + redirect.get().substring(colon + 1));
        }
        return;
      }
      if (spec.internal()) {
        text.type("INTERNAL");
        var name = spec.listens().stream().findFirst().map(Listen::service).orElse("");
        if (spec.listens().stream().anyMatch(listen -> listen.port().isPresent())) {
          var argument = spec.argv().getFirst();
          name = argument.matches("[A-Za-z0-9_.+-]+") ? argument : "";
        }
        if (!spec.argv().equals(List.of(name))) {
          text.lost(Attribute.ARGV);
        }
        return;
      }
      var program = spec.get(Attribute.PROGRAM);
      if (program.isEmpty()) {
        return;
      }
      if (!program.get().startsWith("/")) {
        text.lost(Attribute.PROGRAM);
      }
      text.attribute("server", program.get());
      var argv = spec.argv();
      if (named()) {
        text.flag("NAMEINARGS");
      }
      var args = named() ? argv : argv.subList(1, argv.size());
      if (!args.isEmpty()) {
        text.attribute("server_args", text.words(Attribute.ARGV, args));
      }
    }

    /** Returns whether the arguments have the program's name, since it is not the usual one. */
    private boolean named() {
      var program = spec.get(Attribute.PROGRAM).orElse("");
      return !spec.argv().getFirst().equals(XinetdReading.base(program));
    }

    private void account() {
      var account = spec.account();
      boolean program = spec.get(Attribute.PROGRAM).isPresent() && !spec.internal();
      boolean own = account.user().equals(Account.OWN.user());
      if (spec.get(Attribute.REDIRECT).isPresent() && own) {
        text.attribute("user", "nobody");
        text.noted(Attribute.USER, "a redirect without a user, such as " + spec.name() + ": it gets nobody");
      } else if (program || !own) {
        if (own) {
          text.ownUser();
        }
        text.attribute("user", own ? "root" : account.user());
        account.group().ifPresent(group -> text.attribute("group", group));
      }
      if (program && spec.get(Attribute.INIT_GROUPS).orElse(true)) {
        text.attribute("groups", "yes");
      }
    }

    private void limits() {
      spec.get(Attribute.INSTANCES).ifPresent(most -> text.attribute("instances", String.valueOf(most)));
      spec.get(Attribute.PER_SOURCE).ifPresent(most -> text.attribute("per_source", String.valueOf(most)));
      var rate = spec.get(Attribute.RATE);
      if (rate.isPresent()) {
        boolean second = rate.get().window().equals(Duration.ofSeconds(1)) && rate.get().count() > 0;
        if (second && rate.get().pause().toMillis() % 1000 == 0) {
          text.attribute("cps", rate.get().count() + " " + rate.get().pause().toSeconds());
        } else {
          text.lost(Attribute.RATE);
        }
      }
      for (var limit : spec.get(Attribute.LIMITS).orElse(Map.of()).entrySet()) {
        var name =
            XinetdTerms.LIMITS.entrySet().stream()
                .filter(e -> e.getValue() == limit.getKey())
                .map(Map.Entry::getKey)
                .findFirst();
        long soft = limit.getValue().soft();
        if (name.isEmpty() || soft != limit.getValue().hard() || soft == 0 || soft > Integer.MAX_VALUE) {
          text.lost(Attribute.LIMITS);
        } else {
          text.attribute(name.get(), soft < 0 ? "UNLIMITED" : String.valueOf(soft));
        }
      }
    }

    private void rest(String section) {
      if (spec.is(Attribute.KEEP_ALIVE)) {
        text.flag("KEEPALIVE");
      }
      if (spec.is(Attribute.NO_DELAY)) {
        text.flag("NODELAY");
      }
      var deny = spec.get(Attribute.DENY_TIME);
      if (deny.isPresent()) {
        text.flag("SENSOR");
        text.attribute(
            "deny_time",
            deny.get().isZero() ? "FOREVER" : deny.get().toMillis() < 60_000 ? "NEVER" : String.valueOf(deny.get().toMinutes()));
      }
      wrappers(section);
      for (var other : spec.get(Attribute.OTHER).orElse(Map.of()).entrySet()) {
        if (other.getKey().equals("flags")) {
          List.of(other.getValue().split(" ", -1)).forEach(text::flag);
        } else if (other.getKey().matches("[a-z_]+") && !other.getKey().equals("ipsec")) {
          text.attribute(other.getKey(), other.getValue());
        } else {
          text.lost(Attribute.OTHER, "\"" + other.getKey() + "\" of " + spec.name());
        }
      }
    }

    /** There hosts.allow counts unless a flag says that it does not. */
    private void wrappers(String section) {
      var wrappers = spec.get(Attribute.WRAPPERS);
      var usual = XinetdReading.usualWrappers(spec, section);
      if (wrappers.isEmpty() && usual.isPresent()) {
        text.flag("NOLIBWRAP");
      } else if (wrappers.isPresent() && !wrappers.equals(usual)) {
        text.attribute("libwrap", wrappers.get());
      }
      if (spec.get(Attribute.VARIABLES).filter(v -> v != Variables.XINETD).isPresent()) {
        text.lost(Attribute.VARIABLES);
      }
    }
  }
}
