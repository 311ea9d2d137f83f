package io.netsvc.cli;

import io.netsvc.services.ServicesDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** The ports that nc was given: a number, a service's name, or a range such as {@code 20-1024}. */
final class NcPorts {
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");

  private NcPorts() {}

  /**
   * Reads ports.
   *
   * @param protocol {@code tcp} or {@code udp}
   * @throws IllegalArgumentException in one line
   */
  static List<Integer> parse(String text, String protocol, boolean shuffled) {
    var range = RANGE.matcher(text);
    if (!range.matches()) {
      return List.of(one(text, protocol));
    }
    int a = one(range.group(1), protocol);
    int b = one(range.group(2), protocol);
    var ports = new ArrayList<Integer>();
    for (int port = Math.min(a, b); port <= Math.max(a, b); port++) {
      ports.add(port);
    }
    if (shuffled) {
      Collections.shuffle(ports);
    }
    return ports;
  }

  /** Reads a single port, which may be 0. */
  static int one(String text, String protocol) {
    try {
      return ServicesDatabase.system().resolve(text, protocol);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("port: " + e.getMessage(), e);
    }
  }

  /** {@return a port's service as nc shows it, such as {@code tcp/http}, or {@code tcp/*}} */
  static String service(int port, String protocol, boolean numeric) {
    var name =
        numeric
            ? "*"
            : ServicesDatabase.system().find(port, protocol).map(entry -> entry.name()).orElse("*");
    return protocol + '/' + name;
  }
}
