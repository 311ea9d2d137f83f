package io.netsvc.services;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@link RegistryData}, whose layout is in {@code build_registry.py}. Nothing is unpacked: a
 * search reads the few characters that it needs. A group is the entries that differ in nothing but
 * the protocol; groups with a lower number have precedence.
 */
final class RegistryImage {
  static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp", "dccp");
  static final int NONE = -1;
  private static final int ZERO = '#';
  private static final int GROUP_DIGITS = 7;
  private static final int PLACE_DIGITS = 3;

  private static final String GROUPS = RegistryData.groups();
  private static final String SEVERAL = RegistryData.several();
  private static final String BUCKETS = RegistryData.buckets();
  private static final String[] TEXTS = RegistryData.texts();

  private RegistryImage() {}

  private static int digit(String text, int at) {
    return text.charAt(at) - ZERO;
  }

  private static int place(String text, int at) {
    return digit(text, at) << 12 | digit(text, at + 1) << 6 | digit(text, at + 2);
  }

  /** Returns port, protocols and number of names. */
  private static int facts(int group) {
    int at = group * GROUP_DIGITS;
    return digit(GROUPS, at) << 18 | place(GROUPS, at + 1);
  }

  static int port(int group) {
    return facts(group) >>> 8;
  }

  /** Whether the group has an entry for the protocol of this index. */
  static boolean has(int group, int protocol) {
    return (facts(group) >>> 4 & 1 << protocol) != 0;
  }

  /** {@return where the name's groups are listed, for {@link #group}, or {@link #NONE}} */
  static int find(String name, int bucket) {
    int start = place(BUCKETS, bucket * PLACE_DIGITS);
    var text = TEXTS[start >>> 16];
    int at = start & 0xFFFF;
    for (int length; (length = digit(text, at)) != 0; ) {
      if (length == name.length() && text.startsWith(name, at + 2)) {
        return (start & ~0xFFFF) | at;
      }
      at += 2 + length + PLACE_DIGITS * digit(text, at + 1);
    }
    return NONE;
  }

  /** {@return the n-th group of the name at this place, or {@link #NONE}} */
  static int group(int place, int n) {
    var text = TEXTS[place >>> 16];
    int at = place & 0xFFFF;
    return n < digit(text, at + 1)
        ? place(text, at + 2 + digit(text, at) + PLACE_DIGITS * n)
        : NONE;
  }

  /** {@return the first group from this one on that has this port, or {@link #NONE}} */
  static int groupFrom(int group, int port) {
    int next = group;
    for (; next < RegistryData.OVERRIDES; next++) {
      if (port(next) == port) {
        return next;
      }
    }
    int end = RegistryData.GROUPS;
    for (int low = next; low < end; ) {
      int middle = (low + end) >>> 1;
      if (port(middle) < port) {
        low = middle + 1;
      } else {
        end = middle;
      }
    }
    return end < RegistryData.GROUPS && port(end) == port ? end : NONE;
  }

  /** Makes the entry of a group for one of its protocols. */
  static ServiceEntry entry(int group, int protocol) {
    int facts = facts(group);
    int place = place(GROUPS, group * GROUP_DIGITS + 4);
    int count = facts & 15;
    var name = count == 1 ? name(place) : name(place(SEVERAL, place));
    var aliases = new ArrayList<String>(count - 1);
    for (int i = 1; i < count; i++) {
      aliases.add(name(place(SEVERAL, place + PLACE_DIGITS * i)));
    }
    return new ServiceEntry(name, facts >>> 8, PROTOCOLS.get(protocol), aliases);
  }

  private static String name(int place) {
    var text = TEXTS[place >>> 16];
    int at = place & 0xFFFF;
    return text.substring(at + 2, at + 2 + digit(text, at));
  }
}
