package io.netsvc.services;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks the second where the first does not know. */
record Chain(Lookup first, Lookup second) implements Lookup {

  @Override
  public Optional<ServiceEntry> byName(String name, @Nullable String protocol) {
    var found = first.byName(name, protocol);
    return found.isPresent() ? found : second.byName(name, protocol);
  }

  @Override
  public Optional<ServiceEntry> byPort(int port, @Nullable String protocol) {
    var found = first.byPort(port, protocol);
    return found.isPresent() ? found : second.byPort(port, protocol);
  }

  @Override
  public List<ServiceEntry> all() {
    return Stream.concat(first.all().stream(), second.all().stream()).toList();
  }

  @Override
  public List<Diagnostic> diagnostics() {
    return Stream.concat(first.diagnostics().stream(), second.diagnostics().stream()).toList();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same instance is how a lookup says: unchanged
  public Lookup refreshed() throws IOException {
    var newFirst = first.refreshed();
    var newSecond = second.refreshed();
    return newFirst == first && newSecond == second ? this : new Chain(newFirst, newSecond);
  }
}
