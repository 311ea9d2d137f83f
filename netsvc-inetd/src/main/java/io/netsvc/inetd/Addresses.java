package io.netsvc.inetd;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses as people write them. */
final class Addresses {
  /** Four numbers; a leading zero is octal to some. */
  private static final Pattern IPV4 =
      Pattern.compile("((0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])(\\.(?=.)|$)){4}");

  private static final int GROUPS = 8;

  private Addresses() {}

  /** Returns the address that a text is, all of it and in one way only; an IPv6 one has no zone. */
  static Optional<InetAddress> literal(String text) {
    boolean six = text.indexOf(':') >= 0 && text.indexOf('%') < 0 && !text.startsWith("[");
    if (!six && !IPV4.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** Returns an address in its usual text, RFC 5952, as patterns are written for. */
  static String text(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address.getHostAddress();
    }
    byte[] raw = address.getAddress();
    var groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = ((raw[2 * i] & 0xff) << 8) | (raw[2 * i + 1] & 0xff);
    }
    int begin = 0;
    int longest = 1; // one zero alone is written out
    for (int i = 0; i < GROUPS; i++) {
      int zeros = 0;
      while (i + zeros < GROUPS && groups[i + zeros] == 0) {
        zeros++;
      }
      if (zeros > longest) {
        begin = i;
        longest = zeros;
      }
    }
    return longest == 1
        ? join(groups, 0, GROUPS)
        : join(groups, 0, begin) + "::" + join(groups, begin + longest, GROUPS);
  }

  private static String join(int[] groups, int from, int to) {
    var text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
