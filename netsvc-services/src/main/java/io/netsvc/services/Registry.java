package io.netsvc.services;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The embedded IANA registry, loaded at the first lookup. It keeps what it has answered, so that a
 * question asked again costs a few loads and no allocation. What is kept is bounded: by names, those
 * that exist; by port, every port.
 *
 * <p>There are no locks. Racing threads make equal answers, one of which is lost; {@code Optional}
 * and {@code Known} are safe to publish by a plain write because their fields are final.
 */
final class Registry implements Lookup {
  static final Registry IANA = new Registry();
  private static final int ANY = 4; // after the indexes of RegistryImage.PROTOCOLS
  private static final int UNKNOWN = 5;

  private final @Nullable Known[] names = new @Nullable Known[RegistryData.BUCKETS];

  /** By protocol and high byte of the port; a page is by the low byte. */
  private final @Nullable Optional<ServiceEntry>[] @Nullable [] ports = pages(UNKNOWN << 8);

  /** A name that exists, with its answers by protocol; those of one bucket form a list. */
  private record Known(
      String name,
      Optional<ServiceEntry> tcp,
      Optional<ServiceEntry> udp,
      Optional<ServiceEntry> sctp,
      Optional<ServiceEntry> dccp,
      Optional<ServiceEntry> any,
      @Nullable Known next) {

    Optional<ServiceEntry> answer(int protocol) {
      return switch (protocol) {
        case 0 -> tcp;
        case 1 -> udp;
        case 2 -> sctp;
        case 3 -> dccp;
        case ANY -> any;
        default -> Optional.empty();
      };
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of a parameterized type
  private static @Nullable Optional<ServiceEntry>[] @Nullable [] pages(int count) {
    return new Optional[count][];
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable Optional<ServiceEntry>[] page() {
    return new Optional[256];
  }

  private Registry() {}

  private static int index(@Nullable String protocol) {
    if (protocol == null) {
      return ANY;
    }
    return switch (protocol) {
      case "tcp" -> 0;
      case "udp" -> 1;
      case "sctp" -> 2;
      case "dccp" -> 3;
      default -> UNKNOWN;
    };
  }

  @Override
  public Optional<ServiceEntry> byName(String name, @Nullable String protocol) {
    int bucket = Lookup.spread(name.hashCode()) & (RegistryData.BUCKETS - 1);
    for (var known = names[bucket]; known != null; known = known.next()) {
      if (known.name().equals(name)) {
        return known.answer(index(protocol));
      }
    }
    int place = RegistryImage.find(name, bucket);
    return place == RegistryImage.NONE ? Optional.empty() : keep(name, bucket, place, protocol);
  }

  private Optional<ServiceEntry> keep(
      String name, int bucket, int place, @Nullable String protocol) {
    var tcp = named(place, 0);
    var udp = named(place, 1);
    var sctp = named(place, 2);
    var dccp = named(place, 3);
    int group = RegistryImage.group(place, 0);
    int first = 0;
    while (!RegistryImage.has(group, first)) {
      first++;
    }
    var any = first == 0 ? tcp : first == 1 ? udp : first == 2 ? sctp : dccp;
    var known = new Known(name, tcp, udp, sctp, dccp, any, names[bucket]);
    names[bucket] = known;
    return known.answer(index(protocol));
  }

  private static Optional<ServiceEntry> named(int place, int protocol) {
    for (int i = 0, group; (group = RegistryImage.group(place, i)) != RegistryImage.NONE; i++) {
      if (RegistryImage.has(group, protocol)) {
        return Optional.of(RegistryImage.entry(group, protocol));
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<ServiceEntry> byPort(int port, @Nullable String protocol) {
    int index = index(protocol);
    if (port >>> 16 != 0 || index == UNKNOWN) {
      return Optional.empty();
    }
    var page = ports[index << 8 | port >>> 8];
    var known = page == null ? null : page[port & 255];
    return known == null ? keep(port, index) : known;
  }

  private Optional<ServiceEntry> keep(int port, int index) {
    int at = index << 8 | port >>> 8;
    var page = ports[at];
    if (page == null) {
      page = page();
      ports[at] = page;
    }
    var answer = numbered(port, index);
    page[port & 255] = answer;
    return answer;
  }

  private static Optional<ServiceEntry> numbered(int port, int index) {
    int group = RegistryImage.groupFrom(0, port);
    while (group != RegistryImage.NONE && RegistryImage.port(group) == port) {
      for (int i = 0; i < RegistryImage.PROTOCOLS.size(); i++) {
        if ((index == ANY || index == i) && RegistryImage.has(group, i)) {
          return Optional.of(RegistryImage.entry(group, i));
        }
      }
      group = next(group, port);
    }
    return Optional.empty();
  }

  private static int next(int group, int port) {
    // Groups of one port are neighbours, except the overrides.
    if (group < RegistryData.OVERRIDES) {
      return RegistryImage.groupFrom(group + 1, port);
    }
    return group + 1 < RegistryData.GROUPS ? group + 1 : RegistryImage.NONE;
  }

  @Override
  public List<ServiceEntry> all() {
    return All.ENTRIES;
  }

  @Override
  public List<Diagnostic> diagnostics() {
    return List.of();
  }

  private static final class All {
    static final List<ServiceEntry> ENTRIES = read();

    private static List<ServiceEntry> read() {
      var entries = new ArrayList<ServiceEntry>();
      for (int group = 0; group < RegistryData.GROUPS; group++) {
        for (int protocol = 0; protocol < RegistryImage.PROTOCOLS.size(); protocol++) {
          if (RegistryImage.has(group, protocol)) {
            entries.add(RegistryImage.entry(group, protocol));
          }
        }
      }
      return List.copyOf(entries);
    }
  }
}
