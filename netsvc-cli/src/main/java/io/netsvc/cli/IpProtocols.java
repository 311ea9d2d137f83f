package io.netsvc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The names of IP's protocols: those that raw sockets have in common, else protocols(5). */
final class IpProtocols {
  private static final Map<Integer, String> COMMON =
      Map.of(1, "icmp", 2, "igmp", 6, "tcp", 17, "udp", 41, "ipv6", 47, "gre", 58, "ipv6-icmp", 89, "ospf", 255, "raw");

  private IpProtocols() {}

  static String name(int number) {
    var common = COMMON.get(number);
    return common == null ? listed(number) : common;
  }

  private static String listed(int number) {
    var digits = Integer.toString(number);
    try (var lines = Files.lines(Path.of("/etc/protocols"))) {
      return lines
          .map(line -> line.split("\\s+", 3))
          .filter(words -> words.length > 1 && words[1].equals(digits))
          .map(words -> words[0])
          .findFirst()
          .orElse(digits);
    } catch (IOException | java.io.UncheckedIOException e) {
      return digits;
    }
  }
}
