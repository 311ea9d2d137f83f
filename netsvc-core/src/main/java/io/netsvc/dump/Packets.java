package io.netsvc.dump;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** IP packets between two places, with right lengths and checksums: RFC 791, 8200, 9293 and 768. */
final class Packets {
  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int PSH = 8;
  static final int ACK = 16;

  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int TCP_HEADER = 20;
  private static final int UDP_HEADER = 8;
  private static final int HOPS = 64;

  private final byte[] first;
  private final byte[] second;
  private final int firstPort;
  private final int secondPort;

  Packets(InetSocketAddress first, InetSocketAddress second) {
    boolean six =
        first.getAddress() instanceof Inet6Address || second.getAddress() instanceof Inet6Address;
    this.first = address(first.getAddress(), six);
    this.second = address(second.getAddress(), six);
    this.firstPort = first.getPort();
    this.secondPort = second.getPort();
  }

  /** An IPv4 address among IPv6 ones is a mapped one. */
  private static byte[] address(InetAddress address, boolean six) {
    var bytes = address.getAddress();
    if (!six || bytes.length == 16) {
      return bytes;
    }
    return ByteBuffer.allocate(16).putShort(10, (short) -1).put(12, bytes).array();
  }

  ByteBuffer tcp(boolean forward, int sequence, int acknowledged, int flags, ByteBuffer bytes) {
    var segment = ByteBuffer.allocate(TCP_HEADER + bytes.remaining());
    ports(segment, forward)
        .putInt(sequence)
        .putInt(acknowledged)
        .put((byte) ((TCP_HEADER / 4) << 4))
        .put((byte) flags)
        .putShort((short) -1) // the window
        .putInt(0) // the checksum, and the urgent pointer
        .put(bytes.duplicate())
        .flip();
    segment.putShort(16, checksum(forward, TCP, segment));
    return packet(forward, TCP, segment);
  }

  ByteBuffer udp(boolean forward, ByteBuffer bytes) {
    int size = UDP_HEADER + bytes.remaining();
    var datagram = ByteBuffer.allocate(size);
    ports(datagram, forward)
        .putShort((short) size)
        .putShort((short) 0)
        .put(bytes.duplicate())
        .flip();
    short sum = checksum(forward, UDP, datagram);
    datagram.putShort(6, sum == 0 ? -1 : sum); // 0 says that there is none
    return packet(forward, UDP, datagram);
  }

  private ByteBuffer ports(ByteBuffer into, boolean forward) {
    return into.putShort((short) (forward ? firstPort : secondPort))
        .putShort((short) (forward ? secondPort : firstPort));
  }

  private ByteBuffer packet(boolean forward, int protocol, ByteBuffer payload) {
    return first.length == 4 ? four(forward, protocol, payload) : six(forward, protocol, payload);
  }

  private ByteBuffer four(boolean forward, int protocol, ByteBuffer payload) {
    var packet = ByteBuffer.allocate(20 + payload.remaining());
    packet
        .putShort((short) 0x4500)
        .putShort((short) packet.capacity())
        .putInt(0x4000) // not to be fragmented
        .put((byte) HOPS)
        .put((byte) protocol)
        .putShort((short) 0);
    addresses(packet, forward);
    packet.putShort(10, (short) ~folded(sum(packet.slice(0, 20))));
    return packet.put(payload).flip();
  }

  private ByteBuffer six(boolean forward, int protocol, ByteBuffer payload) {
    var packet = ByteBuffer.allocate(40 + payload.remaining());
    packet
        .putInt(0x6000_0000)
        .putShort((short) payload.remaining())
        .put((byte) protocol)
        .put((byte) HOPS);
    return addresses(packet, forward).put(payload).flip();
  }

  private ByteBuffer addresses(ByteBuffer into, boolean forward) {
    return into.put(forward ? first : second).put(forward ? second : first);
  }

  /** Of the pseudo header, too, whose sum is the same for IPv4 and IPv6. */
  private short checksum(boolean forward, int protocol, ByteBuffer payload) {
    var addresses = addresses(ByteBuffer.allocate(2 * first.length), forward).flip();
    return (short) ~folded(sum(addresses) + sum(payload) + protocol + payload.remaining());
  }

  private static long sum(ByteBuffer bytes) {
    long sum = 0;
    int at = bytes.position();
    for (; at + 1 < bytes.limit(); at += 2) {
      sum += bytes.getShort(at) & 0xffff;
    }
    return at < bytes.limit() ? sum + ((bytes.get(at) & 0xff) << 8) : sum;
  }

  private static long folded(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    return folded;
  }
}
