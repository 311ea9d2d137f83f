package io.netsvc.services;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a {@link ServicesDatabase} looks; a null protocol means any. Implementations are immutable. */
interface Lookup {

  Optional<ServiceEntry> byName(String name, @Nullable String protocol);

  Optional<ServiceEntry> byPort(int port, @Nullable String protocol);

  List<ServiceEntry> all();

  List<Diagnostic> diagnostics();

  /** Returns this instance if nothing changed. */
  default Lookup refreshed() throws IOException {
    return this;
  }

  /** Spreads the bits of a hash for tables with a power-of-two size; the registry's file relies on it. */
  static int spread(int hash) {
    int mixed = hash * 0x9E3779B9;
    return mixed ^ (mixed >>> 16);
  }
}
