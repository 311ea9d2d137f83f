package io.netsvc.inetd.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** What a reader has found in a file and those it includes, in their order. */
final class Found {
  private final List<ServiceSpec> services = new ArrayList<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final List<BrokenEntry> broken = new ArrayList<>();
  private final List<DisabledEntry> disabled = new ArrayList<>();
  private boolean partial;

  void service(ServiceSpec spec) {
    services.add(spec);
  }

  void disabled(DisabledEntry entry) {
    disabled.add(entry);
  }

  /** Something odd that does not keep a service from being served. */
  void warning(String file, Position at, String message) {
    diagnostics.add(
        new Diagnostic(file, at.line(), at.column(), Diagnostic.Severity.WARNING, message));
  }

  /** Why an entry is not served, and what is known of it. */
  void broken(String file, Rejected why, BrokenEntry entry) {
    diagnostics.add(why.diagnostic(file));
    broken.add(entry);
    partial |= entry instanceof BrokenText text && text.hidesOthers();
  }

  /** What is wrong with the file beside its entries. */
  void error(String file, Rejected why) {
    diagnostics.add(why.diagnostic(file));
    partial = true;
  }

  /** Whether entries may be missing of which nothing is known. */
  boolean isPartial() {
    return partial;
  }

  /**
   * Has {@code tcp} mean one family where another entry for the same service is for the other one
   * alone: that is how files say both that are for servers whose {@code tcp} is IPv4.
   */
  void separateFamilies() {
    var alone = new HashMap<List<Object>, ServiceSpec>();
    for (var spec : services) {
      for (var listen : spec.listens()) {
        alone.putIfAbsent(place(listen, listen.protocol()), spec);
      }
    }
    services.replaceAll(
        spec -> {
          if (spec.listens().size() != 1) {
            return spec;
          }
          var listen = spec.listens().getFirst();
          for (var family : Family.values()) {
            var other = listen.protocol() == family.both ? alone.get(place(listen, family.other)) : null;
            if (other != null) {
              warning(
                  spec.file(),
                  spec.position(Attribute.LISTENS),
                  "the entry on line " + other.line() + " is for " + family.other.keyword() + ", so that here "
                      + family.both.keyword() + " means " + family.rest.keyword());
              return spec.with(
                  Attribute.LISTENS,
                  List.of(new Listen(listen.type(), family.rest, listen.hosts(), listen.service())),
                  spec.position(Attribute.LISTENS));
            }
          }
          return spec;
        });
  }

  private static List<Object> place(Listen listen, Protocol protocol) {
    return List.of(listen.service(), listen.hosts(), protocol);
  }

  /** What both families are without the other one. */
  private enum Family {
    TCP6(Protocol.TCP, Protocol.TCP6, Protocol.TCP4),
    TCP4(Protocol.TCP, Protocol.TCP4, Protocol.TCP6),
    UDP6(Protocol.UDP, Protocol.UDP6, Protocol.UDP4),
    UDP4(Protocol.UDP, Protocol.UDP4, Protocol.UDP6);

    private final Protocol both;
    private final Protocol other;
    private final Protocol rest;

    Family(Protocol both, Protocol other, Protocol rest) {
      this.both = both;
      this.other = other;
      this.rest = rest;
    }
  }

  List<ServiceSpec> services() {
    return services;
  }

  List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  List<BrokenEntry> broken() {
    return broken;
  }

  List<DisabledEntry> disabled() {
    return disabled;
  }
}
