package io.netsvc.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Addresses in the one form that other programs write too, RFC 5952; the JDK's has every zero. */
public final class AddressText {
  private static final int GROUPS = 8;

  private AddressText() {}

  /**
   * Returns an address without a name, such as {@code 192.0.2.1}, {@code 2001:db8::1} or {@code
   * fe80::1%eth0}. One that IPv6 has mapped is IPv4 to the JDK, and so here.
   */
  public static String of(InetAddress address) {
    var text = address.getHostAddress();
    if (!(address instanceof Inet6Address)) {
      return text;
    }
    int zone = text.indexOf('%');
    return groups(address.getAddress()) + (zone < 0 ? "" : text.substring(zone));
  }

  /** Returns an address and port, such as {@code [2001:db8::1]:80}, or the path of a Unix one. */
  public static String of(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet when inet.getAddress() instanceof Inet6Address six ->
          '[' + of(six) + "]:" + inet.getPort();
      case InetSocketAddress inet when !inet.isUnresolved() ->
          of(inet.getAddress()) + ':' + inet.getPort();
      case UnixDomainSocketAddress unix -> unix.getPath().toString();
      default -> address.toString();
    };
  }

  private static String groups(byte[] raw) {
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (raw[2 * i] & 0xff) << 8 | (raw[2 * i + 1] & 0xff);
    }
    int begin = 0;
    int most = 1; // a single zero is written, section 4.2.2
    for (int i = 0; i < GROUPS; i++) {
      int zeros = zeros(groups, i);
      if (zeros > most) { // of equal ones the first, section 4.2.3
        begin = i;
        most = zeros;
      }
    }
    return most == 1
        ? joined(groups, 0, GROUPS)
        : joined(groups, 0, begin) + "::" + joined(groups, begin + most, GROUPS);
  }

  private static int zeros(int[] groups, int from) {
    int to = from;
    while (to < GROUPS && groups[to] == 0) {
      to++;
    }
    return to - from;
  }

  private static String joined(int[] groups, int from, int to) {
    var text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
