package io.netsvc.services;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one text in two open-addressing tables. Linear probing, filled in file order, meets
 * equal keys in file order, so the first match is the answer; what can never match is left out.
 */
final class Index implements Lookup {
  private final List<ServiceEntry> entries;
  private final List<Diagnostic> diagnostics;
  private final List<Optional<ServiceEntry>> answers;
  private final @Nullable String[] names;
  private final int[] nameSlots;
  private final int[] portSlots;

  Index(List<ServiceEntry> entries, List<Diagnostic> diagnostics) {
    this.entries = List.copyOf(entries);
    this.diagnostics = List.copyOf(diagnostics);
    answers = new ArrayList<>(entries.size());
    int nameCount = 0;
    for (var entry : entries) {
      answers.add(Optional.of(entry)); // once, so that a lookup allocates nothing
      nameCount += 1 + entry.aliases().size();
    }
    names = new @Nullable String[tableSize(nameCount)];
    nameSlots = new int[names.length];
    portSlots = new int[tableSize(entries.size())];
    for (int i = 0; i < entries.size(); i++) {
      var entry = entries.get(i);
      addPort(entry, i);
      addName(entry.name(), entry.protocol(), i);
      for (var alias : entry.aliases()) {
        addName(alias, entry.protocol(), i);
      }
    }
  }

  private static int tableSize(int count) {
    return Integer.highestOneBit(Math.max(2, count) * 2 - 1) * 2; // load at most one half
  }

  private void addName(String name, String protocol, int entry) {
    int slot = Lookup.spread(name.hashCode()) & (names.length - 1);
    for (; nameSlots[slot] != 0; slot = (slot + 1) & (names.length - 1)) {
      if (name.equals(names[slot]) && protocol.equals(entries.get(nameSlots[slot] - 1).protocol())) {
        return;
      }
    }
    names[slot] = name;
    nameSlots[slot] = entry + 1;
  }

  private void addPort(ServiceEntry added, int entry) {
    int slot = Lookup.spread(added.port()) & (portSlots.length - 1);
    for (; portSlots[slot] != 0; slot = (slot + 1) & (portSlots.length - 1)) {
      var earlier = entries.get(portSlots[slot] - 1);
      if (earlier.port() == added.port() && earlier.protocol().equals(added.protocol())) {
        return;
      }
    }
    portSlots[slot] = entry + 1;
  }

  @Override
  public Optional<ServiceEntry> byName(String name, @Nullable String protocol) {
    int slot = Lookup.spread(name.hashCode()) & (names.length - 1);
    for (; nameSlots[slot] != 0; slot = (slot + 1) & (names.length - 1)) {
      int entry = nameSlots[slot] - 1;
      if (name.equals(names[slot]) && matches(entries.get(entry), protocol)) {
        return answers.get(entry);
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<ServiceEntry> byPort(int port, @Nullable String protocol) {
    int slot = Lookup.spread(port) & (portSlots.length - 1);
    for (; portSlots[slot] != 0; slot = (slot + 1) & (portSlots.length - 1)) {
      int entry = portSlots[slot] - 1;
      if (entries.get(entry).port() == port && matches(entries.get(entry), protocol)) {
        return answers.get(entry);
      }
    }
    return Optional.empty();
  }

  private static boolean matches(ServiceEntry entry, @Nullable String protocol) {
    return protocol == null || protocol.equals(entry.protocol());
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
