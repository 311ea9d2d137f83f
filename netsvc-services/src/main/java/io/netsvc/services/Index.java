package io.netsvc.services;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one text in two open-addressing tables. Linear probing, filled in file order, meets
 * equal keys in file order, so the first match is the answer; what can never match is left out. A
 * slot holds all that a lookup compares, and the answer, so that a lookup allocates nothing and
 * follows few references.
 */
final class Index implements Lookup {
  private final List<ServiceEntry> entries;
  private final List<Diagnostic> diagnostics;
  private final @Nullable Named[] names;
  private final @Nullable Numbered[] ports;

  private record Named(String name, String protocol, Optional<ServiceEntry> answer) {}

  private record Numbered(int port, String protocol, Optional<ServiceEntry> answer) {}

  Index(List<ServiceEntry> entries, List<Diagnostic> diagnostics) {
    this.entries = List.copyOf(entries);
    this.diagnostics = List.copyOf(diagnostics);
    int nameCount = 0;
    for (var entry : entries) {
      nameCount += 1 + entry.aliases().size();
    }
    names = new @Nullable Named[tableSize(nameCount)];
    ports = new @Nullable Numbered[tableSize(entries.size())];
    for (var entry : entries) {
      var answer = Optional.of(entry);
      var protocol = shared(entry.protocol());
      addPort(new Numbered(entry.port(), protocol, answer));
      addName(new Named(entry.name(), protocol, answer));
      for (var alias : entry.aliases()) {
        addName(new Named(alias, protocol, answer));
      }
    }
  }

  /** The constant that a caller most likely compares with, which then takes one look. */
  private static String shared(String protocol) {
    return switch (protocol) {
      case "tcp" -> "tcp";
      case "udp" -> "udp";
      default -> protocol;
    };
  }

  private static int tableSize(int count) {
    return Integer.highestOneBit(Math.max(2, count) * 2 - 1) * 2; // load at most one half
  }

  private void addName(Named added) {
    int slot = Lookup.spread(added.name().hashCode()) & (names.length - 1);
    for (Named earlier; (earlier = names[slot]) != null; slot = (slot + 1) & (names.length - 1)) {
      if (earlier.name().equals(added.name()) && earlier.protocol().equals(added.protocol())) {
        return;
      }
    }
    names[slot] = added;
  }

  private void addPort(Numbered added) {
    int slot = Lookup.spread(added.port()) & (ports.length - 1);
    for (Numbered earlier; (earlier = ports[slot]) != null; slot = (slot + 1) & (ports.length - 1)) {
      if (earlier.port() == added.port() && earlier.protocol().equals(added.protocol())) {
        return;
      }
    }
    ports[slot] = added;
  }

  @Override
  public Optional<ServiceEntry> byName(String name, @Nullable String protocol) {
    int slot = Lookup.spread(name.hashCode()) & (names.length - 1);
    for (Named found; (found = names[slot]) != null; slot = (slot + 1) & (names.length - 1)) {
      if (found.name().equals(name) && matches(found.protocol(), protocol)) {
        return found.answer();
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<ServiceEntry> byPort(int port, @Nullable String protocol) {
    int slot = Lookup.spread(port) & (ports.length - 1);
    for (Numbered found; (found = ports[slot]) != null; slot = (slot + 1) & (ports.length - 1)) {
      if (found.port() == port && matches(found.protocol(), protocol)) {
        return found.answer();
      }
    }
    return Optional.empty();
  }

  private static boolean matches(String found, @Nullable String wanted) {
    return wanted == null || wanted.equals(found);
  }

  @Override
  public List<ServiceEntry> all() {
    return entries;
  }

  @Override
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
