package io.netsvc.inetd.config;

import java.util.List;

/** What is known of a service of which not all could be read, or not all is good. */
record BrokenService(ServiceSpec spec) implements BrokenEntry {
  @Override
  public Likeness to(ServiceSpec running) {
    if (spec.listens().isEmpty() || running.listens().isEmpty()) {
      var name = spec.name(); // all that could be read of it
      boolean same =
          name.equals(running.name())
              || running.listens().stream().anyMatch(listen -> listen.service().equals(name));
      return same ? Likeness.SAME : Likeness.NONE;
    }
    var was = spec.listens().getFirst();
    var is = running.listens().getFirst();
    if (asks(was).equals(asks(is))) {
      return was.hosts().equals(is.hosts()) ? Likeness.SAME : Likeness.SERVICE;
    }
    return spec.with(Attribute.LISTENS, running.listens()).sameAs(running)
        ? Likeness.REST
        : Likeness.NONE;
  }

  /** What it asks for at whatever hosts and families. */
  private static List<Object> asks(Listen listen) {
    return List.of(listen.type(), listen.protocol().services(), listen.service());
  }
}
