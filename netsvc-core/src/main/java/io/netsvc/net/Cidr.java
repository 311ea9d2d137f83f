package io.netsvc.net;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A network: all addresses that begin with the same bits.
 *
 * @param prefix how many bits those are
 */
record Cidr(InetAddress network, int prefix) {
  private static final int MAPPED = 96;

  /** Reads an address, with or without a prefix length; IPv4-mapped IPv6 is IPv4. */
  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    var address = slash < 0 ? text : text.substring(0, slash);
    var network = address(text, address);
    boolean six = address.indexOf(':') >= 0;
    int bits = six ? 128 : 32;
    int prefix = slash < 0 ? bits : number(text, text.substring(slash + 1), bits);
    if (six && network.getAddress().length == 4) {
      if (prefix < MAPPED) {
        throw wrong(text, "expected a prefix length of 96 to 128 after an IPv4-mapped address");
      }
      prefix -= MAPPED;
    }
    var cidr = new Cidr(network, prefix);
    if (!cidr.masked().equals(network)) {
      throw wrong(text, "expected " + AddressText.of(cidr.masked()) + '/' + prefix);
    }
    return cidr;
  }

  private static InetAddress address(String text, String address) {
    try {
      // The JDK also takes 10.1 for 10.0.0.1, and a zone.
      if (address.indexOf(':') >= 0 ? address.indexOf('%') < 0 : address.split("\\.", -1).length == 4) {
        return InetAddress.ofLiteral(address);
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw wrong(text, "expected an IPv4 or IPv6 address, as in 10.0.0.0/8");
  }

  private static int number(String text, String prefix, int bits) {
    if (prefix.matches("[0-9]{1,3}") && Integer.parseInt(prefix) <= bits) {
      return Integer.parseInt(prefix);
    }
    throw wrong(text, "expected a prefix length of 0 to " + bits);
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "network: read \"" + text.replaceAll("\\p{C}", "?") + "\", " + why);
  }

  private InetAddress masked() {
    byte[] raw = network.getAddress();
    for (int i = 0; i < raw.length; i++) {
      int kept = Math.clamp(prefix - 8L * i, 0, 8);
      raw[i] &= (byte) (0xff00 >> kept);
    }
    try {
      return InetAddress.getByAddress(raw);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  boolean contains(byte[] address) {
    byte[] raw = network.getAddress();
    if (raw.length != address.length) {
      return false;
    }
    int whole = prefix / 8;
    int rest = prefix % 8;
    return Arrays.equals(raw, 0, whole, address, 0, whole)
        && (rest == 0 || ((raw[whole] ^ address[whole]) & (0xff00 >> rest) & 0xff) == 0);
  }

  @Override
  public String toString() {
    return AddressText.of(network) + '/' + prefix;
  }
}
