package io.netsvc.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.Arrays;

/**
 * A datagram's peer, and which of our addresses it is sent to or from, as the kernel writes them:
 * what finds a peer's session needs no {@link InetAddress}. The order is of no meaning; it keeps a
 * hash map fast whose keys somebody chose.
 */
public final class DatagramFlow implements Comparable<DatagramFlow> {
  /** An in_addr. */
  static final int IPV4 = 4;

  /** An in6_pktinfo: an address and an interface, which is 0 unless the address is link-local. */
  static final int IPV6 = 20;

  private final byte[] name;
  private final byte[] asked;

  DatagramFlow(byte[] name, byte[] asked) {
    this.name = name;
    this.asked = asked;
  }

  /** A flow to a peer, from the address that the kernel chooses. */
  public static DatagramFlow to(SocketAddress peer) {
    return new DatagramFlow(encode(peer), new byte[0]);
  }

  /**
   * A flow to a peer from one of our addresses.
   *
   * @param ipv6 whether the socket is an IPv6 one, which has IPv4 addresses in their mapped form
   */
  public static DatagramFlow to(SocketAddress peer, InetAddress asked, boolean ipv6) {
    byte[] raw = asked.getAddress();
    if (!ipv6) {
      if (!(asked instanceof Inet4Address)) {
        throw new IllegalArgumentException("not an address of an IPv4 socket: " + asked);
      }
      return new DatagramFlow(encode(peer), raw);
    }
    byte[] info = new byte[IPV6];
    System.arraycopy(raw, 0, info, 16 - raw.length, raw.length);
    if (asked instanceof Inet6Address six) {
      MemorySegment.ofArray(info)
          .set(ValueLayout.JAVA_INT_UNALIGNED, 16, six.isLinkLocalAddress() ? six.getScopeId() : 0);
    } else {
      info[10] = -1;
      info[11] = -1;
    }
    return new DatagramFlow(encode(peer), info);
  }

  private static byte[] encode(SocketAddress peer) {
    try (var arena = Arena.ofConfined()) {
      return SocketAddresses.encode(peer, arena).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** {@return who is on the other side} */
  public SocketAddress peer() {
    try (var arena = Arena.ofConfined()) {
      var copy = arena.allocate(SocketAddresses.MAX, 8);
      MemorySegment.copy(name, 0, copy, ValueLayout.JAVA_BYTE, 0, name.length);
      return SocketAddresses.decode(copy, name.length);
    }
  }

  byte[] name() {
    return name;
  }

  byte[] asked() {
    return asked;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DatagramFlow flow
        && Arrays.equals(name, flow.name)
        && Arrays.equals(asked, flow.asked);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(name) + Arrays.hashCode(asked);
  }

  @Override
  public int compareTo(DatagramFlow other) {
    int order = Arrays.compare(name, other.name);
    return order == 0 ? Arrays.compare(asked, other.asked) : order;
  }

  @Override
  public String toString() {
    return peer().toString();
  }
}
