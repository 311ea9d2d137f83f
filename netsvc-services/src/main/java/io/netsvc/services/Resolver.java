package io.netsvc.services;

import io.netsvc.text.NearWords;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a human or a configuration file means by a service's name or a port's number. */
final class Resolver {
  private Resolver() {}

  static int port(Lookup lookup, String text, @Nullable String protocol) {
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return number(text);
    }
    var entry = lookup.byName(text, protocol);
    if (entry.isPresent()) {
      return entry.get().port();
    }
    var suffix = protocol == null ? "" : " for protocol " + Text.quote(protocol);
    throw new NoSuchServiceException(
        "unknown service " + Text.quote(text) + suffix,
        NearWords.of(text, names(lookup, protocol)));
  }

  private static List<String> names(Lookup lookup, @Nullable String protocol) {
    return lookup.all().stream()
        .filter(entry -> protocol == null || protocol.equals(entry.protocol()))
        .flatMap(entry -> Stream.concat(Stream.of(entry.name()), entry.aliases().stream()))
        .toList();
  }

  private static int number(String digits) {
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      value = value * 10 + digits.charAt(i) - '0';
      if (value > 65535) {
        throw new NoSuchServiceException("port out of range: " + Text.quote(digits), List.of());
      }
    }
    return value;
  }
}
