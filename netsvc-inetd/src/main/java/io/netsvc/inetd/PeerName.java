package io.netsvc.inetd;

import java.util.function.Predicate;

/** What is known of the name of an address. */
sealed interface PeerName {

  /** A name in lower case that has the address itself; else anybody could claim it. */
  record Verified(String name) implements PeerName {}

  /** Why there is no such name. */
  enum Missing implements PeerName {
    /** The address has no name. */
    NONE,

    /** The name that it is said to have does not have the address, or is no host's name. */
    FORGED,

    /** The name cannot be had now. */
    UNAVAILABLE
  }

  /** Returns whether the name is so; an address without one has no name that is. */
  default Truth is(Predicate<String> test) {
    return switch (this) {
      case Verified known -> Truth.of(test.test(known.name()));
      case Missing why -> why == Missing.NONE ? Truth.NO : Truth.MAYBE;
    };
  }
}
