package io.netsvc.inetd.config;

import java.util.Objects;

/** An entry that cannot be served, and what is left of it to tell what it was before. */
public sealed interface BrokenEntry permits BrokenService, BrokenText {

  /** How well a running entry fits as what this one was before, best first. */
  enum Likeness {
    /** The same service at the same hosts. */
    SAME,
    /** The same service. */
    SERVICE,
    /** The same but for hosts and service. */
    REST,
    /** Only on the same line, where nothing else is known. */
    LINE,
    /** No sign that it was. */
    NONE
  }

  /** {@return an entry that reads well and fails otherwise, such as by a port that is taken} */
  static BrokenEntry of(ServiceSpec spec) {
    return new BrokenService(Objects.requireNonNull(spec, "spec"));
  }

  /** {@return how likely this was that entry} */
  Likeness to(ServiceSpec running);
}
