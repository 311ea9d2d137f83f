package io.netsvc.sockets;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The addresses that begin with some bits. Those of IPv4 are also what a socket of IPv6 has mapped;
 * those of IPv6 are of its sockets alone, mapped ones as {@code ::ffff:192.0.2.1}.
 */
final class AddressPrefix {
  private static final int FOUR = 4;
  private static final int SIX = 16;
  private static final Pattern FOUR_NUMBERS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){0,3}");
  private static final Pattern SIX_NUMBERS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,3}");

  private final byte[] bytes;
  private final int length;

  private AddressPrefix(byte[] bytes, int length) {
    this.bytes = bytes;
    this.length = length;
  }

  /** {@return whether a text is no name: it has a prefix, colons, or nothing but numbers} */
  static boolean isLiteral(String text) {
    return text.indexOf('/') >= 0
        || text.indexOf(':') >= 0
        || text.indexOf('%') >= 0
        || text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  /** {@return whether a text is an address of IPv6} */
  static boolean isAddress(String text) {
    try {
      return text.indexOf(':') >= 0 && address(text).length == SIX;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static AddressPrefix of(InetAddress address) {
    byte[] bytes = address.getAddress();
    return new AddressPrefix(bytes, bytes.length * 8);
  }

  /**
   * Reads an address with or without a length; with one, IPv4 may leave out numbers at its end.
   *
   * @throws IllegalArgumentException says what is wrong
   */
  static AddressPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      byte[] bytes = address(text);
      return new AddressPrefix(bytes, bytes.length * 8);
    }
    var before = text.substring(0, slash);
    long dots = before.chars().filter(c -> c == '.').count();
    boolean shortened = before.indexOf(':') < 0 && dots < 3;
    byte[] bytes = address(shortened ? before + ".0".repeat((int) (3 - dots)) : before);
    return new AddressPrefix(bytes, length(text.substring(slash + 1), bytes.length));
  }

  private static byte[] address(String text) {
    boolean six = text.indexOf(':') >= 0;
    boolean plain = (six ? SIX_NUMBERS : FOUR_NUMBERS).matcher(text).matches();
    boolean whole = six || text.chars().filter(c -> c == '.').count() == 3;
    try {
      if (plain && whole) {
        byte[] bytes = InetAddress.ofLiteral(text).getAddress();
        return six ? six(bytes) : bytes;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    var hint =
        text.indexOf('%') >= 0
            ? "; an interface is asked for with dev"
            : plain && text.indexOf('.') < 0 ? "; a port begins with \":\"" : "";
    throw new IllegalArgumentException(
        "expected an address of IPv4 or IPv6, read " + FilterText.quote(text) + hint);
  }

  /** A number of bits, or for IPv4 a mask. */
  private static int length(String text, int size) {
    if (LENGTH.matcher(text).matches() && Integer.parseInt(text) <= size * 8) {
      return Integer.parseInt(text);
    }
    if (size == FOUR && FOUR_NUMBERS.matcher(text).matches() && text.indexOf('.') > 0) {
      int mask = ByteBuffer.wrap(address(text)).getInt();
      int ones = Integer.numberOfLeadingZeros(~mask);
      if (Integer.bitCount(mask) == ones) {
        return ones;
      }
    }
    throw new IllegalArgumentException(
        "expected a prefix's length, 0 to " + size * 8 + ", read " + FilterText.quote(text));
  }

  boolean isOf(Optional<StandardProtocolFamily> family) {
    boolean four = bytes.length == FOUR;
    return family.isEmpty() || (family.get() == StandardProtocolFamily.INET) == four;
  }

  /** {@return whether an address of a socket of a family is one of these} */
  boolean contains(StandardProtocolFamily family, InetAddress address) {
    if (bytes.length == FOUR) {
      return address instanceof Inet4Address && begins(address.getAddress());
    }
    return family == StandardProtocolFamily.INET6 && begins(six(address.getAddress()));
  }

  private boolean begins(byte[] address) {
    int whole = length / 8;
    int mask = 0xff00 >> length % 8 & 0xff;
    return Arrays.equals(address, 0, whole, bytes, 0, whole)
        && (mask == 0 || ((address[whole] ^ bytes[whole]) & mask) == 0);
  }

  /** The JDK has a mapped address as the one that is mapped. */
  private static byte[] six(byte[] address) {
    if (address.length == SIX) {
      return address;
    }
    byte[] mapped = new byte[SIX];
    mapped[10] = -1;
    mapped[11] = -1;
    System.arraycopy(address, 0, mapped, 12, FOUR);
    return mapped;
  }
}
