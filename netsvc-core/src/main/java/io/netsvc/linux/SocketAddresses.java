package io.netsvc.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Socket addresses as the kernel reads them: ip(7), ipv6(7), unix(7). A Unix path that begins with
 * {@code @} is an abstract name.
 */
final class SocketAddresses {
  static final int MAX = 128;
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  static int family(SocketAddress address) {
    return switch (address) {
      case UnixDomainSocketAddress _ -> AF_UNIX;
      case InetSocketAddress inet when inet.isUnresolved() ->
          throw new IllegalArgumentException("unresolved address: " + inet);
      case InetSocketAddress inet when inet.getAddress() instanceof Inet4Address -> AF_INET;
      case InetSocketAddress _ -> AF_INET6;
      default -> throw new IllegalArgumentException("not a socket address: " + address);
    };
  }

  /** Encodes an address; the segment's size is its length. */
  static MemorySegment encode(SocketAddress address, SegmentAllocator allocator) {
    int family = family(address);
    if (address instanceof UnixDomainSocketAddress unix) {
      return encodeUnix(unix.getPath().toString(), allocator);
    }
    var inet = (InetSocketAddress) address;
    var out = allocator.allocate(family == AF_INET ? 16 : 28, 8);
    out.set(ValueLayout.JAVA_SHORT, 0, (short) family);
    out.set(PORT, 2, (short) inet.getPort());
    byte[] raw = inet.getAddress().getAddress();
    MemorySegment.copy(raw, 0, out, ValueLayout.JAVA_BYTE, family == AF_INET ? 4 : 8, raw.length);
    if (inet.getAddress() instanceof Inet6Address six) {
      out.set(ValueLayout.JAVA_INT, 24, six.getScopeId());
    }
    return out;
  }

  private static MemorySegment encodeUnix(String path, SegmentAllocator allocator) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    boolean named = name.length > 0 && name[0] != '@';
    if (name.length > 107) {
      throw new IllegalArgumentException("Unix socket path longer than 107 bytes: " + path);
    }
    // A path ends with a NUL that counts; an abstract name begins with one and ends by its length.
    var out = allocator.allocate(2 + name.length + (named ? 1 : 0), 8);
    out.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, out, ValueLayout.JAVA_BYTE, 2, name.length);
    if (name.length > 0 && !named) {
      out.set(ValueLayout.JAVA_BYTE, 2, (byte) 0);
    }
    return out;
  }

  static SocketAddress decode(MemorySegment in, int length) {
    if (length < 2) {
      return UnixDomainSocketAddress.of("");
    }
    int family = in.get(ValueLayout.JAVA_SHORT, 0);
    return switch (family) {
      case AF_INET -> inet(in, 4, 4, 0);
      case AF_INET6 -> inet(in, 8, 16, in.get(ValueLayout.JAVA_INT, 24));
      case AF_UNIX -> unix(in.asSlice(2, Math.max(0, length - 2)).toArray(ValueLayout.JAVA_BYTE));
      default -> throw new IllegalArgumentException("address family " + family);
    };
  }

  private static SocketAddress inet(MemorySegment in, int offset, int length, int scope) {
    byte[] raw = in.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    int port = Short.toUnsignedInt(in.get(PORT, 2));
    try {
      var address =
          scope == 0 ? InetAddress.getByAddress(raw) : Inet6Address.getByAddress(null, raw, scope);
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static SocketAddress unix(byte[] name) {
    if (name.length > 0 && name[0] == 0) {
      name[0] = '@';
      return UnixDomainSocketAddress.of(new String(name, StandardCharsets.UTF_8).replace('\0', '@'));
    }
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    return UnixDomainSocketAddress.of(
        new String(Arrays.copyOf(name, end), StandardCharsets.UTF_8));
  }
}
