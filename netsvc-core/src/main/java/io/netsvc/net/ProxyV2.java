package io.netsvc.net;

import io.netsvc.net.ProxyHeader.Command;
import io.netsvc.net.ProxyHeader.Tlv;
import io.netsvc.net.ProxyHeader.Version;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Version 2: 16 fixed bytes, then addresses and TLVs of the length they tell. */
final class ProxyV2 {
  static final int FIXED = 16;
  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int MAX_LENGTH = 0xFFFF;
  static final int PATH = 108;
  private static final int STREAM = 1;

  /** How long the addresses are, by family: unspecified, IPv4, IPv6, Unix. */
  private static final int[] ADDRESSES = {0, 12, 36, 2 * PATH};

  private ProxyV2() {}

  /** Whether a byte can stand where it does, as far as that can be told at once. */
  static boolean fits(byte[] bytes, int at) {
    return at >= SIGNATURE.length || bytes[at] == SIGNATURE[at];
  }

  /** How many bytes come next at least. */
  static int wanted(byte[] bytes, int size) {
    return size < FIXED ? FIXED - size : FIXED + length(bytes) - size;
  }

  private static int length(byte[] bytes) {
    return Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(14));
  }

  static ProxyHeader parse(ProxyParser parser, byte[] bytes, int size) throws ProtocolException {
    int version = (bytes[12] & 0xF0) >> 4;
    int command = bytes[12] & 0x0F;
    if (version != 2) {
      throw parser.fault(12, "version " + version + ", expected 2");
    }
    if (command > 1) {
      throw parser.fault(12, "command " + command + ", expected 0 or 1");
    }
    if (command == 0) { // "must [...] discard the protocol block including the family"
      return ProxyHeader.local();
    }
    int family = (bytes[13] & 0xF0) >> 4;
    int protocol = bytes[13] & 0x0F;
    if (family >= ADDRESSES.length || protocol > 2) {
      throw parser.fault(13, "family " + family + " with protocol " + protocol);
    }
    int addresses = ADDRESSES[family];
    if (size - FIXED < addresses) {
      throw parser.fault(14, "length " + (size - FIXED) + ", expected at least " + addresses);
    }
    var tlvs = tlvs(parser, bytes, FIXED + addresses, size);
    var in = ByteBuffer.wrap(bytes, FIXED, addresses);
    // Of what is no stream, or of nothing known, no stream socket's addresses can be told.
    return switch (protocol == STREAM ? family : 0) {
      case 1, 2 -> {
        var source = address(in, family);
        var destination = address(in, family);
        int port = Short.toUnsignedInt(in.getShort());
        var from = new InetSocketAddress(source, port);
        var to = new InetSocketAddress(destination, Short.toUnsignedInt(in.getShort()));
        yield new ProxyHeader(Version.V2, Command.PROXY, from, to, tlvs);
      }
      case 3 -> {
        var from = path(parser, in);
        yield new ProxyHeader(Version.V2, Command.PROXY, from, path(parser, in), tlvs);
      }
      default -> new ProxyHeader(Version.V2, Command.PROXY, null, null, tlvs);
    };
  }

  private static InetAddress address(ByteBuffer in, int family) {
    byte[] raw = new byte[family == 1 ? 4 : 16];
    in.get(raw);
    try {
      return InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** A path ends at its NUL, an abstract name with its last byte that is none. */
  private static SocketAddress path(ProxyParser parser, ByteBuffer in) throws ProtocolException {
    int at = in.position();
    byte[] raw = new byte[PATH];
    in.get(raw);
    int end = 0;
    boolean named = raw[0] != 0;
    for (int i = 0; i < PATH && (!named || raw[i] != 0); i++) {
      end = raw[i] == 0 ? end : i + 1;
    }
    try {
      // Strictly: a name with replacement characters would be another one, and may be too long.
      var name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw, 0, end));
      return UnixDomainSocketAddress.of(name.toString().replace('\0', '@'));
    } catch (CharacterCodingException | IllegalArgumentException _) {
      throw parser.fault(at, "not a path in UTF-8");
    }
  }

  private static List<Tlv> tlvs(ProxyParser parser, byte[] bytes, int from, int size)
      throws ProtocolException {
    var found = new ArrayList<Tlv>();
    boolean summed = false;
    for (int at = from; at < size; ) {
      if (size - at < 3) {
        throw parser.fault(at, (size - at) + " bytes left, expected a TLV");
      }
      int type = Byte.toUnsignedInt(bytes[at]);
      int length = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at + 1));
      int left = size - at - 3;
      if (length > left) {
        throw parser.fault(at, "TLV " + type + " of " + length + " bytes, " + left + " are left");
      }
      byte[] value = new byte[length];
      System.arraycopy(bytes, at + 3, value, 0, length);
      if (type == ProxyHeader.CRC32C) {
        if (summed || length != 4) {
          throw parser.fault(at, "expected one checksum of 4 bytes");
        }
        summed = true;
        if (checksum(bytes, size, at + 3) != ByteBuffer.wrap(value).getInt()) {
          throw parser.fault(at, "the checksum differs");
        }
      }
      found.add(new Tlv(type, value));
      at += 3 + length;
    }
    return found;
  }

  /** The CRC32c of a header with zeros for the checksum's own bytes. */
  private static int checksum(byte[] bytes, int size, int at) {
    var crc = new CRC32C();
    crc.update(bytes, 0, at);
    crc.update(new byte[4]);
    crc.update(bytes, at + 4, size - at - 4);
    return (int) crc.getValue();
  }

  private static int family(ProxyHeader header) {
    return switch (header.source().orElse(null)) {
      case null -> 0;
      case UnixDomainSocketAddress _ -> 3;
      case InetSocketAddress from
          when from.getAddress() instanceof Inet4Address
              && header.destination().orElse(null) instanceof InetSocketAddress to
              && to.getAddress() instanceof Inet4Address ->
          1;
      default -> 2;
    };
  }

  /** Returns the length of what follows the fixed bytes, or throws if it cannot be told in them. */
  static int length(ProxyHeader header) {
    int length = ADDRESSES[family(header)];
    for (var tlv : header.tlvs()) {
      length += 3 + tlv.length();
    }
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException("header longer than 65551 bytes: " + (FIXED + length));
    }
    return length;
  }

  static byte[] encode(ProxyHeader header) {
    int family = family(header);
    int length = length(header);
    var out = ByteBuffer.allocate(FIXED + length);
    out.put(SIGNATURE);
    out.put((byte) (0x20 | (header.command() == Command.PROXY ? 1 : 0)));
    out.put((byte) (family == 0 ? 0 : family << 4 | STREAM));
    out.putShort((short) length);
    var source = header.source().orElse(null);
    var destination = header.destination().orElse(null);
    put(out, source, family);
    put(out, destination, family);
    if (source instanceof InetSocketAddress from && destination instanceof InetSocketAddress to) {
      out.putShort((short) from.getPort()).putShort((short) to.getPort());
    }
    int summed = -1;
    for (var tlv : header.tlvs()) {
      out.put((byte) tlv.type()).putShort((short) tlv.length());
      if (tlv.type() == ProxyHeader.CRC32C) {
        summed = out.position();
      }
      out.put(tlv.value());
    }
    if (summed >= 0) {
      out.putInt(summed, checksum(out.array(), out.capacity(), summed));
    }
    return out.array();
  }

  private static void put(ByteBuffer out, @Nullable SocketAddress address, int family) {
    switch (address) {
      case InetSocketAddress inet -> {
        byte[] raw = inet.getAddress().getAddress();
        if (family == 2 && raw.length == 4) { // ::ffff:a.b.c.d
          out.put(new byte[10]).put((byte) -1).put((byte) -1);
        }
        out.put(raw);
      }
      case UnixDomainSocketAddress unix -> {
        byte[] name = unix.getPath().toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > 0 && name[0] == '@') {
          name[0] = 0;
        }
        int end = out.position() + PATH;
        out.put(name).position(end);
      }
      case null, default -> {}
    }
  }
}
