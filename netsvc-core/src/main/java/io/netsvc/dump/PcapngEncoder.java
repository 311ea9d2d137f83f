package io.netsvc.dump;

import io.netsvc.net.Outcome;
import io.netsvc.net.Outcome.Side;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Blocks of a pcapng file: one section with one interface, whose packets begin with an IP header. */
final class PcapngEncoder implements Encoder {
  private static final int SECTION = 0x0a0d0d0a;
  private static final int INTERFACE = 1;
  private static final int PACKET = 6;
  private static final int BYTE_ORDER = 0x1a2b3c4d;
  private static final short LINKTYPE_RAW = 101;
  private static final short OPTION_COMMENT = 1;
  private static final short OPTION_APPLICATION = 4;
  private static final short OPTION_RESOLUTION = 9;
  private static final byte NANOSECONDS = 9;

  /** What one packet carries at most, with its headers below 64 KiB. */
  private static final int MOST = 65_495;

  private static final int FIRST_PORT = 1024;
  private static final int PORTS = 60_000;

  private final AtomicInteger nameless = new AtomicInteger();

  @Override
  public List<ByteBuffer> begin() {
    var section =
        body(16)
            .putInt(BYTE_ORDER)
            .putShort((short) 1)
            .putShort((short) 0)
            .putLong(-1); // its length, unknown
    var resolution = body(8).putShort(LINKTYPE_RAW).putShort((short) 0).putInt(0);
    return List.of(
        block(SECTION, section.flip(), option(OPTION_APPLICATION, text("netsvc"))),
        block(INTERFACE, resolution.flip(), option(OPTION_RESOLUTION, new byte[] {NANOSECONDS})));
  }

  @Override
  public Conversation stream(SocketAddress first, SocketAddress second) {
    return new Stream(packets(first, second), comment(first, second));
  }

  @Override
  public Conversation datagrams(SocketAddress first, SocketAddress second) {
    var packets = packets(first, second);
    return (from, bytes) ->
        parts(bytes).stream()
            .map(part -> packet(packets.udp(from == Side.FIRST, part), new byte[0]))
            .toList();
  }

  private static List<ByteBuffer> parts(ByteBuffer bytes) {
    var all = new ArrayList<ByteBuffer>();
    for (int at = 0; at < bytes.remaining(); at += MOST) {
      all.add(bytes.slice(bytes.position() + at, Math.min(MOST, bytes.remaining() - at)));
    }
    return all;
  }

  private Packets packets(SocketAddress first, SocketAddress second) {
    return new Packets(place(first, 1), place(second, 2));
  }

  /** An address of its own for what has no IP one. */
  private InetSocketAddress place(SocketAddress address, int host) {
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      return inet;
    }
    int port = FIRST_PORT + Math.floorMod(nameless.getAndIncrement(), PORTS);
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + host), port);
  }

  private static byte[] comment(SocketAddress first, SocketAddress second) {
    return first instanceof InetSocketAddress && second instanceof InetSocketAddress
        ? new byte[0]
        : text(Names.of(first) + " > " + Names.of(second));
  }

  /** A connection as its peers would have seen it, without losses and delays. */
  private static final class Stream implements Conversation {
    private final Packets packets;
    private final byte[] comment;

    /** What each side sends next. */
    private int forward;

    private int backward;

    Stream(Packets packets, byte[] comment) {
      this.packets = packets;
      this.comment = comment;
    }

    private ByteBuffer segment(boolean isForward, int flags, ByteBuffer bytes, byte[] about) {
      int sequence = isForward ? forward : backward;
      int acknowledged = (flags & Packets.ACK) == 0 ? 0 : isForward ? backward : forward;
      var segment = packets.tcp(isForward, sequence, acknowledged, flags, bytes);
      int next = bytes.remaining() + ((flags & (Packets.SYN | Packets.FIN)) == 0 ? 0 : 1);
      if (isForward) {
        forward += next;
      } else {
        backward += next;
      }
      return packet(segment, about);
    }

    private ByteBuffer segment(boolean isForward, int flags) {
      return segment(isForward, flags, ByteBuffer.allocate(0), new byte[0]);
    }

    @Override
    public List<ByteBuffer> begin() {
      return List.of(
          segment(true, Packets.SYN, ByteBuffer.allocate(0), comment),
          segment(false, Packets.SYN | Packets.ACK),
          segment(true, Packets.ACK));
    }

    @Override
    public List<ByteBuffer> seen(Side from, ByteBuffer bytes) {
      return parts(bytes).stream()
          .map(part -> segment(from == Side.FIRST, Packets.PSH | Packets.ACK, part, new byte[0]))
          .toList();
    }

    @Override
    public List<ByteBuffer> end(Outcome outcome) {
      boolean isForward = outcome.side() != Side.SECOND;
      return outcome.cause() == Outcome.Cause.EOF
          ? List.of(
              segment(isForward, Packets.FIN | Packets.ACK),
              segment(!isForward, Packets.FIN | Packets.ACK),
              segment(isForward, Packets.ACK))
          : List.of(segment(isForward, Packets.RST | Packets.ACK));
    }
  }

  private static ByteBuffer packet(ByteBuffer packet, byte[] comment) {
    var now = Instant.now();
    long nanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
    int size = packet.remaining();
    var fixed =
        body(20 + padded(size))
            .putInt(0) // the interface
            .putInt((int) (nanos >> 32))
            .putInt((int) nanos)
            .putInt(size)
            .putInt(size)
            .put(packet);
    return block(PACKET, fixed.rewind(), option(OPTION_COMMENT, comment));
  }

  /** A block: its type, its length, what it has, its options and its length again. */
  private static ByteBuffer block(int type, ByteBuffer fixed, byte[] options) {
    int length = 12 + fixed.remaining() + options.length;
    return body(length).putInt(type).putInt(length).put(fixed).put(options).putInt(length).flip();
  }

  /** An option with the end of options; nothing for an empty value. */
  private static byte[] option(short code, byte[] value) {
    if (value.length == 0) {
      return value;
    }
    var option = new byte[8 + padded(value.length)];
    ByteBuffer.wrap(option)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(code)
        .putShort((short) value.length)
        .put(value);
    return option;
  }

  private static ByteBuffer body(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int padded(int size) {
    return (size + 3) & ~3;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
