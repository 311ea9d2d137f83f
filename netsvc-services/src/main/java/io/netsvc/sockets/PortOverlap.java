package io.netsvc.sockets;

import java.util.Arrays;
import java.util.Optional;

/**
 * Where two bindings meet, whatever their options. As inet_rcv_saddr_equal of the kernel has it:
 * they do if both take IPv4, or both IPv6, and the addresses are equal or one is the wildcard.
 */
final class PortOverlap {
  private PortOverlap() {}

  /** Why the two never meet; empty if they do. */
  static Optional<String> apart(PortSettings a, PortSettings b) {
    if (a.protocol() != b.protocol()) {
      return Optional.of("the ports of TCP and those of UDP are apart");
    }
    if (a.port() == 0 || b.port() == 0) {
      return Optional.of("port 0 is a free one, which the kernel picks");
    }
    if (a.port() != b.port()) {
      return Optional.of(a.port() + " and " + b.port() + " are different ports");
    }
    if (differ(a.device(), b.device()) || zonesDiffer(a, b)) {
      return Optional.of(a + " and " + b + " are on different devices");
    }
    return familyApart(a, b)
        .or(
            () ->
                a.isWildcard() || b.isWildcard() || sameAddress(a, b)
                    ? Optional.empty()
                    : Optional.of(a + " and " + b + " are different addresses"));
  }

  private static boolean differ(String a, String b) {
    return !a.isEmpty() && !b.isEmpty() && !a.equals(b);
  }

  private static boolean zonesDiffer(PortSettings a, PortSettings b) {
    return a.zone() != 0 && b.zone() != 0 && a.zone() != b.zone();
  }

  private static Optional<String> familyApart(PortSettings a, PortSettings b) {
    if ((a.takesIpv4() && b.takesIpv4()) || (a.isIpv6() && b.isIpv6())) {
      return Optional.empty();
    }
    var six = a.isIpv6() ? a : b;
    var four = a.isIpv6() ? b : a;
    var only = six.isWildcard() ? " takes IPv6 only" : " is of IPv6";
    return Optional.of(six + only + ", and " + four + " is of IPv4");
  }

  /** By the bytes: two that differ in their zones are equal, as they are to Inet6Address. */
  private static boolean sameAddress(PortSettings a, PortSettings b) {
    return Arrays.equals(a.address().getAddress(), b.address().getAddress());
  }

  /** How two that are not {@link #apart} meet. */
  static String describe(PortSettings a, PortSettings b) {
    if (sameAddress(a, b)) {
      if (a.device().equals(b.device())) {
        return "both take " + a;
      }
      boolean aIsOnAny = a.device().isEmpty();
      return (aIsOnAny ? a : b) + " is on every device, so it covers " + (aIsOnAny ? b : a);
    }
    boolean aIsWide = a.isWildcard() && (!b.isWildcard() || a.isIpv6()); // [::] covers 0.0.0.0
    var wide = aIsWide ? a : b;
    var narrow = aIsWide ? b : a;
    var how = wide.isIpv6() && !narrow.isIpv6() ? " takes IPv4 as well, so it " : " ";
    boolean all = wide.device().isEmpty() || wide.device().equals(narrow.device());
    return wide + how + (all ? "covers " : "overlaps ") + narrow;
  }
}
