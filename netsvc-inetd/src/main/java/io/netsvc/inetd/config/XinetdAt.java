package io.netsvc.inetd.config;

/** Writes where a service is to be had into its section of xinetd. */
final class XinetdAt {
  private final XinetdText text;
  private final ServiceSpec spec;

  XinetdAt(XinetdText text) {
    this.text = text;
    this.spec = text.spec();
  }

  /** Says where it is to be had, and returns the section's name. */
  String where() {
    var muxed = spec.get(Attribute.TCPMUX);
    if (muxed.isPresent()) {
      text.type(muxed.get().greets() ? "TCPMUXPLUS" : "TCPMUX");
      text.type("UNLISTED");
      text.attribute("socket_type", "stream");
      text.attribute("protocol", "tcp");
      return muxed.get().name();
    }
    var listen = spec.listens().getFirst();
    text.attribute("socket_type", listen.type().keyword());
    text.attribute("protocol", listen.protocol().services());
    family(listen);
    var rpc = spec.get(Attribute.RPC);
    if (rpc.isPresent()) {
      text.type("RPC");
      var program = rpc.get().program();
      text.attribute("rpc_version", rpc.get().toString().substring(program.length() + 1));
      if (Numbers.digits(program)) {
        text.type("UNLISTED");
        text.attribute("rpc_number", program);
      }
      return program;
    }
    boolean number = listen.port().isPresent();
    var id = spec.get(Attribute.ID);
    boolean named = id.isPresent() && id.get().chars().allMatch(c -> c > ' ' && c < 0x7f);
    if (number && spec.internal()) {
      text.type("UNLISTED");
      text.attribute("port", listen.service());
      var name = spec.argv().getFirst();
      if (id.isEmpty()) {
        text.noted(Attribute.ID, "a service without a name, such as " + spec.name() + ": it gets one");
      }
      return name.matches("[A-Za-z0-9_.+-]+") ? name : "port-" + listen.service(); // is lost: see program
    }
    if (number) {
      text.type("UNLISTED");
      text.attribute("port", listen.service());
      if (!named) {
        text.attribute("id", spec.name());
        text.lost(Attribute.ID, "a service without a name, such as " + spec.name() + ": it gets one");
      }
      return named ? id.get() : "port-" + listen.service();
    }
    return listen.service();
  }

  private void family(Listen listen) {
    var host = listen.hosts().stream().findFirst().orElse("");
    boolean any = XinetdPlace.isAny(host);
    if (any) {
      text.noted(Attribute.LISTENS, "the address " + host + " of " + spec.name() + " but as no address, which is the same");
    } else if (!host.isEmpty()) {
      text.attribute("bind", host);
    }
    boolean six = host.indexOf(':') >= 0;
    boolean four = host.matches("[0-9.]+");
    switch (listen.protocol()) {
      case TCP4, UDP4 -> {
        text.flag("IPv4");
        if (six) {
          text.lost(Attribute.LISTENS, "IPv4 at an address of IPv6 of " + spec.name());
        }
      }
      case TCP6, UDP6 -> {
        if (four) {
          text.lost(Attribute.LISTENS, "IPv6 at an address of IPv4 of " + spec.name());
        } else if (any || !six) {
          alone();
        }
      }
      case TCP, UDP -> {
        if (host.isEmpty() || four || six) {
          text.noted(Attribute.LISTENS, "a socket for each family of " + spec.name() + ": it gets one for both");
        }
        if (any) {
          alone(); // which is all of it that there is
        }
      }
      case TCP46, UDP46 -> {
        if (!host.isEmpty() && !any) {
          text.lost(Attribute.LISTENS, "both families at one address of " + spec.name());
        }
      }
      case UNIX -> text.lost(Attribute.LISTENS, "a Unix socket such as " + spec.name());
    }
  }

  private void alone() {
    text.flag("IPv6");
    text.attribute("v6only", "yes");
  }
}
